"""Purchases: what one customer bought so far, reckoned from their orders."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from kefu.commerce.model_orders import Order, OrderLine
from kefu.commerce.schemas import PurchaseAmount, PurchaseSummary
from kefu.core.db import Session
from kefu.customers import PurchaseFigures, note_purchases

BOUGHT = ("paid", "processing", "shipped", "delivered", "completed")


@dataclass(frozen=True, slots=True)
class Purchases:
    """Figures of one customer in one currency."""

    customer: UUID
    currency: str
    orders: int
    cancelled: int
    first_at: datetime | None
    last_at: datetime | None
    paid: int
    refunded: int
    pieces_returned: int

    @property
    def value(self) -> int:
        """What stays of what was paid."""
        return self.paid - self.refunded


async def purchases_of(db: Session, customers: Sequence[UUID]) -> list[Purchases]:
    """The figures of these customers, in two queries however many they are."""
    bought = Order.status.in_(BOUGHT)
    rows: Any = await db.execute(
        select(
            Order.customer_id,
            Order.currency,
            func.count().filter(bought),
            func.count().filter(Order.status == "cancelled"),
            func.min(Order.placed_at).filter(bought),
            func.max(Order.placed_at).filter(bought),
            func.coalesce(func.sum(Order.paid_amount).filter(bought), 0),
            func.coalesce(func.sum(Order.refunded_amount).filter(bought), 0),
        )
        .where(Order.customer_id.in_(customers))
        .group_by(Order.customer_id, Order.currency)
        .order_by(Order.customer_id, Order.currency)
    )
    returned = await pieces_returned(db, customers)
    return [
        Purchases(
            customer=row[0],
            currency=row[1],
            orders=row[2],
            cancelled=row[3],
            first_at=row[4],
            last_at=row[5],
            paid=int(row[6]),
            refunded=int(row[7]),
            pieces_returned=returned.get((row[0], row[1]), 0),
        )
        for row in rows
    ]


async def pieces_returned(db: Session, customers: Sequence[UUID]) -> dict[tuple[UUID, str], int]:
    rows: Any = await db.execute(
        select(Order.customer_id, Order.currency, func.sum(OrderLine.returned_quantity))
        .join(OrderLine, OrderLine.order_id == Order.id)
        .where(Order.customer_id.in_(customers), OrderLine.returned_quantity > 0)
        .group_by(Order.customer_id, Order.currency)
    )
    return {(customer, currency): int(pieces) for customer, currency, pieces in rows}


async def summary_of(db: Session, customer: UUID) -> PurchaseSummary:
    """The figures of one customer for their page."""
    found = await purchases_of(db, [customer])
    firsts = [one.first_at for one in found if one.first_at]
    lasts = [one.last_at for one in found if one.last_at]
    return PurchaseSummary(
        orders=sum(one.orders for one in found),
        cancelled=sum(one.cancelled for one in found),
        first_at=min(firsts, default=None),
        last_at=max(lasts, default=None),
        pieces_returned=sum(one.pieces_returned for one in found),
        amounts=[
            PurchaseAmount(
                currency=one.currency,
                orders=one.orders,
                paid=one.paid,
                refunded=one.refunded,
                value=one.value,
            )
            for one in found
        ],
    )


async def tell_purchases(db: Session, customers: Collection[UUID], *, historic: bool) -> None:
    """Tell customers' figures to whoever keeps customers: those in the currency of most orders."""
    if not customers:
        return
    found = await purchases_of(db, list(customers))
    main: dict[UUID, Purchases] = {}
    for one in sorted(found, key=lambda one: (one.orders, one.paid)):
        main[one.customer] = one
    figures = dict.fromkeys(customers, NOTHING)
    figures |= {customer: figures_of(one) for customer, one in main.items()}
    await note_purchases(db, figures, historic=historic)


def figures_of(one: Purchases) -> PurchaseFigures:
    return PurchaseFigures(
        orders=one.orders,
        first_order_at=one.first_at,
        last_order_at=one.last_at,
        spent=one.paid,
        currency=one.currency,
        returns=one.pieces_returned,
        refunded=one.refunded,
    )


NOTHING = PurchaseFigures(orders=0, first_order_at=None, last_order_at=None, spent=0)
