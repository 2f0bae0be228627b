"""Customers hear what became of what they asked for, and of their appointments."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

import kefu.commerce.reactions_order_care  # noqa: F401 - its reactions are run here
from kefu.commerce.appointments import note_late, remind
from kefu.commerce.changing import approve, deny
from kefu.commerce.model_appointments import Appointment
from kefu.commerce.model_notices import CustomerNotice, NoticeWish
from kefu.commerce.model_orders import Order
from kefu.commerce.tests.care_factories import ELSEWHERE, a_bought_order, ask
from kefu.commerce.tests.logistics import reacted
from kefu.core.clock import FrozenClock, frozen, now
from kefu.core.db import Session
from kefu.core.ids import uuid7
from kefu.identity.tests.factories import an_agent
from kefu.promises.tests.factories import NOON


@pytest.fixture(autouse=True)
def clock() -> Iterator[FrozenClock]:
    with frozen(NOON) as clock:
        yield clock


async def told(db: Session) -> list[tuple[str, str, str]]:
    """Kind, status and words of what customers are told about their requests."""
    await reacted(db)
    rows = await db.scalars(
        select(CustomerNotice)
        .where(CustomerNotice.kind.like("change%") | CustomerNotice.kind.like("appoint%"))
        .order_by(CustomerNotice.created_at, CustomerNotice.kind)
        .execution_options(populate_existing=True)
    )
    return [(row.kind, row.reason or row.status, row.text) for row in rows]


async def test_a_denial_is_told_once(db: Session) -> None:
    head = await an_agent(db, role="department_head")
    order = await a_bought_order(db, minutes_ago=600, number="SY1")
    change = await ask(db, order, "address", ELSEWHERE)

    await deny(db, change, by=head.id, note="太晚了")

    [(kind, status, words)] = await told(db)
    assert (kind, status) == ("change_denied", "waiting")
    assert "SY1" in words
    assert "收货地址修改" in words
    assert "太晚了" not in words
    db.info["reacted"] = 0
    assert len(await told(db)) == 1


async def test_what_was_granted_is_told_as_such_and_what_goes_by_itself_as_done(
    db: Session,
) -> None:
    head = await an_agent(db, role="department_head")
    late = await a_bought_order(db, minutes_ago=600)
    await approve(db, await ask(db, late, "address", ELSEWHERE), late, by=head.id)
    await ask(db, await a_bought_order(db), "address", ELSEWHERE)

    assert [kind for kind, _, _ in await told(db)] == ["change_approved", "change_done"]


async def test_a_cancelled_order_is_told_as_cancelled_alone(db: Session) -> None:
    await ask(db, await a_bought_order(db), "cancel")

    assert await told(db) == []
    kinds = list(await db.scalars(select(CustomerNotice.kind)))
    assert kinds == ["order_cancelled"]


@pytest.mark.parametrize(
    ("wished", "old", "why"), [(False, False, "not_wanted"), (True, True, "too_old")]
)
async def test_nobody_hears_who_does_not_want_to_or_whose_order_is_history(
    db: Session, wished: bool, old: bool, why: str
) -> None:
    head = await an_agent(db, role="department_head")
    order = await a_bought_order(db, minutes_ago=600, historic=old)
    db.add(NoticeWish(customer_id=order.customer_id, wanted=wished))
    change = await ask(db, order, "address", ELSEWHERE)

    await deny(db, change, by=head.id, note="")

    assert [(kind, status) for kind, status, _ in await told(db)] == [("change_denied", why)]


async def an_appointment(db: Session, order: Order, **more: Any) -> Appointment:
    given = {"kind": "installation", "mode": "on_site", "state": "booked", "source": "service"}
    starts = now() + timedelta(hours=2)
    appointment = Appointment(
        id=uuid7(), order_id=order.id, customer_id=order.customer_id, starts_at=starts,
        ends_at=starts + timedelta(hours=2), note="", **given | more,
    )  # fmt: skip
    db.add(appointment)
    await db.flush()
    return appointment


async def test_an_appointment_is_reminded_of_and_its_lateness_told_first(
    db: Session, clock: FrozenClock
) -> None:
    await an_agent(db, role="shift_leader")
    order = await a_bought_order(db, status="delivered", number="SY9")
    appointment = await an_appointment(db, order)

    await remind(db, [appointment.id])
    clock.advance(timedelta(hours=3))
    await note_late(db, [appointment.id])

    words = {kind: words for kind, _, words in await told(db)}
    assert set(words) == {"appointment_near", "appointment_late"}
    assert "安装服务将于" in words["appointment_near"]
    assert "SY9" in words["appointment_late"]
