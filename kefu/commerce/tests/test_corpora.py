from __future__ import annotations

import csv
import json
import os
from collections import defaultdict
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from operator import itemgetter
from pathlib import Path
from statistics import fmean
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select, text

from kefu.commerce.importing.corpora import Loaded, load_olist, load_tau
from kefu.commerce.model import PaymentMethod, Product, Sku
from kefu.commerce.model_orders import Order, OrderLine, Payment, Refund
from kefu.commerce.model_shipments import Shipment
from kefu.core.db import Database
from kefu.core.events import FactRow
from kefu.customers import Customer

CORPORA = Path(os.environ.get("KEFU_CORPORA", "../shared/data"))
OLIST, TAU = CORPORA / "olist", CORPORA / "tau_retail"
SAO_PAULO = ZoneInfo("America/Sao_Paulo")
STATUSES = {
    "created": "created",
    "approved": "paid",
    "invoiced": "processing",
    "processing": "processing",
    "shipped": "shipped",
    "delivered": "delivered",
    "canceled": "cancelled",
    "unavailable": "cancelled",
}
METHODS = {"boleto": "bank_slip", "not_defined": "other"}
TIMES = (
    "order_purchase_timestamp",
    "order_approved_at",
    "order_delivered_carrier_date",
    "order_delivered_customer_date",
    "order_estimated_delivery_date",
)
MOMENTS = ("placed_at", "paid_at", "shipped_at", "delivered_at", "promised_by")
ORDERS = text(
    "select o.number, o.status, o.placed_at, o.paid_at, o.shipped_at, o.delivered_at, "
    "o.promised_by, o.province, o.city, o.shipping_amount, o.attributes, "
    "(select min(i.value) from identities i where i.customer_id = o.customer_id "
    "and i.kind = 'external_id') as customer, "
    "coalesce((select jsonb_agg(jsonb_build_array(p.external_id, l.unit_price)) "
    "from order_lines l join products p on p.id = l.product_id where l.order_id = o.id), "
    "'[]') as lines, "
    "coalesce((select jsonb_agg(jsonb_build_array(p.method, p.amount)) from payments p "
    "where p.order_id = o.id), '[]') as payments from orders o"
)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


async def count(database: Database, table: Any, *where: Any) -> int:
    async with database.transaction() as db:
        return await db.scalar(select(func.count()).select_from(table).where(*where)) or 0


def table(name: str) -> list[dict[str, str]]:
    with (OLIST / f"olist_{name}_dataset.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def by_order(name: str) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in table(name):
        found[row["order_id"]].append(row)
    return found


def cents(written: str) -> int:
    return int(Decimal(written) * 100)


def at(written: str) -> datetime | None:
    """The moment in São Paulo, as the files mean it."""
    return (
        datetime.fromisoformat(written).replace(tzinfo=SAO_PAULO).astimezone(UTC)
        if written
        else None
    )


def expected() -> dict[str, dict[str, Any]]:
    """Every order with its lines, payments, dates and review, read from the files alone."""
    people = {row["customer_id"]: row for row in table("customers")}
    items, payments, reviews = map(by_order, ("order_items", "order_payments", "order_reviews"))
    found = {}
    for row in table("orders"):
        number, person = row["order_id"], people[row["customer_id"]]
        last = max(reviews[number], key=itemgetter("review_answer_timestamp"), default=None)
        found[number] = {
            "status": STATUSES[row["order_status"]],
            "source_status": row["order_status"],
            "times": [at(row[name]) for name in TIMES],
            "customer": person["customer_unique_id"],
            "place": [person["customer_state"], person["customer_city"]],
            "lines": sorted((one["product_id"], cents(one["price"])) for one in items[number]),
            "shipping": sum(cents(one["freight_value"]) for one in items[number]),
            "payments": sorted(
                (METHODS.get(one["payment_type"], one["payment_type"]), cents(one["payment_value"]))
                for one in payments[number]
            ),
            "score": int(last["review_score"]) if last else None,
        }
    return found


async def kept(database: Database) -> dict[str, dict[str, Any]]:
    """The same of what is in the database."""
    async with database.transaction() as db:
        rows = await db.execute(ORDERS)
        return {
            row.number: {
                "status": row.status,
                "source_status": row.attributes["source_status"],
                "times": [getattr(row, name) for name in MOMENTS],
                "customer": row.customer,
                "place": [row.province, row.city],
                "lines": sorted((product, price) for product, price in row.lines),
                "shipping": row.shipping_amount,
                "payments": sorted((method, amount) for method, amount in row.payments),
                "score": row.attributes.get("review_score"),
            }
            for row in rows
        }


@pytest.mark.skipif(not OLIST.is_dir(), reason="the corpus olist is not here")
@pytest.mark.slow
async def test_every_olist_order_is_loaded_as_its_files_say(database: Database) -> None:
    told, items = table("orders"), table("order_items")

    loaded = await load_olist(database, OLIST)

    wanted, found = expected(), await kept(database)
    assert len(found) == len(wanted) == 8135
    for number, order in wanted.items():
        assert found[number] == order, number
    check_content(loaded, wanted)

    ours = {row["order_id"] for row in told}
    assert loaded.orders == loaded.new == len(told) == 8135
    assert await count(database, OrderLine) == sum(row["order_id"] in ours for row in items)
    assert await count(database, Order, Order.historic) == 8135
    delivered = sum(bool(row["order_delivered_customer_date"]) for row in told)
    assert await count(database, Order, Order.delivered_at.is_not(None)) == delivered
    async with database.transaction() as db:
        goods = await db.scalar(select(func.sum(Order.goods_amount)).where(
            Order.id.in_(select(OrderLine.order_id))
        ))  # fmt: skip
        kinds = set(await db.scalars(select(FactRow.kind).distinct()))
    assert goods == sum(round(float(row["price"]) * 100) for row in items)
    assert {kind for kind in kinds if kind.startswith("order.")} == {"order.placed"}
    assert len(items) == sum(len(one["lines"]) for one in wanted.values())
    assert (await load_olist(database, OLIST)).new == 0


def check_content(loaded: Loaded, wanted: dict[str, dict[str, Any]]) -> None:
    """Satisfaction by in time and late is that of the files, and the late are less content."""
    scores: dict[bool, list[int]] = {False: [], True: []}
    for one in wanted.values():
        *_, delivered, promised = one["times"]
        if delivered and promised and one["score"]:
            scores[delivered > promised].append(one["score"])
    shown = [(one.late, one.reviews, round(one.mean, 6)) for one in loaded.content]
    assert shown == [(late, len(given), round(fmean(given), 6)) for late, given in scores.items()]
    assert fmean(scores[True]) < fmean(scores[False])


@pytest.mark.skipif(not TAU.is_dir(), reason="the corpus tau_retail is not here")
async def test_the_tau_shop_is_loaded_with_its_people_and_goods(database: Database) -> None:
    books = json.loads((TAU / "orders.json").read_text())

    loaded = await load_tau(database, TAU)

    assert (loaded.customers, loaded.products, loaded.orders, loaded.new) == (500, 50, 1000, 1000)
    assert await count(database, Customer) == 500
    assert (await count(database, Product), await count(database, Sku)) == (50, 591)
    assert await count(database, Payment) == 1000
    assert await count(database, Refund) == 102
    assert await count(database, Payment, Payment.method_id.is_(None)) == 0
    assert await count(database, OrderLine, OrderLine.sku_id.is_(None)) == 0
    lines = sum(len(order["items"]) for order in books.values())
    assert await count(database, OrderLine) == lines
    parcels = sum(len(one["tracking_id"]) for o in books.values() for one in o["fulfillments"])
    assert await count(database, Shipment) == parcels
    assert await count(database, PaymentMethod) > 500
    assert (await load_tau(database, TAU)).new == 0
