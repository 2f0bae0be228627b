"""Value, care, proactivity and redemptions, as a hand reckons them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from kefu.core.clock import frozen
from kefu.core.db import Session
from kefu.core.events import FactRow
from kefu.core.ids import uuid7
from kefu.core.measures import Period
from kefu.customers import Proof, PurchaseFigures, give_consent, note_purchases
from kefu.customers.measures_segments import (
    care_repurchase,
    lifetime_value,
    lifetime_value_by_cohort,
    proactive_share,
    redemptions_on_time,
)
from kefu.customers.tests.factories import a_customer
from kefu.customers.tests.test_caring import a_plan

SINCE = datetime(2026, 9, 1, tzinfo=UTC)
AUTUMN = Period(SINCE, SINCE + timedelta(days=90))


def bought(day: int, yuan: int, refunded: int = 0, orders: int = 1) -> PurchaseFigures:
    at = SINCE + timedelta(days=day)
    return PurchaseFigures(
        orders=orders,
        first_order_at=at,
        last_order_at=at,
        spent=yuan * 100,
        refunded=refunded * 100,
    )


async def test_lifetime_value_by_segment_and_cohort(db: Session) -> None:
    with frozen(SINCE + timedelta(days=80)):
        people = [await a_customer(db) for _ in range(4)]
        figures = [bought(3, 100), bought(5, 300, refunded=100), bought(35, 600, orders=3)]
        await note_purchases(db, dict(zip([one.id for one in people], figures, strict=False)))

        by_segment = await lifetime_value(db, AUTUMN)
        by_cohort = await lifetime_value_by_cohort(db, AUTUMN)

    assert (by_segment.value, by_segment.numerator, by_segment.denominator) == (300, 900, 3)
    assert {name: one.value for name, one in by_segment.parts.items()} == {"core": 600, "new": 150}
    assert {name: one.value for name, one in by_cohort.parts.items()} == {
        "2026-09": 150,
        "2026-10": 600,
    }


async def test_care_is_compared_with_those_left_alone(db: Session) -> None:
    await a_plan(db, control_percent=50)
    with frozen(SINCE) as clock:
        people = [await a_customer(db) for _ in range(30)]
        for one in people:
            await give_consent(db, one, "care", proof=Proof("web_chat", "勾选"))
        await note_purchases(db, {one.id: bought(0, 10) for one in people})
        clock.advance(timedelta(days=9))
        await note_purchases(db, {one.id: bought(9, 20, orders=2) for one in people[:15]})

    measured = await care_repurchase(db, AUTUMN)

    care, control = measured.parts["care"], measured.parts["control"]
    assert (care.numerator or 0) + (control.numerator or 0) == 15
    assert (care.denominator or 0) + (control.denominator or 0) == 30
    assert measured.parts["uplift"].value == (care.value or 0) - (control.value or 0)


async def a_fact(db: Session, kind: str, **details: Any) -> None:
    at = SINCE + timedelta(days=1)
    db.add(FactRow(kind=kind, subject=uuid7(), details=details, at=at))
    await db.flush()


async def test_proactive_contacts_are_those_that_we_began(db: Session) -> None:
    for _ in range(3):
        await a_fact(db, "conversation.opened")
    await a_fact(db, "care.started", arm="care")
    await a_fact(db, "care.started", arm="control")
    await a_fact(db, "notice.settled", outcome="sent", about="delay", anomaly=str(uuid7()))
    await a_fact(db, "notice.settled", outcome="sent", about="delivered")
    await a_fact(db, "notice.settled", outcome="undelivered", anomaly=str(uuid7()))

    measured = await proactive_share(db, AUTUMN)

    assert (measured.value, measured.numerator, measured.denominator) == (40, 2, 5)
    assert {name: one.value for name, one in measured.parts.items()} == {"care": 1, "warnings": 1}


async def test_redemptions_that_were_in_time(db: Session) -> None:
    await a_fact(db, "redemption.fulfilled", points=1, late=False)
    await a_fact(db, "redemption.fulfilled", points=1, late=True)

    assert (await redemptions_on_time(db, AUTUMN)).value == 50


async def test_without_a_base_there_is_no_value(db: Session) -> None:
    for compute in (lifetime_value, care_repurchase, proactive_share, redemptions_on_time):
        measured = await compute(db, AUTUMN)

        assert (measured.value, measured.reason) == (None, "nothing_to_count")
