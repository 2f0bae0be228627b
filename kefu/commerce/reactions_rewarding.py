"""What orders earn: points for what was completed, and agents' recommendations that were bought."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import select

from kefu.commerce.events import OrderCompleted, OrderPaid, RefundPaid
from kefu.commerce.model_orders import Order, OrderLine
from kefu.core.db import Session
from kefu.core.events import Fact
from kefu.core.reactions import reacts_to
from kefu.customers import (
    BoughtProduct,
    earn_points,
    note_bought,
    take_back_bought,
    take_back_points,
)


@reacts_to(OrderCompleted)
async def earn(db: Session, facts: list[Fact]) -> None:
    """Points for what stays paid; old orders that are loaded earn none."""
    orders = await orders_of(db, live(facts))
    await earn_points(
        db,
        {
            key_of(one.id): (one.customer_id, one.paid_amount - one.refunded_amount)
            for one in orders
            if one.customer_id is not None
        },
    )


@reacts_to(OrderPaid)
async def attribute(db: Session, facts: list[Fact]) -> None:
    """A product that was recommended and is paid now counts for whoever recommended it."""
    orders = {one.id: one for one in await orders_of(db, live(facts))}
    lines = await db.scalars(
        select(OrderLine).where(OrderLine.order_id.in_(orders)).order_by(OrderLine.id)
    )
    bought = [
        BoughtProduct(
            customer=orders[line.order_id].customer_id or line.order_id,
            order=line.order_id,
            product=line.product_id,
            at=orders[line.order_id].placed_at,
            amount=line.amount,
            currency=orders[line.order_id].currency,
        )
        for line in lines
        if line.product_id is not None
    ]
    await note_bought(db, bought)


@reacts_to(RefundPaid)
async def take_back(db: Session, facts: list[Fact]) -> None:
    """Points of the part go back; a recommendation whose order is refunded counts no more."""
    orders = {one.id: one for one in await orders_of(db, live(facts))}
    for fact in facts:
        order = orders.get(fact.subject)
        if order is None or order.paid_amount == 0:
            continue
        part = fact.details["amount"] / order.paid_amount
        refund = f"refund:{fact.details['refund']}"
        await take_back_points(db, refund, earned=key_of(order.id), part=part)
        if order.refunded_amount >= order.paid_amount:
            products = select(OrderLine.product_id).where(OrderLine.order_id == order.id)
            found = await db.scalars(products.where(OrderLine.product_id.is_not(None)))
            await take_back_bought(db, order.id, [one for one in found if one is not None])


def live(facts: Iterable[Fact]) -> set[UUID]:
    return {fact.subject for fact in facts if not fact.details.get("historic")}


async def orders_of(db: Session, ids: set[UUID]) -> Sequence[Order]:
    return (await db.scalars(select(Order).where(Order.id.in_(ids)).order_by(Order.id))).all()


def key_of(order: UUID) -> str:
    return f"order:{order}"
