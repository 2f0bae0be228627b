"""Freed hours are those of work nobody did by hand; outreach is compared with those left alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kefu.core.db import Session
from kefu.core.events import FactRow
from kefu.core.ids import uuid7
from kefu.core.measures import Period
from kefu.customers.measures_outreach import freed_hours, outreach_repurchase
from kefu.customers.model_care import CareCourse, CarePlan
from kefu.customers.tests.factories import a_customer
from kefu.identity.tests.factories import an_agent

SINCE = datetime(2026, 10, 1, tzinfo=UTC)
OCTOBER = Period(SINCE, SINCE + timedelta(days=31))
BEGAN = SINCE + timedelta(days=2)


def a_fact(kind: str, at: datetime = BEGAN, **more: Any) -> FactRow:
    given = {"details": {}} | more
    return FactRow(kind=kind, subject=uuid7(), at=at, **given)


async def test_freed_hours_are_the_minutes_of_what_went_by_itself(db: Session) -> None:
    agent = uuid7()
    told = [a_fact("notice.settled", details={"outcome": "sent"}) for _ in range(40)]
    alone = [a_fact("order.proven") for _ in range(15)]
    by_rule = [a_fact("return.approved", details={"automatic": True}) for _ in range(15)]
    others = [
        a_fact("notice.settled", details={"outcome": "discarded"}),
        a_fact("order.proven", actor=agent),
        a_fact("return.approved", details={"automatic": False}),
        a_fact("order.proven", SINCE - timedelta(days=1)),
    ]
    db.add_all([*told, *alone, *by_rule, *others])
    await db.flush()

    measured = await freed_hours(db, OCTOBER)

    assert {name: part.value for name, part in measured.parts.items()} == {
        "told_before_asking": 2,
        "looked_up_alone": 1,
        "changed_alone": 0,
        "approved_by_rule": 2,
        "done_by_rule": 0,
    }
    assert measured.value == 5


async def test_outreach_tells_the_uplift_over_those_left_alone(db: Session) -> None:
    agent = await an_agent(db)
    plan = CarePlan(id=uuid7(), name="贵宾回访", occasion="after_purchase", owner_id=agent.id)
    db.add(plan)
    await db.flush()
    arms = {"care": (25, 7), "control": (20, 5)}
    for arm, (count, bought) in arms.items():
        for number in range(count):
            customer = await a_customer(db, tier="vip")
            db.add(
                CareCourse(
                    plan_id=plan.id, customer_id=customer.id, arm=arm, occasion_at=BEGAN,
                    started_at=BEGAN, window_ends_at=BEGAN + timedelta(days=90),
                    repurchased_at=BEGAN if number < bought else None,
                )
            )  # fmt: skip
    await db.flush()

    measured = await outreach_repurchase(db, OCTOBER)

    assert measured.value == pytest.approx(12)
    parts = {name: part.value for name, part in measured.parts.items()}
    assert parts == pytest.approx({"care": 28, "control": 25, "points": 3})


async def test_without_a_base_there_is_a_reason(db: Session) -> None:
    assert (await freed_hours(db, OCTOBER)).reason == "nothing_to_count"
    assert (await outreach_repurchase(db, OCTOBER)).reason == "nothing_to_count"
