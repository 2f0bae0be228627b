"""Due times of returns: office hours for departments, day and night for what was promised so."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, text

from kefu.commerce import routes_inspections, routes_returns, routes_warehouse
from kefu.commerce.model_returns import ReturnStep
from kefu.commerce.model_warehouse import WarehouseParcel
from kefu.commerce.returns.policy import rules_in
from kefu.commerce.returns.warehouse import scan_in
from kefu.commerce.tests.factories import an_order
from kefu.commerce.tests.factories_returns import (
    a_case,
    a_location,
    a_policy,
    a_received_case,
    an_approved_case,
)
from kefu.core.db import Session
from kefu.core.errors import Invalid
from kefu.core.ids import uuid7
from kefu.identity.tests import clock
from kefu.identity.tests.desk import Desk, desk_of
from kefu.identity.tests.factories import an_agent
from kefu.promises import scan
from kefu.promises.tests.factories import a_calendar, target
from kefu.promises.tests.factories import a_policy as a_promise

__all__ = ["clock"]

ROUTERS = [module.router for module in (routes_returns, routes_inspections, routes_warehouse)]
DAYS = [[["09:00", "18:00"]]] * 5 + [[], []]
SHANGHAI = ZoneInfo("Asia/Shanghai")
EVE = datetime(2025, 9, 30, 17, tzinfo=SHANGHAI)  # the last hour before the National Day holidays
DUE = text("select due_at from clocks where subject = :case and kind = 'return_node'")


@pytest.fixture
async def desk(db: Session) -> AsyncIterator[Desk]:
    async with desk_of(db, *ROUTERS) as desk:
        yield desk


async def office(db: Session, **more: Any) -> Any:
    return await a_calendar(db, week=DAYS, chinese_holidays=True, **more)


def at(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2025, month, day, hour, minute, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("entered", "due"),
    [
        (at(9, 30, 10), at(9, 30, 14)),
        (EVE, at(10, 9, 12)),  # eight days of holiday between
        (at(10, 10, 17), at(10, 11, 12)),  # the Saturday is a make-up workday
        (at(10, 18, 3), at(10, 20, 13)),  # this Saturday is none
    ],
)
async def test_a_review_is_due_after_its_hours_of_the_office(
    db: Session, clock: Any, entered: datetime, due: datetime
) -> None:
    calendar = await office(db)
    await a_policy(db, calendar=calendar.id)
    clock.set(entered)

    case = await a_case(db)

    assert (case.node, case.node_due_at, case.node_counts) == ("review", due, "business")
    step = (await db.scalars(select(ReturnStep).where(ReturnStep.node == "review"))).one()
    assert (step.due_at, step.counts) == (due, "business")
    assert await db.scalar(DUE, {"case": case.id}) == due


async def test_a_case_is_late_by_the_office_and_not_by_the_night(db: Session, clock: Any) -> None:
    calendar = await office(db)
    await a_policy(db, calendar=calendar.id)
    clock.set(EVE)
    case = await a_case(db, kind="repair")

    clock.set(at(10, 9, 11, 59))
    assert not case.is_overdue(clock.now())
    assert await scan(db) == 0
    clock.set(at(10, 9, 12, 1))

    assert case.is_overdue(clock.now())
    assert await scan(db) == 1


async def test_each_rule_says_how_it_counts(db: Session, clock: Any) -> None:
    calendar = await office(db)
    await a_policy(
        db, calendar=calendar.id, node_counts={"review": "plain", "send_back": "business"}
    )
    clock.set(EVE)

    reviewed = await a_case(db)
    sent = await an_approved_case(db)

    assert (reviewed.node_due_at, reviewed.node_counts) == (EVE + timedelta(hours=4), "plain")
    assert (sent.node_due_at, sent.node_counts) == (at(10, 11, 14), "business")


async def test_carriers_the_fast_track_and_the_warehouse_count_day_and_night(
    db: Session, clock: Any
) -> None:
    calendar = await office(db)
    await a_policy(db, calendar=calendar.id)
    clock.set(EVE)
    sent = await an_approved_case(db)
    await a_policy(db, calendar=calendar.id, fast_track={"enabled": True})
    fast = await a_case(db, order=await an_order(db, status="delivered", total=9900))
    await a_received_case(db, tracking_number="SF48")

    parcel = (await db.scalars(select(WarehouseParcel))).one()
    assert (sent.node, sent.node_due_at, sent.node_counts) == (
        *("send_back", EVE + timedelta(hours=24), "plain"),
    )
    assert (fast.node_due_at, fast.node_counts) == (EVE + timedelta(hours=16), "plain")
    assert fast.due_at == EVE + timedelta(hours=24)
    assert (parcel.due_at, parcel.counts) == (EVE + timedelta(hours=48), "plain")


async def test_the_warehouse_counts_business_time_where_that_is_set(
    db: Session, clock: Any
) -> None:
    calendar = await office(db)
    await a_policy(db, calendar=calendar.id, turnover_hours=10, turnover_counts="business")
    clock.set(EVE)

    scanned = await scan_in(db, "SF9", await a_location(db), by=(await an_agent(db)).id)

    assert (scanned.parcel.due_at, scanned.parcel.counts) == (at(10, 9, 18), "business")


async def test_without_a_choice_the_calendar_of_the_promises_counts(
    db: Session, clock: Any
) -> None:
    wrong, right = await a_calendar(db, week=[[["00:00", "24:00"]]] * 7), await office(db)
    business = {"first_reply": target(60, business_time=True)}
    await a_promise(db, position=1, active=False, calendar_id=wrong.id, targets=business)
    await a_promise(db, position=2, calendar_id=wrong.id)
    await a_promise(db, position=3, calendar_id=right.id, targets=business)
    await a_policy(db)
    clock.set(EVE)

    case = await a_case(db)

    assert (case.node_due_at, case.node_counts) == (at(10, 9, 12), "business")


async def test_without_any_calendar_hours_count_day_and_night_and_say_so(
    db: Session, clock: Any
) -> None:
    await db.execute(text("update policies set active = false"))
    await a_policy(db)
    clock.set(EVE)

    case = await a_case(db)

    assert (case.node_due_at, case.node_counts) == (EVE + timedelta(hours=4), "plain")


async def test_a_calendar_that_is_not_there_is_refused_by_its_field(db: Session) -> None:
    await a_promise(db, calendar_id=(await office(db)).id)

    with pytest.raises(Invalid) as refused:
        await a_policy(db, calendar=uuid7())

    assert refused.value.field == "values.calendar"


async def test_screens_and_the_analysis_are_told_which_time_it_is(
    db: Session, clock: Any, desk: Desk
) -> None:
    calendar = await office(db, name="售后工作时间")
    await a_policy(db, calendar=calendar.id)
    clock.set(EVE)
    case = await an_approved_case(db)
    await a_case(db)
    clock.advance(timedelta(hours=1))
    await desk.sign_in()

    settings = (await desk.get("/return-policy")).json()
    shown = (await desk.get(f"/returns/{case.id}")).json()
    since = (EVE - timedelta(days=1)).isoformat().replace("+", "%2B")
    added = (await desk.get(f"/return-analysis?since={since}")).json()

    assert settings["business_calendar"] == "售后工作时间"
    assert settings["values"]["node_counts"]["review"] == "business"
    assert {step["node"]: step["counts"] for step in shown["steps"]} == {
        "apply": "plain",
        "review": "business",
        "send_back": "plain",
    }
    assert shown["node_counts"] == "plain"
    assert added["adds_up"] == "plain"
    assert {one["node"]: one["due_counts"] for one in added["nodes"]} == {
        "review": "business",
        "send_back": "plain",
    }


async def test_a_calendar_that_the_rules_name_is_named_by_them(db: Session) -> None:
    calendar, other = await office(db), await office(db, name="另一处")
    before = await rules_in(db, calendar)
    await a_policy(db, calendar=calendar.id)

    named = await rules_in(db, calendar)

    assert (list(before), list(await rules_in(db, other))) == ([], [])
    assert ["售后规则" in name for name in named] == [True]
