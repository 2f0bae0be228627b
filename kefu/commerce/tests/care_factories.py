"""Orders that something is asked of, for tests; everything not named is unremarkable."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any
from uuid import UUID

from kefu.commerce.changing import Asked, request_change
from kefu.commerce.model import PaymentMethod, Product, Shop, Sku
from kefu.commerce.model_order_care import OrderChange
from kefu.commerce.model_orders import Order, OrderLine, Payment
from kefu.commerce.model_sources import Source
from kefu.commerce.tests.factories import a_product, an_order, lines_of, sku_of, the_shop
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.ids import uuid7
from kefu.customers.tests.factories import a_customer

_numbers = itertools.count(1)
ELSEWHERE = {"recipient": "李雷", "province": "上海市", "city": "上海市", "street": "世纪大道 8 号"}


async def a_method(
    db: Session, customer: UUID | None, *, kind: str = "gift_card", **more: Any
) -> PaymentMethod:
    assert customer is not None
    shop = more.pop("shop", None) or await the_shop(db)
    given = {"external_id": f"{kind}-{next(_numbers)}"} | more
    method = PaymentMethod(id=uuid7(), shop_id=shop.id, customer_id=customer, kind=kind, **given)
    db.add(method)
    await db.flush()
    return method


async def a_bought_order(
    db: Session, *, minutes_ago: float = 10, method: PaymentMethod | None = None, **more: Any
) -> Order:
    """An order of a known customer for one line of a product with a stock, paid in full."""
    customer = more.pop("customer", None) or (await a_customer(db)).id
    placed = more.pop("placed_at", now() - timedelta(minutes=minutes_ago))
    product = await a_product(db, price=10000)
    order = await an_order(db, customer=customer, total=10000, placed_at=placed, **more)
    (line,) = await lines_of(db, order)
    sku = await sku_of(db, product)
    line.product_id, line.sku_id, line.title = product.id, sku.id, product.title
    if order.status != "created":
        payment = Payment(
            order_id=order.id,
            external_id=f"paid-{next(_numbers)}",
            method=method.kind if method else "alipay",
            method_id=method.id if method else None,
            amount=10000,
            paid_at=placed,
        )
        db.add(payment)
    await db.flush()
    return order


async def line_and_product(db: Session, order: Order) -> tuple[OrderLine, Product, Sku]:
    (line,) = await lines_of(db, order)
    product = await db.get_one(Product, line.product_id)
    sku = await db.get_one(Sku, line.sku_id)
    return line, product, sku


async def wanted_of(db: Session, order: Order, kind: str) -> dict[str, Any]:
    """Something that can be asked of this order."""
    if kind == "address":
        return ELSEWHERE
    if kind == "payment":
        return {"payment_method": (await a_method(db, order.customer_id, kind="paypal")).id}
    if kind == "content":
        (line,) = await lines_of(db, order)
        return {"lines": [{"line": line.id, "quantity": 2}]}
    return {}


async def ask(
    db: Session, order: Order, kind: str, wanted: dict[str, Any] | None = None, **asked: Any
) -> OrderChange:
    asked.setdefault("reason", "no_longer_needed" if kind == "cancel" else None)
    given = await wanted_of(db, order, kind) if wanted is None else wanted
    return await request_change(db, order, kind=kind, wanted=given, asked=Asked(**asked))


async def a_taking_source(db: Session, shop: Shop, **more: Any) -> Source:
    """A source through which the shop takes changes of its orders."""
    given: dict[str, Any] = {
        "name": f"来源 {next(_numbers)}",
        "kind": "book",
        "book": "orders",
        "url": "https://shop.example",
        "secret": "book-secret",
        "takes_changes": True,
    }
    source = Source(id=uuid7(), shop_id=shop.id, **given | more)
    db.add(source)
    await db.flush()
    return source
