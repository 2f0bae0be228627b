"""What orders earn: points for what was completed, and agents' recommendations that were bought."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from sqlalchemy import func, select

from kefu.commerce.events import OrderCompleted, OrderPaid, RefundPaid
from kefu.commerce.model_orders import Order, OrderLine, Refund
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
    """Points of the part go back; a recommended product that went back counts no more."""
    orders = {one.id: one for one in await orders_of(db, live(facts))}
    for fact in facts:
        order = orders.get(fact.subject)
        if order is None or order.paid_amount == 0:
            continue
        earned_on = order.paid_amount - await given_back_before(db, order)
        if earned_on > 0:
            part = fact.details["amount"] / earned_on
            refund = f"refund:{fact.details['refund']}"
            await take_back_points(db, refund, earned=key_of(order.id), part=part)
        await take_back_bought(db, order.id, await gone_back(db, order))


async def given_back_before(db: Session, order: Order) -> int:
    """What had gone back when the order was completed: no points were given for it."""
    if order.completed_at is None:
        return 0
    total = select(func.coalesce(func.sum(Refund.amount), 0)).where(
        Refund.order_id == order.id,
        Refund.status == "paid",
        Refund.paid_at < order.completed_at,
    )
    return int(await db.scalar(total) or 0)


async def gone_back(db: Session, order: Order) -> set[UUID]:
    """The products of which nothing is left with the customer, or nothing paid."""
    lines = (await db.scalars(select(OrderLine).where(OrderLine.order_id == order.id))).all()
    whole = order.refunded_amount >= order.paid_amount
    rows = await db.execute(
        select(Refund.line_id, func.sum(Refund.amount))
        .where(Refund.order_id == order.id, Refund.status == "paid", Refund.line_id.is_not(None))
        .group_by(Refund.line_id)
    )
    refunded: dict[UUID | None, int] = {line: int(total) for line, total in rows}
    kept = {line.product_id for line in lines if not whole and is_kept(line, refunded)}
    return {line.product_id for line in lines if line.product_id and line.product_id not in kept}


def is_kept(line: OrderLine, refunded: Mapping[UUID | None, int]) -> bool:
    """Whether some of the line is still there and paid for."""
    if line.cancelled_quantity + line.returned_quantity >= line.quantity:
        return False
    return refunded.get(line.id, 0) < max(line.amount, 1)


def live(facts: Iterable[Fact]) -> set[UUID]:
    return {fact.subject for fact in facts if not fact.details.get("historic")}


async def orders_of(db: Session, ids: set[UUID]) -> Sequence[Order]:
    return (await db.scalars(select(Order).where(Order.id.in_(ids)).order_by(Order.id))).all()


def key_of(order: UUID) -> str:
    return f"order:{order}"
