"""Showing: orders as answers show them, with what is personal masked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kefu.commerce.model import Product, Shop
from kefu.commerce.model_orders import Order, OrderLine
from kefu.commerce.schemas import CustomerName, OrderRow, ShopName
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.customers import customers_named, masked_phone

COPIED = (
    *("id", "number", "status", "currency", "total_amount", "paid_amount", "refunded_amount"),
    *("recipient", "city", "channel", "source", "historic", "unfinished_step"),
    *("placed_at", "paid_at", "shipped_at", "delivered_at", "completed_at", "cancelled_at"),
    "promised_by",
)
ENDED = ("delivered", "completed", "cancelled")


async def order_rows(db: Session, orders: Sequence[Order]) -> list[OrderRow]:
    """One page of orders, in three queries however many they are."""
    lines = await first_lines(db, [order.id for order in orders])
    shops = await shops_named(db, {order.shop_id for order in orders})
    customers = await customers_shown(db, orders)
    return [OrderRow(**shown(order, lines[order.id], shops, customers)) for order in orders]


async def first_lines(db: Session, orders: Iterable[UUID]) -> dict[UUID, list[Any]]:
    """Titles and quantities of the lines of these orders."""
    found: dict[UUID, list[Any]] = defaultdict(list)
    rows = await db.execute(
        select(OrderLine.order_id, OrderLine.title, OrderLine.quantity)
        .where(OrderLine.order_id.in_(orders))
        .order_by(OrderLine.position)
    )
    for row in rows:
        found[row.order_id].append(row)
    return found


async def shops_named(db: Session, ids: Iterable[UUID]) -> dict[UUID, ShopName]:
    rows = await db.execute(select(Shop.id, Shop.key, Shop.name).where(Shop.id.in_(ids)))
    return {row.id: ShopName(id=row.id, key=row.key, name=row.name) for row in rows}


async def customers_shown(db: Session, orders: Sequence[Order]) -> dict[UUID, CustomerName]:
    ids = {order.customer_id for order in orders if order.customer_id}
    cards = await customers_named(db, ids)
    return {
        one: CustomerName(id=one, name=card.name, tier=card.tier) for one, card in cards.items()
    }


def shown(
    order: Order,
    lines: Sequence[Any],
    shops: dict[UUID, ShopName],
    customers: dict[UUID, CustomerName],
) -> dict[str, Any]:
    return {
        **{name: getattr(order, name) for name in COPIED},
        "shop": shops[order.shop_id],
        "customer": customers.get(order.customer_id) if order.customer_id else None,
        "title": lines[0].title if lines else "",
        "pieces": sum(line.quantity for line in lines),
        "phone": masked_number(order.phone),
        "is_late": is_late(order),
    }


def is_late(order: Order) -> bool:
    """The promise is broken, or was when the parcel came."""
    if order.promised_by is None or order.status == "cancelled":
        return False
    return (order.delivered_at or now()) > order.promised_by


def masked_number(phone: str | None) -> str | None:
    """A number in its one spelling keeps its ends; any other only its last four."""
    if phone is None or phone.startswith("+"):
        return masked_phone(phone)
    return f"****{phone[-4:]}" if len(phone) > 4 else "****"


async def pictures_of(db: Session, lines: Sequence[OrderLine]) -> dict[UUID, str | None]:
    ids = {line.product_id for line in lines if line.product_id}
    rows = await db.execute(select(Product.id, Product.image).where(Product.id.in_(ids)))
    return {row.id: row.image for row in rows}
