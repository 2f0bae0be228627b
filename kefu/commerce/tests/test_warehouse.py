from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from kefu.commerce.model_warehouse import WarehouseParcel
from kefu.commerce.reactions_returns import see_who_is_late
from kefu.commerce.returns.listing import stock
from kefu.commerce.returns.sending_back import send_back
from kefu.commerce.returns.warehouse import close_location, match, scan_in, scan_out
from kefu.commerce.tests.factories_returns import (
    a_location,
    a_policy,
    a_received_case,
    an_approved_case,
)
from kefu.core.db import Session
from kefu.core.errors import Conflict, NotFound, Refusal
from kefu.core.events import Fact, FactRow
from kefu.identity.tests import clock
from kefu.identity.tests.factories import an_agent
from kefu.promises import scan

__all__ = ["clock"]

TOLD = text("select kind, params->>'location' from notifications where agent_id = :agent")
IN_TIME = timedelta(hours=47, minutes=59)


async def worker(db: Session) -> Any:
    return (await an_agent(db, role="other_department")).id


async def alarms(db: Session) -> list[FactRow]:
    """Let the scanner and its reaction do what the worker would."""
    await scan(db)
    due = await db.scalars(select(FactRow).where(FactRow.kind == "clock.due"))
    names: Any = Fact.__slots__
    facts = [Fact(**{name: getattr(row, name) for name in names}) for row in due]
    await see_who_is_late(db, facts)
    return list(await db.scalars(select(FactRow).where(FactRow.kind == "parcel.overdue")))


async def test_a_parcel_that_leaves_after_47_59_was_in_time(db: Session, clock: Any) -> None:
    by = await worker(db)
    await scan_in(db, "SF1", await a_location(db), by=by)
    clock.advance(IN_TIME)

    assert await alarms(db) == []
    await scan_out(db, "SF1", purpose="restock", by=by)
    clock.advance(timedelta(hours=1))

    fact = (await db.scalars(select(FactRow).where(FactRow.kind == "parcel.scanned_out"))).one()
    assert (fact.details["within"], fact.details["hours"]) == (True, 47.983)
    assert await alarms(db) == []


async def test_a_parcel_that_lies_48_01_raises_one_alarm_with_its_place(
    db: Session, clock: Any
) -> None:
    by = await worker(db)
    place = await a_location(db, "B-07")
    await scan_in(db, "SF2", place, by=by)
    clock.advance(timedelta(hours=48, minutes=1))

    told = await alarms(db)
    again = await alarms(db)

    assert [fact.details["location"] for fact in told] == [str(place.id)]
    assert len(again) == 1
    rows = await db.execute(TOLD, {"agent": by})
    assert [tuple(row) for row in rows] == [("parcel.overdue", str(place.id))]


async def test_the_intake_scan_moves_the_case(db: Session) -> None:
    await a_policy(db)
    case = await an_approved_case(db)
    await send_back(db, case, carrier="jd", tracking_number="JD88", by=None)

    scanned = await scan_in(db, "JD88", await a_location(db), by=await worker(db))

    assert (scanned.result, scanned.case is case, case.node) == ("in", True, "inspect")


async def test_a_case_number_on_the_label_is_enough(db: Session) -> None:
    await a_policy(db)
    case = await an_approved_case(db)

    scanned = await scan_in(db, case.number.lower(), await a_location(db), by=await worker(db))

    assert (scanned.result, case.node) == ("in", "inspect")


async def test_a_parcel_that_nobody_knows_is_kept_and_matched_later(db: Session) -> None:
    await a_policy(db)
    by, place = await worker(db), await a_location(db)
    unknown = await scan_in(db, "YT404", place, by=by)
    case = await an_approved_case(db)

    matched = await match(db, unknown.parcel, case.number, by=by)
    with pytest.raises(Conflict) as twice:
        await match(db, unknown.parcel, case.number, by=by)

    assert (unknown.result, matched.result, case.node) == ("unknown", "matched", "inspect")
    assert twice.value.code == "matched_already"


async def test_a_second_scan_moves_a_parcel_and_a_third_changes_nothing(db: Session) -> None:
    by = await worker(db)
    first, second = await a_location(db, "A-01"), await a_location(db, "A-02")
    await scan_in(db, "SF3", first, by=by)

    moved = await scan_in(db, "SF3", second, by=by)
    here = await scan_in(db, "SF3", second, by=by)

    assert (moved.result, here.result) == ("moved", "here")
    assert len(list(await db.scalars(select(WarehouseParcel)))) == 1


async def test_a_parcel_that_is_not_here_cannot_leave(db: Session) -> None:
    by = await worker(db)
    await scan_in(db, "SF4", await a_location(db), by=by)
    await scan_out(db, "SF4", purpose="restock", by=by)

    with pytest.raises(NotFound) as refused:
        await scan_out(db, "SF4", purpose="restock", by=by)

    assert refused.value.field == "code"


async def test_a_parcel_comes_back_as_another_one(db: Session) -> None:
    by, place = await worker(db), await a_location(db)
    await scan_in(db, "SF5", place, by=by)
    await scan_out(db, "SF5", purpose="customer", by=by)

    again = await scan_in(db, "SF5", place, by=by)

    assert again.result == "unknown"
    assert len(list(await db.scalars(select(WarehouseParcel)))) == 2


async def test_a_place_with_parcels_stays_and_an_unused_one_takes_none(db: Session) -> None:
    by, place = await worker(db), await a_location(db)
    await scan_in(db, "SF6", place, by=by)
    with pytest.raises(Conflict):
        await close_location(db, place)
    await scan_out(db, "SF6", purpose="scrap", by=by)
    await close_location(db, place)

    with pytest.raises(Refusal) as refused:
        await scan_in(db, "SF7", place, by=by)

    assert refused.value.field == "location_id"


async def test_stock_says_what_lies_where(db: Session) -> None:
    await a_policy(db)
    await a_received_case(db, tracking_number="SF9")

    rows = await stock(db)

    assert [(row["location"], row["determination"], row["units"]) for row in rows] == [
        ("A-01", "waiting", 1)
    ]
