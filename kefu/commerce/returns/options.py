"""Options: each delivered order has a way to return, repair, install, ask and be promised."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from kefu.commerce.model import Product
from kefu.commerce.model_orders import Order, OrderLine
from kefu.commerce.returns.applying import model_of, share_of, units_in_cases
from kefu.commerce.returns.nodes import EXCHANGE, KINDS, REPAIR, RETURN
from kefu.commerce.returns.policy import Policy, policy
from kefu.commerce.returns.repairing import Cover, cover_of, months_of
from kefu.core.clock import now
from kefu.core.db import Session


@dataclass(frozen=True, slots=True)
class Way:
    """One kind of help; why it is closed, and until when it is open."""

    kind: str
    open: bool
    reason: str | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of one line to come back."""

    line: OrderLine
    model: str
    left: int
    amount: int
    cover: Cover


async def options_for(db: Session, order: Order) -> tuple[list[Way], list[Left], Policy]:
    """Every way there is for this order, and its lines with what is left of them."""
    rules = await policy(db)
    rows = (
        await db.execute(
            select(OrderLine, Product)
            .outerjoin(Product, Product.id == OrderLine.product_id)
            .where(OrderLine.order_id == order.id)
            .order_by(OrderLine.position)
        )
    ).all()
    taken = await units_in_cases(db, order.id)
    price = sum(line.amount for line, _ in rows)
    lines = [left_of(order, line, product, taken, price, rules) for line, product in rows]
    anything_left = any(one.left for one in lines)
    ways = [way(order, kind, anything_left=anything_left, rules=rules) for kind in KINDS]
    return ways, lines, rules


def left_of(
    order: Order,
    line: OrderLine,
    product: Product | None,
    taken: dict[UUID, int],
    price: int,
    rules: Policy,
) -> Left:
    left = max(line.quantity - line.cancelled_quantity - taken.get(line.id, 0), 0)
    own = product.warranty_months if product else None
    months = months_of(rules, (product.category if product else None) or "", own)
    amount = share_of(order, line, left, price) if left else 0
    return Left(line, model_of(line, product), left, amount, cover_of(order.placed_at, months))


def way(order: Order, kind: str, *, anything_left: bool, rules: Policy) -> Way:
    """Whether this kind is open now; the dates are those that an application is checked by."""
    last = (
        order.delivered_at + timedelta(days=rules.apply_within_days)
        if order.delivered_at and kind in (RETURN, EXCHANGE)
        else None
    )
    reason = None
    if order.status in ("created", "cancelled"):
        reason = "not_paid"
    elif kind in (RETURN, EXCHANGE, REPAIR) and order.delivered_at is None:
        reason = "not_delivered"
    elif last is not None and now() > last:
        reason = "too_late"
    elif not anything_left:
        reason = "nothing_left"
    return Way(kind, reason is None, reason, last)


def promises_of(rules: Policy) -> dict[str, float]:
    """What customers are promised after the purchase, in figures."""
    return {
        "apply_within_days": rules.apply_within_days,
        "fast_track_hours": rules.fast_track.hours,
        "cycle_goal_days": rules.cycle.goal_days(),
        "warranty_months": rules.warranty.months,
    }
