"""What orders earn: points for what was completed, and agents' recommendations that were bought."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
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
    rows = await db.scalars(
        select(OrderLine)
        .where(OrderLine.order_id.in_(orders), OrderLine.product_id.is_not(None))
        .order_by(OrderLine.id)
    )
    await note_bought(db, bought_in(orders, rows.all()))


def bought_in(orders: Mapping[UUID, Order], lines: Sequence[OrderLine]) -> list[BoughtProduct]:
    """Each product of an order once, with what all its lines come to; of nobody's orders none."""
    amounts: Counter[tuple[UUID, UUID]] = Counter()
    for line in lines:
        if line.product_id is not None:
            amounts[line.order_id, line.product_id] += line.amount
    return [
        BoughtProduct(
            customer=customer,
            order=order,
            product=product,
            at=orders[order].placed_at,
            amount=amount,
            currency=orders[order].currency,
        )
        for (order, product), amount in amounts.items()
        if (customer := orders[order].customer_id) is not None
    ]


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
