"""Mismatching: refunds of which service and finance do not say the same, the oldest first.

One list for all of them, whether the money goes back for a return or for anything else: a system
is silent although the other has decided, they say different things, or finance paid another amount.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import and_, func, or_, select, tuple_, union
from sqlalchemy.sql.elements import ColumnElement

from kefu.commerce.access import visible_to
from kefu.commerce.model_orders import Order, Refund
from kefu.commerce.model_returns import RefundPosting, ReturnCase
from kefu.commerce.returns.policy import policy
from kefu.commerce.schemas import Mismatch
from kefu.commerce.showing_one import refund_row
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import NotFound
from kefu.core.paging import page_of, read_cursor
from kefu.identity import Actor, agents_named

DECIDED = ("approved", "paid", "failed", "refused")

paid_amount = (
    select(RefundPosting.amount)
    .where(RefundPosting.refund_id == Refund.id, RefundPosting.system == "finance")
    .order_by(RefundPosting.id.desc())
    .limit(1)
    .scalar_subquery()
)
"""What finance said last that it paid, where it said so."""


async def grace(db: Session) -> timedelta:
    """How long one system may be silent about what the other has decided."""
    return timedelta(hours=(await policy(db)).posting_hours)


def do_not_fit(patience: timedelta) -> ColumnElement[bool]:
    """Both have spoken and differ; one has decided and the other is silent for long; or the amount.

    The first two are found by an index of their own, the amount among what finance has posted.
    """
    before = now() - patience
    differing = and_(
        Refund.crm_status.is_distinct_from(Refund.finance_status),
        or_(Refund.crm_status.is_not(None), Refund.finance_status.is_not(None)),
        or_(
            and_(Refund.crm_status.is_not(None), Refund.finance_status.is_not(None)),
            and_(Refund.crm_status.in_(DECIDED), Refund.crm_at < before),
            and_(Refund.finance_status.in_(DECIDED), Refund.finance_at < before),
        ),
    )
    posted = select(Refund.id).join(RefundPosting, RefundPosting.refund_id == Refund.id)
    other = posted.where(RefundPosting.system == "finance", RefundPosting.amount != Refund.amount)
    suspects = union(select(Refund.id).where(differing), other)
    return and_(
        Refund.id.in_(suspects),
        or_(differing, func.coalesce(paid_amount, Refund.amount) != Refund.amount),
    )


def why_of(refund: Refund, paid: int | None) -> Literal["missing", "status", "amount"]:
    if refund.finance_status is None or refund.crm_status is None:
        return "missing"
    if paid is not None and paid != refund.amount:
        return "amount"
    return "status"


async def mismatches_for(
    db: Session, actor: Actor, *, cursor: str | None, limit: int
) -> tuple[list[Mismatch], str | None]:
    """One page of them with the numbers of their orders."""
    actor.require("order.read")
    query = (
        select(Refund, Order.number, Order.currency, ReturnCase.number, paid_amount)
        .join(Order, Order.id == Refund.order_id)
        .outerjoin(ReturnCase, ReturnCase.id == Refund.return_id)
        .where(visible_to(actor), do_not_fit(await grace(db)))
        .order_by(Refund.requested_at, Refund.id)
        .limit(limit + 1)
    )
    key = read_cursor(cursor, datetime, UUID)
    if key:
        query = query.where(tuple_(Refund.requested_at, Refund.id) > tuple_(*key))
    found = (await db.execute(query)).all()
    rows, next_cursor = page_of(found, limit, lambda row: [row[0].requested_at, row[0].id])
    return await listed(db, rows), next_cursor


async def listed(db: Session, rows: Sequence[Any]) -> list[Mismatch]:
    names = await agents_named(db, [row[0].crm_operator for row in rows])
    return [
        Mismatch(
            **(refund_row(refund, names) | {"fits": False}),
            order_id=refund.order_id,
            number=number,
            currency=currency,
            case_number=case_number,
            why=why_of(refund, paid),
            finance_amount=paid,
            hours=round((now() - refund.requested_at).total_seconds() / 3600, 1),
        )
        for refund, number, currency, case_number, paid in rows
    ]


async def refund_with_order(db: Session, actor: Actor, refund_id: UUID) -> tuple[Refund, Order]:
    """A refund and its order, both locked."""
    actor.require("order.read")
    order = await db.scalar(
        select(Order)
        .join(Refund, Refund.order_id == Order.id)
        .where(Refund.id == refund_id, visible_to(actor))
        .with_for_update(key_share=True, of=Order)
        .execution_options(populate_existing=True)
    )
    refund = await db.get(Refund, refund_id, with_for_update=True, populate_existing=True)
    if refund is None or order is None:
        raise NotFound("There is no such refund.")
    return refund, order
