from __future__ import annotations

import csv
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from kefu.commerce.importing.corpora import load_olist, load_tau
from kefu.commerce.model import PaymentMethod, Product, Sku
from kefu.commerce.model_orders import Order, OrderLine, Payment, Refund
from kefu.commerce.model_shipments import Shipment
from kefu.core.db import Database
from kefu.core.events import FactRow
from kefu.customers import Customer

CORPORA = Path(os.environ.get("KEFU_CORPORA", "../shared/data"))
OLIST, TAU = CORPORA / "olist", CORPORA / "tau_retail"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


async def count(database: Database, table: Any, *where: Any) -> int:
    async with database.transaction() as db:
        return await db.scalar(select(func.count()).select_from(table).where(*where)) or 0


@pytest.mark.skipif(not OLIST.is_dir(), reason="the corpus olist is not here")
@pytest.mark.slow
async def test_every_olist_order_is_loaded_as_its_files_say(database: Database) -> None:
    with (OLIST / "olist_orders_dataset.csv").open(encoding="utf-8-sig") as file:
        told = list(csv.DictReader(file))
    with (OLIST / "olist_order_items_dataset.csv").open(encoding="utf-8-sig") as file:
        items = list(csv.DictReader(file))

    loaded = await load_olist(database, OLIST)

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
    assert (await load_olist(database, OLIST)).new == 0


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
