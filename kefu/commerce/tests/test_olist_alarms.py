"""Real orders, replayed in time order: each alarm comes at the moment that the data itself says."""

from __future__ import annotations

import csv
import heapq
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import fmean

import pytest
from sqlalchemy import func, select

from kefu.commerce.documents import OrderDocument
from kefu.commerce.logistics.starting import watch_orders
from kefu.commerce.logistics.watching import look
from kefu.commerce.model_logistics import DeliveryAnomaly, DeliveryWatch
from kefu.commerce.model_orders import Order
from kefu.commerce.taking import take_orders
from kefu.commerce.tests.factories import a_shop
from kefu.commerce.waiting import EventDocument, take_events
from kefu.core.clock import frozen
from kefu.core.db import Session

FOLDER = Path(os.environ.get("KEFU_CORPORA", "../shared/data")) / "olist"
NEEDED = {"created": timedelta(hours=72), "in_transit": timedelta(hours=24)}
WHOLE = pytest.mark.skipif(
    not os.environ.get("KEFU_WHOLE_CORPORA"), reason="KEFU_WHOLE_CORPORA=1 replays every order"
)

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"{FOLDER} is not there")


@dataclass(frozen=True)
class Row:
    """One order of the file; `late` compares what was promised with what came."""

    number: str
    placed: datetime
    shipped: datetime | None
    delivered: datetime | None
    promised: datetime

    @property
    def late(self) -> bool:
        return self.delivered is None or self.delivered > self.promised


def say(words: str) -> None:
    """Shown with `pytest -s`."""
    sys.stdout.write(words + "\n")


def moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None


def rows(every: int) -> list[Row]:
    """Each of so many orders that was not cancelled (the file does not say when one was).

    Six whose dates contradict each other are left out.
    """
    found = []
    with (FOLDER / "olist_orders_dataset.csv").open(encoding="utf-8") as file:
        for number, line in enumerate(csv.DictReader(file)):
            placed = moment(line["order_purchase_timestamp"])
            promised = moment(line["order_estimated_delivery_date"])
            shipped = moment(line["order_delivered_carrier_date"])
            delivered = moment(line["order_delivered_customer_date"])
            cancelled = line["order_status"] in ("canceled", "unavailable")
            if number % every or cancelled or placed is None or promised is None:
                continue
            steps = [at for at in (placed, shipped, delivered) if at]
            if steps == sorted(steps) and (shipped or not delivered):
                found.append(Row(line["order_id"], placed, shipped, delivered, promised))
    return found


def expected(row: Row, end: datetime) -> dict[str, list[datetime]]:
    """When each alarm must come, worked out from the file alone."""
    stages = [(row.placed, row.shipped or end, "created")]
    if row.shipped:
        stages.append((row.shipped, row.delivered or end, "in_transit"))
    at_risk = []
    for began, ended, stage in stages:
        since = max(began, row.promised - NEEDED[stage])
        if since < min(ended, row.promised):
            at_risk.append(since)
    if len(at_risk) == 2 and row.shipped == at_risk[1]:
        at_risk.pop()  # it was at risk before it left and still is: one alarm goes on
    broken = [max(row.placed, row.promised)] if (row.delivered or end) > row.promised else []
    return {"promise_at_risk": at_risk, "promise_broken": broken}


def happenings(some: list[Row]) -> Iterator[tuple[datetime, int, str, Row]]:
    for number, row in enumerate(some):
        yield row.placed, number, "placed", row
        if row.shipped:
            yield row.shipped, number, "shipped", row
        if row.delivered:
            yield row.delivered, number, "delivered", row


@pytest.mark.parametrize(
    ("every", "orders"), [(40, None), pytest.param(1, 6895, marks=[pytest.mark.slow, WHOLE])]
)
async def test_each_alarm_comes_at_its_moment_and_no_other_does(
    db: Session, every: int, orders: int | None
) -> None:
    some = rows(every)
    assert len(some) == (orders or len(some))
    shop = await a_shop(db, key="olist", currency="BRL")
    waiting = list(happenings(some))
    heapq.heapify(waiting)
    end = max(at for at, *_ in waiting) + timedelta(days=60)
    with frozen(waiting[0][0]) as clock:
        while True:
            due = await db.scalar(select(func.min(DeliveryWatch.due_at)))
            coming = min(
                (at for at in (due, waiting[0][0] if waiting else None) if at), default=end
            )
            if coming >= end:
                break
            clock.set(max(coming, clock.now()))
            told: list[str] = []
            while waiting and waiting[0][0] <= clock.now():
                _, _, kind, row = heapq.heappop(waiting)
                told.append(row.number)
                if kind == "placed":
                    await take_orders(db, shop, [document_of(row)])
                else:
                    event = {"external_id": f"{row.number}-{kind}", "number": row.number}
                    at = {"kind": kind, "at": clock.now()}
                    await take_events(db, shop, [EventDocument.model_validate(event | at)])
            if told:
                ids = await db.scalars(select(Order.id).where(Order.number.in_(told)))
                await watch_orders(db, ids)
            await look(db)
            db.expunge_all()

    found: dict[tuple[str, str], list[datetime]] = {}
    anomalies = await db.scalars(select(DeliveryAnomaly).order_by(DeliveryAnomaly.opened_at))
    for one in anomalies:
        found.setdefault((one.order_number, one.kind), []).append(one.opened_at)
    wanted = {
        (row.number, kind): moments
        for row in some
        for kind, moments in expected(row, end).items()
        if moments
    }

    assert found == wanted
    alarms = sum(map(len, found.values()))
    say(f"{len(some)} orders, {alarms} alarms, each at its moment")


def document_of(row: Row) -> OrderDocument:
    return OrderDocument.model_validate(
        {
            "number": row.number,
            "status": "paid",
            "placed_at": row.placed,
            "paid_at": row.placed,
            "promised_by": row.promised,
            "currency": "BRL",
            "lines": [{"title": "item", "unit_price": 100}],
        }
    )


def test_customers_are_less_content_where_the_promise_was_broken() -> None:
    scores: dict[str, list[int]] = {}
    with (FOLDER / "olist_order_reviews_dataset.csv").open(encoding="utf-8") as file:
        for line in csv.DictReader(file):
            scores.setdefault(line["order_id"], []).append(int(line["review_score"]))
    every: dict[bool, list[int]] = {True: [], False: []}
    with (FOLDER / "olist_orders_dataset.csv").open(encoding="utf-8") as file:
        for line in csv.DictReader(file):
            delivered = moment(line["order_delivered_customer_date"])
            promised = moment(line["order_estimated_delivery_date"])
            if delivered and promised:
                every[delivered > promised] += scores.get(line["order_id"], [])

    in_time, late = every[False], every[True]

    assert fmean(late) < fmean(in_time)
    say(
        f"in time {len(in_time)} reviews, mean {fmean(in_time):.2f}; "
        f"late {len(late)} reviews, mean {fmean(late):.2f}"
    )
