from __future__ import annotations

import re

from sqlalchemy import func, select

from kefu.commerce.demo_goods import GOODS
from kefu.commerce.demo_orders import PAGES, load_demo_orders
from kefu.commerce.model import Product
from kefu.commerce.model_orders import STATUSES, Order
from kefu.core.db import Session
from kefu.customers.tests.factories import a_customer, an_identity
from tools.lint.repository import ROOT


async def test_the_demo_has_orders_in_every_state_and_loads_once(db: Session) -> None:
    for number in range(5):
        member = await a_customer(db, name=f"王芳{number}", phone=f"+861380000{number:04}")
        proven = {"verified_at": member.created_at}
        await an_identity(db, member, "external_id", f"M1000{number}", **proven)
        await an_identity(db, member, "phone", f"+861380000{number:04}", **proven)

    await load_demo_orders(db)
    first = await db.scalar(select(func.count()).select_from(Order))
    await load_demo_orders(db)

    assert first == await db.scalar(select(func.count()).select_from(Order)) == 60
    assert set(await db.scalars(select(Order.status).distinct())) == set(STATUSES)
    assert await db.scalar(select(func.count()).select_from(Product)) == len(GOODS)
    assert await db.scalar(select(Order.id).where(Order.customer_id.is_(None))) is None
    assert await db.scalar(select(func.count(Order.customer_id.distinct()))) == 8


def test_the_demo_sells_what_the_shops_pages_sell() -> None:
    goods = (ROOT / "web/shop/src/goods.ts").read_text(encoding="utf-8")
    orders = (ROOT / "web/shop/src/orders.ts").read_text(encoding="utf-8")
    pattern = r"\{ id: '([a-z-]+)', shelf: '\w+', title: both\('([^']+)'.*?price: (\d+)"

    shown = {key: (title, int(price) * 100) for key, title, price in re.findall(pattern, goods)}

    assert shown == {one[0]: (one[1], one[3]) for one in GOODS}
    assert {one[3] for one in PAGES} == set(re.findall(r"number: '([^']+)'", orders))
