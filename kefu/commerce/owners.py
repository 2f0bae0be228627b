"""Own orders: what a customer who has shown who they are sees of their orders."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, select

from kefu.commerce.model import Product
from kefu.commerce.model_orders import Order, OrderLine
from kefu.commerce.progress import progress_of
from kefu.commerce.schemas_service import OwnOrder, OwnOrderRow
from kefu.core.db import Session
from kefu.core.errors import NotFound

SHOWN = 30
COPIED = ("id", "number", "status", "currency", "total_amount", "placed_at", "promised_by")


async def own_orders(db: Session, customer: UUID) -> list[OwnOrderRow]:
    """The customer's newest orders, in two queries however many they are."""
    found = await db.scalars(
        select(Order)
        .where(Order.customer_id == customer)
        .order_by(Order.placed_at.desc(), Order.id.desc())
        .limit(SHOWN)
    )
    orders = found.all()
    rows = await db.execute(
        select(
            OrderLine.order_id,
            OrderLine.title,
            Product.image,
            func.sum(OrderLine.quantity).over(partition_by=OrderLine.order_id).label("pieces"),
        )
        .outerjoin(Product, Product.id == OrderLine.product_id)
        .where(OrderLine.order_id.in_([order.id for order in orders]))
        .order_by(OrderLine.order_id, OrderLine.position.desc())
    )
    first = {row.order_id: row for row in rows}
    return [
        OwnOrderRow(
            **{name: getattr(order, name) for name in COPIED},
            title=first[order.id].title if order.id in first else "",
            image=first[order.id].image if order.id in first else None,
            pieces=first[order.id].pieces if order.id in first else 0,
        )
        for order in orders
    ]


async def own_order(db: Session, customer: UUID, order_id: UUID) -> OwnOrder:
    """One of the customer's own orders; any other is not there."""
    order = await db.scalar(
        select(Order).where(Order.id == order_id, Order.customer_id == customer)
    )
    if order is None:
        raise NotFound("There is no such order.")
    return await progress_of(db, order)
