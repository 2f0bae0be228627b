from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from kefu.commerce.logistics.closing import handle
from kefu.commerce.measures_logistics import (
    carrier_on_time,
    delivery_on_time,
    delivery_problem_solved,
    order_status_accuracy,
)
from kefu.commerce.model_orders import Order
from kefu.commerce.model_sources import Reconciliation, Source
from kefu.commerce.querying import answer_query
from kefu.commerce.tests.factories import a_shipment, an_order
from kefu.commerce.tests.logistics import a_parcel, hours, pass_time, problems, scanned
from kefu.core.clock import FrozenClock, frozen, now
from kefu.core.db import Session
from kefu.core.ids import uuid7
from kefu.core.measures import NOTHING_TO_COUNT, Period
from kefu.identity import actor_for_agent
from kefu.identity.tests.factories import an_agent
from kefu.promises.tests.factories import NOON

PERIOD = Period(NOON - timedelta(days=5), NOON + timedelta(days=5))


@pytest.fixture(autouse=True)
def clock() -> Iterator[FrozenClock]:
    with frozen(NOON) as clock:
        yield clock


async def test_nineteen_of_twenty_in_time_are_95_percent(db: Session) -> None:
    for number in range(20):
        order = await an_order(db, status="delivered", promised_by=NOON, historic=number % 2 == 0)
        await a_shipment(
            db,
            order,
            carrier="sf" if number < 10 else "jd",
            status="delivered",
            delivered_at=NOON + hours(1 if number == 0 else -1),
        )
    unpromised = await an_order(db, status="delivered")
    await a_shipment(db, unpromised, status="delivered", delivered_at=NOON)

    overall, carriers = await delivery_on_time(db, PERIOD), await carrier_on_time(db, PERIOD)

    assert (overall.value, overall.numerator, overall.denominator) == (95, 19, 20)
    assert {name: part.value for name, part in carriers.parts.items()} == {"sf": 90, "jd": 100}


async def test_orders_without_parcels_count_by_their_own_delivery(db: Session) -> None:
    await an_order(db, status="delivered", promised_by=NOON, delivered_at=NOON - hours(1))
    await an_order(db, status="delivered", promised_by=NOON, delivered_at=NOON + hours(1))

    assert (await delivery_on_time(db, PERIOD)).value == 50


async def test_problems_solved_within_two_hours_of_those_whose_time_is_over(
    db: Session, clock: FrozenClock
) -> None:
    agent = await actor_for_agent(db, (await an_agent(db)).id)
    assert agent is not None
    for _ in range(4):
        await scanned(db, await a_parcel(db), "picked_up", "exception")
    first, second, *_ = await problems(db)
    await pass_time(db, clock, hours(1))
    await handle(db, first, remedy="已改派", by=agent)
    early = await delivery_problem_solved(db, PERIOD)
    await pass_time(db, clock, hours(2))
    await handle(db, second, remedy="已改派", by=agent)

    late = await delivery_problem_solved(db, PERIOD)

    assert (early.value, early.denominator) == (100, 1)
    assert (late.value, late.numerator, late.denominator) == (25, 1, 4)


async def test_accuracy_is_what_comparisons_found_alike(db: Session) -> None:
    source = Source(id=uuid7(), name="商城", kind="book", book="orders", url="http://a.example")
    db.add(source)
    await db.flush()
    for compared, alike, after, failure in (
        (1000, 984, 995, None), (200, 199, None, None), (0, 0, 0, "HTTP 500"),
    ):  # fmt: skip
        db.add(
            Reconciliation(
                id=uuid7(),
                source_id=source.id,
                finished_at=now(),
                compared=compared,
                alike=alike,
                alike_after=after,
                failure=failure,
            )
        )
    await db.flush()

    accuracy = await order_status_accuracy(db, PERIOD)

    assert (accuracy.value, accuracy.numerator, accuracy.denominator) == (99.5, 1194, 1200)
    assert accuracy.parts["商城"].value == 99.5
    assert accuracy.parts["as_found"].numerator == 1183


@pytest.mark.parametrize(
    "compute",
    [delivery_on_time, carrier_on_time, delivery_problem_solved, order_status_accuracy],
)
async def test_without_anything_to_count_there_is_a_reason(db: Session, compute: object) -> None:
    measured = await compute(db, PERIOD)  # type: ignore[operator]

    assert (measured.value, measured.reason) == (None, NOTHING_TO_COUNT)


async def test_an_order_is_equally_far_on_every_channel(db: Session, clock: FrozenClock) -> None:
    parcel = await a_parcel(db)
    order = await db.get_one(Order, parcel.order_id)
    await scanned(db, parcel, "picked_up", "out_for_delivery")
    await db.refresh(order)
    await db.refresh(parcel)

    told = [
        await answer_query(db, order, channel=channel, asked_at=now())
        for channel in ("website", "app", "phone", "chat")
    ]

    assert {one.status for one in told} == {"shipped"}
    assert {one.parcels[0]["status"] for one in told} == {"out_for_delivery"}
