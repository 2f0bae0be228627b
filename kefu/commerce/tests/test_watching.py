from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from kefu.commerce.logistics.ingesting import NewScan, call_up, ingest
from kefu.commerce.logistics.starting import watch_orders
from kefu.commerce.logistics.watching import look
from kefu.commerce.model_logistics import DeliveryWatch
from kefu.commerce.model_orders import Order
from kefu.commerce.model_shipments import TrackingEvent
from kefu.commerce.tests.factories import a_shipment, an_order
from kefu.commerce.tests.logistics import (
    a_parcel,
    facts_of,
    hours,
    open_kinds,
    pass_time,
    problems,
    scanned,
    status_of,
    work,
)
from kefu.core.clock import FrozenClock, frozen
from kefu.core.db import Session
from kefu.identity.tests.visiting import counted
from kefu.promises.tests.factories import NOON


@pytest.fixture(autouse=True)
def clock() -> Iterator[FrozenClock]:
    with frozen(NOON) as clock:
        yield clock


async def kept(db: Session) -> int:
    return await db.scalar(select(func.count()).select_from(TrackingEvent)) or 0


async def test_a_scan_is_kept_once_however_often_it_comes(db: Session) -> None:
    parcel = await a_parcel(db)

    first = await scanned(db, parcel, "picked_up", external_id="S1")
    again = await scanned(db, parcel, "picked_up", external_id="S1")

    assert (first.new, first.known) == (1, 0)
    assert (again.new, again.known) == (0, 1)
    assert await kept(db) == 1
    assert len(await facts_of(db, "shipment.moved")) == 1


async def test_one_without_a_number_is_known_by_its_content(db: Session) -> None:
    parcel = await a_parcel(db)

    found = [await scanned(db, parcel, "departed", at=NOON, place="长沙") for _ in range(2)]

    assert [one.new for one in found] == [1, 0]


async def test_status_follows_what_happened_last_not_what_came_last(db: Session) -> None:
    parcel = await a_parcel(db)

    await scanned(db, parcel, "delivered", at=NOON)
    await scanned(db, parcel, "out_for_delivery", at=NOON - hours(3))
    await scanned(db, parcel, "picked_up", at=NOON - hours(30))

    assert await status_of(db, parcel) == "delivered"
    assert [fact.details["status"] for fact in await facts_of(db, "shipment.moved")] == [
        "delivered"
    ]
    await db.refresh(parcel)
    assert parcel.delivered_at == NOON
    assert parcel.shipped_at == NOON - hours(30)


async def test_scans_before_their_parcel_wait_for_it(db: Session) -> None:
    waiting = await ingest(
        db, [NewScan(tracking_number="SF900", code=code, at=NOON) for code in ("departed", "lost")]
    )
    order = await an_order(db, status="paid", placed_at=NOON)
    parcel = await a_shipment(db, order, tracking_number="SF900", status="created", shipped_at=None)
    before = await kept(db)
    await call_up(db, [parcel.id])
    await work(db)

    assert (waiting.waiting, before, await kept(db)) == (2, 0, 2)
    assert await status_of(db, parcel) == "lost"


async def test_two_carriers_may_use_one_number(db: Session) -> None:
    ours = await a_parcel(db, tracking_number="777", carrier="sf")
    theirs = await a_parcel(db, tracking_number="777", carrier="jd")

    await scanned(db, ours, "delivered", carrier="jd")

    assert await status_of(db, ours) == "created"
    assert await status_of(db, theirs) == "delivered"


async def test_a_batch_costs_the_same_for_one_and_for_a_hundred(db: Session) -> None:
    parcels = [await a_parcel(db) for _ in range(100)]
    await work(db)
    costs = []
    for number in (1, 25, 100):
        some = parcels[:number]
        at = NOON + timedelta(seconds=number)
        scans = [
            NewScan(tracking_number=one.tracking_number or "", code="departed", at=at)
            for one in some
        ]
        with counted(db) as statements:
            await ingest(db, scans)
        taken = len(statements)
        with counted(db) as statements:
            assert await look(db) == len(some)
        costs.append((taken, len(statements)))

    assert len({taken for taken, _ in costs}) == 1
    assert max(looked for _, looked in costs) <= 16


async def test_silence_is_found_at_its_moment_and_only_once(
    db: Session, clock: FrozenClock
) -> None:
    parcel = await a_parcel(db)
    await scanned(db, parcel, "picked_up", place="广州")

    await pass_time(db, clock, hours(47.9))
    before = await open_kinds(db, parcel)
    await pass_time(db, clock, hours(0.1))
    await pass_time(db, clock, hours(1))
    (stuck,) = await problems(db, parcel)

    assert before == set()
    assert stuck.kind == "stuck"
    assert stuck.since == stuck.opened_at == NOON + hours(48)
    assert stuck.evidence["place"] == "广州"
    assert len(await facts_of(db, "anomaly.opened")) == 1


async def test_what_lasts_becomes_more_urgent_and_is_said(db: Session, clock: FrozenClock) -> None:
    parcel = await a_parcel(db)
    await scanned(db, parcel, "picked_up")

    await pass_time(db, clock, hours(48))
    await pass_time(db, clock, hours(48))

    (stuck,) = await problems(db, parcel)
    assert stuck.severity == "high"
    assert len(await facts_of(db, "anomaly.worsened", stuck.id)) == 1


async def test_a_parcel_that_moves_on_closes_its_problem_and_may_have_it_again(
    db: Session, clock: FrozenClock
) -> None:
    parcel = await a_parcel(db)
    await scanned(db, parcel, "picked_up")
    await pass_time(db, clock, hours(50))
    await scanned(db, parcel, "arrived")
    await pass_time(db, clock, hours(49))

    first, second = await problems(db, parcel)

    assert (first.closing, second.closed_at) == ("went_on", None)
    assert first.closed_at == NOON + hours(50)


@pytest.mark.parametrize("historic", [True, False])
async def test_old_orders_that_were_loaded_raise_no_alarm(
    db: Session, clock: FrozenClock, *, historic: bool
) -> None:
    parcel = await a_parcel(db, historic=historic)
    await scanned(db, parcel, "picked_up")

    await pass_time(db, clock, timedelta(days=9))

    assert bool(await problems(db)) != historic


async def test_an_order_that_does_not_leave_puts_its_promise_at_risk(
    db: Session, clock: FrozenClock
) -> None:
    order = await an_order(db, status="paid", placed_at=NOON, promised_by=NOON + hours(100))
    await watch_orders(db, [order.id])
    await work(db)

    await pass_time(db, clock, hours(28))
    kinds = [one.kind for one in await problems(db)]
    parcel = await a_shipment(db, order, status="created", shipped_at=None)
    await watch_orders(db, [order.id])
    await scanned(db, parcel, "picked_up")

    assert kinds == ["promise_at_risk"]
    assert [one.closing for one in await problems(db)] == ["went_on"]
    assert await db.get(DeliveryWatch, order.id) is None


async def test_an_order_has_left_with_its_first_and_arrived_with_its_last_parcel(
    db: Session,
) -> None:
    one = await a_parcel(db)
    order = await db.get_one(Order, one.order_id)
    other = await a_shipment(db, order, status="created", shipped_at=None)

    await scanned(db, one, "picked_up")
    await db.refresh(order)
    left = order.status
    await scanned(db, one, "delivered", at=NOON + hours(1))
    await db.refresh(order)
    half = order.status
    await scanned(db, other, "picked_up", "delivered", at=NOON + hours(2))
    await db.refresh(order)

    assert (left, half, order.status) == ("shipped", "shipped", "delivered")
    assert order.delivered_at == NOON + hours(2)
    assert len(await facts_of(db, "order.shipped", order.id)) == 1
    assert len(await facts_of(db, "order.delivered", order.id)) == 1


async def test_nothing_survives_a_rollback(db: Session) -> None:
    parcel = await a_parcel(db)

    savepoint = await db.begin_nested()
    await scanned(db, parcel, "picked_up")
    await savepoint.rollback()

    assert await kept(db) == 0
    assert await facts_of(db, "shipment.moved") == []
