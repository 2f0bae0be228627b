"""Applying: a case is opened for goods of an order; harmless ones are approved at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text

from kefu.commerce.events_returns import ReturnApplied, ReturnApproved
from kefu.commerce.model import Product
from kefu.commerce.model_orders import Order, OrderLine
from kefu.commerce.model_returns import ReturnCase, ReturnLine
from kefu.commerce.returns.amounts import Bought, paid_for
from kefu.commerce.returns.differences import keep_difference
from kefu.commerce.returns.fast_track import Application, Decision, decide
from kefu.commerce.returns.moving import advance, first_step
from kefu.commerce.returns.nodes import APPLY, INSTALLATION, REFUND_ONLY, REPAIR, REVIEW, next_node
from kefu.commerce.returns.policy import Policy, policy
from kefu.commerce.returns.running import start_process
from kefu.commerce.returns.telling import tell
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Conflict, Invalid

NOT_OPEN = ("refused", "rejected", "withdrawn", "expired")
NUMBER = text("select nextval('return_numbers')")
RATE_SINCE = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Units:
    """So many units of one line of the order; `sku` is what an exchange is to bring instead."""

    line: UUID
    quantity: int
    sku: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody applies for; a `request` was checked by the shop's policy when it was made.

    `blocked` says that a blocked customer applies themselves: a person looks at it then.

    `difference` is what an exchange costs the customer more, or less below nothing; `paid_with` is
    the way of paying that was chosen for it.
    """

    kind: str
    units: Sequence[Units]
    reason: str
    note: str = ""
    method: str = "original"
    channel: str = "desk"
    blocked: bool = False
    conversation: UUID | None = None
    historic: bool = False
    at: datetime | None = None
    request: UUID | None = None
    difference: int = 0
    paid_with: UUID | None = None
    not_fast: bool = field(default=False)


async def apply(db: Session, order: Order, wanted: Wanted, *, by: UUID | None) -> ReturnCase:
    """Open a case; the order must be locked. By nobody when the customer applied themselves."""
    at = wanted.at or now()
    rules = await policy(db)
    if wanted.request is None:
        check_time(order, wanted, rules, at=at)
    lines = await lines_for(db, order, wanted.units)
    decision = await judged(db, order, wanted, lines, rules, at=at)
    case = await opened(db, order, wanted, lines, at=at, by=by)
    case.explanation = decision.explanation()
    case.fast_track = decision.approved and not wanted.not_fast
    plan(case, rules)
    step = first_step(case, at)
    db.add(step)
    await db.flush()
    await start_process(db, case, by=by, entry=entry_of(case))
    await tell(
        db,
        ReturnApplied,
        case,
        by=by,
        reason=case.reason,
        amount=case.amount,
        channel=case.channel,
        historic=case.historic,
    )
    if wanted.difference:
        await keep_difference(db, case, wanted.difference, paid_with=wanted.paid_with, by=by)
    await advance(db, case, "submitted", by=by, at=at)
    if case.fast_track:
        await advance(db, case, "approved", by=None, at=at)
        await tell(db, ReturnApproved, case, by=None, automatic=True)
    return case


def entry_of(case: ReturnCase) -> str | None:
    """On the fast track the process begins behind its review."""
    if not case.fast_track:
        return None
    return next_node(case.kind, REVIEW, "approved")


def check_time(order: Order, wanted: Wanted, rules: Policy, *, at: datetime) -> None:
    """Goods that have not arrived do not come back; after a while none do, except for repair."""
    if wanted.kind in (REFUND_ONLY, INSTALLATION):
        check_paid(order)
        return
    if order.delivered_at is None:
        raise Conflict(
            "The goods have not arrived yet; cancel the order instead.", code="not_delivered"
        )
    last = order.delivered_at + timedelta(days=rules.apply_within_days)
    if wanted.kind != REPAIR and at > last:
        raise Conflict(
            "The time in which goods of this order can come back is over.",
            code="too_late",
            detail=last.isoformat(),
        )


def check_paid(order: Order) -> None:
    if order.status in ("created", "cancelled"):
        raise Conflict("This order has not been paid, or is cancelled.", code="not_paid")


async def lines_for(
    db: Session, order: Order, units: Sequence[Units]
) -> list[tuple[OrderLine, int, Product | None]]:
    """The lines meant, each with its units; more than is left to come back is refused."""
    if not units:
        raise Invalid("Say which goods this is about.", field="lines")
    if len({one.line for one in units}) != len(units):
        raise Invalid("A line is named twice.", field="lines")
    rows: Any = await db.execute(
        select(OrderLine, Product)
        .outerjoin(Product, Product.id == OrderLine.product_id)
        .where(OrderLine.order_id == order.id)
    )
    known = {line.id: (line, product) for line, product in rows}
    taken = await units_in_cases(db, order.id)
    found = []
    for position, one in enumerate(units):
        if one.line not in known:
            raise Invalid("This line is not of this order.", field=f"lines.{position}.line_id")
        line, product = known[one.line]
        left = line.quantity - line.cancelled_quantity - taken.get(line.id, 0)
        if not 0 < one.quantity <= left:
            raise Invalid(
                "So many of these are not left to come back.",
                field=f"lines.{position}.quantity",
                limit=left,
                code="too_many_units",
            )
        found.append((line, one.quantity, product))
    return found


async def units_in_cases(db: Session, order: UUID) -> dict[UUID, int]:
    """Units of each line that are in a case, open or done, which takes them away for good.

    A repair and an installation give the goods back: they count while they are open.
    """
    for_good = ReturnCase.kind.in_(("return", "exchange", REFUND_ONLY))
    rows = await db.execute(
        select(ReturnLine.order_line_id, func.sum(ReturnLine.quantity))
        .join(ReturnCase, ReturnCase.id == ReturnLine.case_id)
        .where(
            ReturnCase.order_id == order,
            ReturnCase.status.not_in(NOT_OPEN),
            for_good | (ReturnCase.status == "open"),
            ReturnCase.kind != INSTALLATION,
        )
        .group_by(ReturnLine.order_line_id)
    )
    return {line: int(units) for line, units in rows}


async def judged(
    db: Session,
    order: Order,
    wanted: Wanted,
    lines: Sequence[tuple[OrderLine, int, Product | None]],
    rules: Policy,
    *,
    at: datetime,
) -> Decision:
    orders, returns = await habit_of(db, order, at=at)
    price = await price_of(db, order)
    application = Application(
        kind=wanted.kind,
        reason=wanted.reason,
        amount=sum(share_of(order, line, units, price) for line, units, _ in lines),
        applied_at=at,
        delivered_at=order.delivered_at,
        orders=orders,
        returns=returns,
        blocked=wanted.blocked,
    )
    return decide(application, rules.fast_track)


async def habit_of(db: Session, order: Order, *, at: datetime) -> tuple[int, int]:
    """The customer's other orders of a year, and how many of them came back."""
    if order.customer_id is None:
        return 0, 0
    others = (
        Order.customer_id == order.customer_id,
        Order.id != order.id,
        Order.placed_at > at - RATE_SINCE,
    )
    orders = await db.scalar(select(func.count()).select_from(Order).where(*others))
    returned = await db.scalar(
        select(func.count(ReturnCase.order_id.distinct()))
        .join(Order, Order.id == ReturnCase.order_id)
        .where(
            *others,
            ReturnCase.kind.in_(("return", REFUND_ONLY)),
            ReturnCase.status.not_in(NOT_OPEN),
        )
    )
    return orders or 0, returned or 0


async def price_of(db: Session, order: Order) -> int:
    """What the lines of an order cost together, before its coupons."""
    rows = await db.scalars(select(OrderLine).where(OrderLine.order_id == order.id))
    return sum(line.amount for line in rows)


def share_of(order: Order, line: OrderLine, units: int, price: int) -> int:
    bought = Bought(line.quantity, line.amount)
    return paid_for(bought, units, discount=order.discount_amount, order_price=price)


async def opened(
    db: Session,
    order: Order,
    wanted: Wanted,
    lines: Sequence[tuple[OrderLine, int, Product | None]],
    *,
    at: datetime,
    by: UUID | None,
) -> ReturnCase:
    number = await db.scalar(NUMBER)
    price = await price_of(db, order)
    case = ReturnCase(
        number=f"TH{at:%y%m%d}{number:06}",
        kind=wanted.kind,
        node=APPLY,
        order_id=order.id,
        customer_id=order.customer_id,
        conversation_id=wanted.conversation,
        channel=wanted.channel,
        reason=wanted.reason,
        note=wanted.note,
        method=wanted.method,
        currency=order.currency,
        historic=wanted.historic or order.historic,
        request_id=wanted.request,
        created_by=by,
        applied_at=at,
        updated_at=at,
    )
    db.add(case)
    await db.flush()
    kept = [line_of(case, order, line, units, product, price) for line, units, product in lines]
    db.add_all(kept)
    instead = {one.line: one.sku for one in wanted.units}
    for one in kept:
        one.wanted_sku_id = instead[one.order_line_id]
    case.amount = sum(one.amount for one in kept)
    return case


def line_of(
    case: ReturnCase,
    order: Order,
    line: OrderLine,
    units: int,
    product: Product | None,
    price: int,
) -> ReturnLine:
    return ReturnLine(
        case_id=case.id,
        order_line_id=line.id,
        product_id=line.product_id,
        model=model_of(line, product),
        title=line.title,
        category=(product.category if product else None) or "",
        quantity=units,
        amount=share_of(order, line, units, price),
        created_at=case.applied_at,
    )


def model_of(line: OrderLine, product: Product | None) -> str:
    """By what the returns of one model are counted: its own name, else the product, else words."""
    if product is None:
        return line.title
    return product.model or product.external_id


def plan(case: ReturnCase, rules: Policy) -> None:
    """When the whole should be over: a day on the fast track, the goal for everything else."""
    if case.fast_track:
        case.due_at = case.applied_at + timedelta(hours=rules.fast_track.hours)
    elif case.kind in ("return", "exchange", REFUND_ONLY):
        case.due_at = case.applied_at + timedelta(days=rules.cycle.goal_days())
