"""Own orders: what a customer who has shown who they are sees of their orders."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select

from kefu.commerce.model import Product
from kefu.commerce.model_orders import Order, OrderLine
from kefu.commerce.model_returns import ReturnCase
from kefu.commerce.order_tokens import issue_order_token
from kefu.commerce.progress import progress_of
from kefu.commerce.schemas_service import OrderPass, OwnCase, OwnOrder, OwnOrderRow
from kefu.commerce.self_service import PROVEN_FOR
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import NotFound
from kefu.customers import is_blocked

SHOWN = 30
COPIED = ("id", "number", "status", "currency", "total_amount", "placed_at", "promised_by")


async def own_orders(db: Session, customer: UUID) -> list[OwnOrderRow]:
    """The customer's newest orders, in three queries however many they are."""
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
    cases = await newest_cases(db, [order.id for order in orders])
    return [
        OwnOrderRow(
            **{name: getattr(order, name) for name in COPIED},
            title=first[order.id].title if order.id in first else "",
            image=first[order.id].image if order.id in first else None,
            pieces=first[order.id].pieces if order.id in first else 0,
            case=cases.get(order.id),
        )
        for order in orders
    ]


async def is_of_blocked(db: Session, order: Order) -> bool:
    """Whether its customer is blocked: what they apply for is looked at by a person."""
    return order.customer_id is not None and await is_blocked(db, order.customer_id)


async def newest_cases(db: Session, orders: Sequence[UUID]) -> dict[UUID, OwnCase]:
    rows = await db.execute(
        select(ReturnCase.order_id, ReturnCase.kind, ReturnCase.status, ReturnCase.node)
        .where(ReturnCase.order_id.in_(orders))
        .order_by(ReturnCase.order_id, ReturnCase.applied_at, ReturnCase.id)
    )
    return {row.order_id: OwnCase(kind=row.kind, status=row.status, node=row.node) for row in rows}


async def own_order(db: Session, customer: UUID, order_id: UUID) -> OwnOrder:
    """One of the customer's own orders; any other is not there."""
    return await progress_of(db, await order_of(db, customer, order_id))


async def pass_for(db: Session, customer: UUID, order_id: UUID, *, key: bytes) -> OrderPass:
    """What opens one's own order in the pages of self-service, as a code does."""
    order = await order_of(db, customer, order_id)
    until = now() + PROVEN_FOR
    return OrderPass(token=issue_order_token(order.id, key=key, until=until), until=until)


async def order_of(db: Session, customer: UUID, order_id: UUID) -> Order:
    order = await db.scalar(
        select(Order).where(Order.id == order_id, Order.customer_id == customer)
    )
    if order is None:
        raise NotFound("There is no such order.")
    return order
