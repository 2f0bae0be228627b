"""Reconciling: what finance did with a refund is booked beside what we let go.

Whether both say the same, to the fen, is told by the list in `kefu/commerce/mismatching.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import select

from kefu.commerce.model_orders import Order, Refund
from kefu.commerce.model_returns import RefundPosting
from kefu.commerce.refunding import settle_refund
from kefu.core.db import Session
from kefu.core.errors import NotFound


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


async def postings_of(db: Session, refunds: Sequence[UUID]) -> dict[UUID, list[RefundPosting]]:
    """What each system booked for these refunds, in order."""
    rows = await db.scalars(
        select(RefundPosting).where(RefundPosting.refund_id.in_(refunds)).order_by(RefundPosting.id)
    )
    found: dict[UUID, list[RefundPosting]] = {}
    for row in rows:
        found.setdefault(row.refund_id, []).append(row)
    return found
