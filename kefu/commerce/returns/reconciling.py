"""Reconciling: what the CRM let go and what finance paid have to be the same, to the fen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import and_, func, or_, select

from kefu.commerce.model_orders import Order, Refund
from kefu.commerce.model_returns import RefundPosting, ReturnCase
from kefu.commerce.refunding import settle_refund
from kefu.commerce.returns.policy import policy
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import NotFound

LONGEST = 200


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A refund about which the systems differ, and how: missing, status or amount."""

    refund: Refund
    case: ReturnCase | None
    order: Order
    why: str
    finance_amount: int | None


async def post_from_finance(
    db: Session,
    refund_id: UUID,
    *,
    status: Literal["paid", "failed"],
    amount: int,
    operator: str,
    at: datetime,
) -> Refund:
    """Finance says what it did with a refund; the same said twice changes nothing."""
    refund = await db.scalar(
        select(Refund)
        .where(Refund.id == refund_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if refund is None:
        raise NotFound("There is no such refund.")
    latest = await latest_posting(db, refund.id)
    if latest and (latest.status, latest.amount) == (status, amount):
        return refund
    db.add(
        RefundPosting(
            refund_id=refund.id,
            system="finance",
            status=status,
            amount=amount,
            operator=operator,
            at=at,
        )
    )
    order = await db.get_one(Order, refund.order_id, with_for_update={"key_share": True})
    await settle_refund(
        db, order, refund, system="finance", status=status, operator=operator, at=at
    )
    return refund


async def latest_posting(db: Session, refund: UUID) -> RefundPosting | None:
    found: RefundPosting | None = await db.scalar(
        select(RefundPosting)
        .where(RefundPosting.refund_id == refund, RefundPosting.system == "finance")
        .order_by(RefundPosting.id.desc())
        .limit(1)
    )
    return found


async def mismatches(db: Session) -> list[Mismatch]:
    """The reconciliation list, the oldest first: each refund that the two systems tell otherwise.

    A refund that finance has not heard of counts from some hours on; until then it is on its way.
    """
    rules = await policy(db)
    waited = now() - timedelta(hours=rules.posting_hours)
    posted = (
        select(
            RefundPosting.refund_id,
            RefundPosting.amount,
            func.row_number()
            .over(
                partition_by=RefundPosting.refund_id,
                order_by=RefundPosting.id.desc(),
            )
            .label("turn"),
        )
        .where(RefundPosting.system == "finance")
        .subquery()
    )
    given = Refund.crm_status.in_(("approved", "paid"))
    missing = and_(given, Refund.finance_status.is_(None), Refund.crm_at < waited)
    status = and_(
        Refund.finance_status.is_not(None),
        Refund.crm_status.is_distinct_from(Refund.finance_status),
    )
    amount = and_(posted.c.amount.is_not(None), posted.c.amount != Refund.amount)
    rows = await db.execute(
        select(Refund, ReturnCase, Order, posted.c.amount)
        .join(Order, Order.id == Refund.order_id)
        .outerjoin(ReturnCase, ReturnCase.id == Refund.return_id)
        .outerjoin(posted, and_(posted.c.refund_id == Refund.id, posted.c.turn == 1))
        .where(or_(missing, status, amount))
        .order_by(Refund.requested_at, Refund.id)
        .limit(LONGEST)
    )
    return [
        Mismatch(refund, case, order, why_of(refund, paid), paid)
        for refund, case, order, paid in rows
    ]


def why_of(refund: Refund, paid: int | None) -> str:
    if refund.finance_status is None:
        return "missing"
    if paid is not None and paid != refund.amount:
        return "amount"
    return "status"


async def postings_of(db: Session, refunds: Sequence[UUID]) -> dict[UUID, list[RefundPosting]]:
    """What each system booked for these refunds, in order."""
    rows = await db.scalars(
        select(RefundPosting).where(RefundPosting.refund_id.in_(refunds)).order_by(RefundPosting.id)
    )
    found: dict[UUID, list[RefundPosting]] = {}
    for row in rows:
        found.setdefault(row.refund_id, []).append(row)
    return found
