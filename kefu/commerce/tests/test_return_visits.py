from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from kefu.commerce import appointments
from kefu.commerce.care_profiles import RuleBroken
from kefu.commerce.events_returns import ReturnReminded
from kefu.commerce.model_appointments import Appointment, AppointmentSlot
from kefu.commerce.model_notices import CustomerNotice
from kefu.commerce.model_orders import Order, OrderLine
from kefu.commerce.model_returns import ReturnCase
from kefu.commerce.reactions_return_notices import (
    lead_cases_after_visits,
    tell_customers_of_returns,
)
from kefu.commerce.returns.installing import book_visit, finish_visit
from kefu.commerce.returns.reviewing import review
from kefu.commerce.returns.sending_back import carrier_for
from kefu.commerce.returns.telling import tell
from kefu.commerce.returns.undoing import undo
from kefu.commerce.telling_customers import tell_of_care
from kefu.commerce.tests.care_factories import a_bought_order, line_and_product
from kefu.commerce.tests.factories_returns import (
    a_case,
    a_policy,
    an_approved_case,
    an_inspected_case,
)
from kefu.commerce.tests.test_care_told import facts_so_far
from kefu.core.clock import FrozenClock, now
from kefu.core.db import Session
from kefu.core.errors import Invalid
from kefu.identity.tests import clock
from kefu.identity.tests.factories import an_agent
from kefu.promises import scan

__all__ = ["clock"]

TUESDAY = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)  # nine in Shanghai
AFTERNOON = datetime(2026, 3, 3, 6, 0, tzinfo=UTC)
GUIDE = "https://shop.example.com/guides/lamp"


@pytest.fixture(autouse=True)
async def nothing_by_itself(db: Session, clock: FrozenClock) -> None:
    assert now() < TUESDAY
    await a_policy(db)
    times = (("09:00", "11:00"), ("14:00", "16:00"))
    db.add_all(
        AppointmentSlot(kind=kind, mode=mode, weekday=1, starts=starts, ends=ends, capacity=1)
        for kind, mode in (("installation", "on_site"), ("usage", "remote"))
        for starts, ends in times
    )
    await db.flush()


async def an_installation(db: Session) -> ReturnCase:
    order = await a_bought_order(db, status="delivered")
    _, product, _ = await line_and_product(db, order)
    product.url = GUIDE
    return await a_case(db, order=order, kind="installation", reason="other")


async def the_visit(db: Session, case: ReturnCase) -> Appointment:
    return await db.get_one(Appointment, case.appointment_id)


async def told(db: Session) -> dict[str, str]:
    rows = await db.execute(select(CustomerNotice.kind, CustomerNotice.text))
    return dict(rows.all())


async def facts_of(db: Session, start: str) -> list[Any]:
    return [fact for fact in await facts_so_far(db) if fact.kind.startswith(start)]


async def test_a_visit_takes_a_free_slot_on_site_or_from_afar(db: Session) -> None:
    first, second = await an_installation(db), await an_installation(db)
    agent = await an_agent(db)
    with pytest.raises(Invalid):
        await book_visit(db, first, at=TUESDAY - timedelta(days=9), mode="remote", by=agent.id)
    with pytest.raises(RuleBroken) as unheard:
        await book_visit(db, first, at=TUESDAY + timedelta(hours=1), mode="on_site", by=agent.id)
    await book_visit(db, first, at=TUESDAY, mode="on_site", by=agent.id)
    with pytest.raises(RuleBroken) as full:
        await book_visit(db, second, at=TUESDAY, mode="on_site", by=agent.id)
    await book_visit(db, second, at=TUESDAY, mode="remote", by=agent.id)

    assert (unheard.value.code, full.value.code) == ("no_slot", "slot_full")
    assert (first.node, first.visit_at, first.node_due_at) == ("visit", TUESDAY, TUESDAY)
    assert (await the_visit(db, second)).kind == "usage"


async def test_a_missed_visit_is_booked_again(db: Session) -> None:
    case, agent = await an_installation(db), await an_agent(db)
    await book_visit(db, case, at=TUESDAY, mode="on_site", by=agent.id)
    await finish_visit(db, case, came=False, by=agent.id)
    missed, first = case.node, await the_visit(db, case)
    await book_visit(db, case, at=AFTERNOON, mode="remote", by=agent.id)
    await finish_visit(db, case, came=True, by=agent.id)

    assert (missed, first.state) == ("schedule", "no_show")
    assert (case.status, (await the_visit(db, case)).state) == ("done", "done")


async def test_what_is_done_on_the_appointments_page_moves_the_case(db: Session) -> None:
    case, agent = await an_installation(db), await an_agent(db)
    await book_visit(db, case, at=TUESDAY, mode="on_site", by=agent.id)
    visit = await the_visit(db, case)
    await appointments.move(db, visit, starts_at=AFTERNOON, by=agent.id)
    await lead_cases_after_visits(db, await facts_of(db, "appointment.moved"))
    moved = case.visit_at
    await appointments.begin(db, visit, by=agent.id)
    await appointments.end(db, visit, how="done", by=agent.id)

    for _ in range(2):
        await lead_cases_after_visits(db, await facts_of(db, "appointment.ended"))

    assert (moved, case.status) == (AFTERNOON, "done")


async def test_a_withdrawn_case_calls_its_visit_off(db: Session) -> None:
    case, agent = await an_installation(db), await an_agent(db)
    await book_visit(db, case, at=TUESDAY, mode="on_site", by=agent.id)

    await undo(db, case, way="withdrawn", by=None)

    assert ((await the_visit(db, case)).state, case.status) == ("cancelled", "withdrawn")


async def test_a_visit_is_reminded_with_its_guide_and_a_late_one_is_told_first(
    db: Session, clock: FrozenClock
) -> None:
    leader = await an_agent(db, role="shift_leader")
    case, agent = await an_installation(db), await an_agent(db)
    await book_visit(db, case, at=TUESDAY, mode="on_site", by=agent.id)
    visit = await the_visit(db, case)
    clock.set(TUESDAY - timedelta(hours=3))
    await appointments.remind(db, [visit.id])
    await tell_of_care(db, await facts_of(db, "appointment.reminded"))
    clock.set(TUESDAY + timedelta(minutes=16))
    await scan(db)
    await appointments.note_late(db, [visit.id])

    for _ in range(2):
        await tell_of_care(db, await facts_of(db, "appointment.late"))

    words = await told(db)
    assert GUIDE in words["appointment_near"]
    assert "3 月 3 日 09:00" in words["appointment_late"]
    calls = await db.execute(
        text("select title, owner_id from tasks where subject = :visit"), {"visit": visit.id}
    )
    assert [tuple(row) for row in calls] == [("预约延误，请主动联系客户", agent.id)]
    alarmed = await db.scalars(
        text("select agent_id from notifications where kind = 'appointment.late'")
    )
    assert leader.id in set(alarmed)


@pytest.mark.parametrize(("accepted", "about"), [(True, "accepted"), (False, "rejected")])
async def test_a_result_reaches_the_customer_by_itself_once(
    db: Session, accepted: bool, about: str
) -> None:
    order = await a_bought_order(db, status="delivered")
    case = await an_inspected_case(db, order=order, accepted=accepted)

    for _ in range(2):
        await tell_customers_of_returns(db, await facts_of(db, "return."))

    words = await told(db)
    assert case.number in words[f"return_{about}"]
    assert len(words) == 1


async def test_who_may_send_goods_back_hears_with_whom(db: Session) -> None:
    order = await a_bought_order(db, status="delivered")
    case = await an_approved_case(db, order=order)
    await tell(db, ReturnReminded, case, by=None)

    await tell_customers_of_returns(db, await facts_of(db, "return."))

    words = await told(db)
    assert set(words) == {"return_approved", "return_reminder"}
    assert all("顺丰" in text for text in words.values())


async def test_the_grounds_of_a_refusal_are_told(db: Session) -> None:
    order = await a_bought_order(db, status="delivered")
    case = await a_case(db, order=order, reason="other")
    agent = await an_agent(db, role="senior_agent")
    await review(db, case, approved=False, grounds="超过退货期限。", by=agent.id)

    await tell_customers_of_returns(db, await facts_of(db, "return."))

    assert "超过退货期限。" in (await told(db))["return_refused"]


async def test_the_label_is_of_the_first_agreed_carrier_that_serves_there(db: Session) -> None:
    rules = await a_policy(db, carriers=["jd"])
    first = await carrier_for(db, "浙江省", rules)
    await db.execute(text("update carriers set provinces = '{广东省}' where code = 'sf'"))
    second = await carrier_for(db, "浙江省", rules)
    await db.execute(text("update carriers set active = false"))

    assert (first, second) == ("sf", "jd")
    assert await carrier_for(db, "浙江省", rules) == "jd"


async def test_an_exchange_and_a_visit_leave_the_order_as_it_is(db: Session) -> None:
    case, agent = await an_installation(db), await an_agent(db)
    await book_visit(db, case, at=TUESDAY, mode="on_site", by=agent.id)
    await finish_visit(db, case, came=True, by=agent.id)

    order = await db.get_one(Order, case.order_id)
    (line,) = await db.scalars(select(OrderLine).where(OrderLine.order_id == order.id))
    assert (order.refunded_amount, line.returned_quantity) == (0, 0)
