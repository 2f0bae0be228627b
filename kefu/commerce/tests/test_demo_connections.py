from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import func, select

from kefu.commerce.demo_imports import load_imports
from kefu.commerce.demo_orders import SHOP_KEY
from kefu.commerce.demo_sources import SIMULATOR, load_sources
from kefu.commerce.importing.uploading import error_file, refused_rows
from kefu.commerce.model_imports import CommerceImport
from kefu.commerce.model_orders import Order
from kefu.commerce.model_sources import Source
from kefu.commerce.shops import shop_with_key
from kefu.core.db import Database, Session
from kefu.identity.tests.factories import an_agent


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


async def test_old_sales_are_imported_but_for_three_rows_and_a_bad_file_whole(
    database: Database,
) -> None:
    async with database.transaction() as db:
        await shop_with_key(db, SHOP_KEY, name="山野户外", kind="manual", currency="CNY")

    await load_imports(database)
    await load_imports(database)

    async with database.transaction() as db:
        goods, sales = await db.scalars(select(CommerceImport).order_by(CommerceImport.id))
        refused = await refused_rows(db, sales.id, limit=10)
        orders = list(await db.scalars(select(Order).where(Order.number.like("MD2025-%"))))
        wrong = await refused_rows(db, goods.id, limit=10)
    assert (goods.status, goods.rows, goods.refused, goods.changed) == ("refused", 3, 1, 0)
    assert (sales.status, sales.rows, sales.created, sales.refused) == ("done", 8, 5, 3)
    assert [row.row for row in refused] == [5, 7, 8]
    assert [row.field for row in refused][:2] == ["placed_at", "quantity"]
    assert [row.field for row in wrong] == ["price"]
    assert "MD2025-0317" in error_file(refused, "en")[1]
    assert {(order.historic, order.customer_id, order.status) for order in orders} == {
        (True, None, "completed")
    }


async def test_connections_are_written_down_switched_off_and_once(db: Session) -> None:
    await shop_with_key(db, SHOP_KEY, name="山野户外", kind="manual", currency="CNY")
    await an_agent(db, role="administrator")

    await load_sources(db)
    await load_sources(db)

    sources = {one.kind: one for one in await db.scalars(select(Source))}
    assert await db.scalar(select(func.count()).select_from(Source)) == 2
    assert sources["qiyu"].url == SIMULATOR
    assert [one.enabled for one in sources.values()] == [False, False]
    assert all(one.secret and one.webhook_secret for one in sources.values())


async def test_a_desk_without_the_demo_shop_gets_no_connections(db: Session) -> None:
    await an_agent(db, role="administrator")

    await load_sources(db)

    assert await db.scalar(select(func.count()).select_from(Source)) == 0
