"""Shops, products and orders for tests; everything not named is unremarkable."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kefu.commerce.model import PaymentMethod, Product, Shop, Sku
from kefu.commerce.model_orders import Order, OrderLine, Payment, Refund
from kefu.commerce.model_shipments import Shipment, TrackingEvent
from kefu.commerce.terms import terms_of
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.ids import uuid7

_numbers = itertools.count(1)


async def a_shop(db: Session, *, key: str | None = None, **more: Any) -> Shop:
    shop = Shop(id=uuid7(), key=key or f"shop-{next(_numbers)}", **({"name": "山野"} | more))
    db.add(shop)
    await db.flush()
    return shop


async def the_shop(db: Session) -> Shop:
    """The shop of everything for which no shop is named."""
    shop = await db.scalar(select(Shop).where(Shop.key == "main"))
    return shop or await a_shop(db, key="main")


async def a_product(
    db: Session, *, shop: Shop | None = None, price: int = 69900, stock: int = 20, **more: Any
) -> Product:
    """A product with one variant."""
    shop = shop or await the_shop(db)
    number = next(_numbers)
    given = {"title": f"帐篷 {number}", "external_id": f"P{number}", "category": "camp"} | more
    product = Product(id=uuid7(), shop_id=shop.id, price_from=price, currency="CNY", **given)
    product.title_key = product.title.casefold()
    product.search_terms = terms_of(product.title)
    db.add(product)
    await db.flush()
    await a_sku(db, product, price=price, stock=stock)
    return product


async def a_sku(db: Session, product: Product, *, price: int = 69900, **more: Any) -> Sku:
    given = {"external_id": f"{product.external_id}-{next(_numbers)}"} | more
    sku = Sku(id=uuid7(), product_id=product.id, shop_id=product.shop_id, price=price, **given)
    db.add(sku)
    await db.flush()
    return sku


async def sku_of(db: Session, product: Product) -> Sku:
    """The first variant of a product."""
    found = await db.scalars(select(Sku).where(Sku.product_id == product.id).order_by(Sku.id))
    sku = found.first()
    assert sku is not None
    return sku


async def an_order(
    db: Session,
    *,
    shop: Shop | None = None,
    customer: UUID | None = None,
    status: str = "paid",
    total: int = 69900,
    lines: int = 1,
    **more: Any,
) -> Order:
    """An order of `lines` lines that share the total; its times fit its status."""
    shop = shop or await the_shop(db)
    placed = more.pop("placed_at", now() - timedelta(days=3))
    given = times_of(status, placed) | {
        "number": f"SY{next(_numbers):08}",
        "recipient": "王芳",
        "phone": "+8613800000011",
        "province": "浙江省",
        "city": "杭州市",
        "district": "西湖区",
        "street": "文三路 1 号",
        "paid_amount": total if status != "created" else 0,
    }
    order = Order(
        id=uuid7(),
        shop_id=shop.id,
        customer_id=customer,
        status=status,
        placed_at=placed,
        goods_amount=total,
        total_amount=total,
        **(given | more),
    )
    order.search_terms = terms_of(order.recipient or "")
    order.phone_tail = order.phone[-4:] if order.phone else None
    db.add(order)
    await db.flush()
    for position in range(1, lines + 1):
        price = total // lines + (total % lines if position == 1 else 0)
        await a_line(db, order, position=position, unit_price=price)
    return order


def times_of(status: str, placed: Any) -> dict[str, Any]:
    """Every time that an order of this status has passed, an hour apart."""
    if status == "cancelled":
        return {"cancelled_at": placed + timedelta(hours=1)}
    passed = {
        "created": (),
        "paid": ("paid_at",),
        "processing": ("paid_at",),
        "shipped": ("paid_at", "shipped_at"),
        "delivered": ("paid_at", "shipped_at", "delivered_at"),
        "completed": ("paid_at", "shipped_at", "delivered_at", "completed_at"),
    }[status]
    return {name: placed + timedelta(hours=hour) for hour, name in enumerate(passed, 1)}


async def a_line(
    db: Session, order: Order, *, position: int = 1, unit_price: int = 69900, **more: Any
) -> OrderLine:
    given = {"title": "云雀 2 人三季帐篷"} | more
    line = OrderLine(
        id=uuid7(), order_id=order.id, position=position, unit_price=unit_price, **given
    )
    db.add(line)
    await db.flush()
    return line


async def lines_of(db: Session, order: Order) -> list[OrderLine]:
    rows = await db.scalars(
        select(OrderLine).where(OrderLine.order_id == order.id).order_by(OrderLine.position)
    )
    return list(rows)


async def a_payment(db: Session, order: Order, **more: Any) -> Payment:
    given = {
        "external_id": f"pay-{next(_numbers)}",
        "method": "alipay",
        "amount": order.total_amount,
        "paid_at": order.paid_at,
    } | more
    payment = Payment(id=uuid7(), order_id=order.id, **given)
    db.add(payment)
    await db.flush()
    return payment


async def a_payment_method(
    db: Session, customer: UUID, *, shop: Shop | None = None, **more: Any
) -> PaymentMethod:
    shop = shop or await the_shop(db)
    given = {"external_id": f"card-{next(_numbers)}", "kind": "credit_card"} | more
    method = PaymentMethod(id=uuid7(), shop_id=shop.id, customer_id=customer, **given)
    db.add(method)
    await db.flush()
    return method


async def a_refund(db: Session, order: Order, *, amount: int = 9900, **more: Any) -> Refund:
    refund = Refund(
        id=uuid7(), order_id=order.id, amount=amount, **({"reason": "no_reason"} | more)
    )
    db.add(refund)
    await db.flush()
    return refund


async def a_shipment(db: Session, order: Order, **more: Any) -> Shipment:
    given = {
        "carrier": "sf",
        "tracking_number": f"SF{next(_numbers):012}",
        "status": "in_transit",
        "shipped_at": order.shipped_at or now(),
    } | more
    shipment = Shipment(id=uuid7(), order_id=order.id, **given)
    db.add(shipment)
    await db.flush()
    return shipment


async def a_tracking_event(db: Session, shipment: Shipment, **more: Any) -> TrackingEvent:
    given = {
        "external_id": f"scan-{next(_numbers)}",
        "at": now(),
        "status": "in_transit",
        "place": "杭州",
    } | more
    event = TrackingEvent(id=uuid7(), shipment_id=shipment.id, **given)
    db.add(event)
    await db.flush()
    return event
