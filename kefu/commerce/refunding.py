"""Refunding: what service and finance each say of a refund, and where the two do not fit.

A refund has one status, and what each system says of it with who and when. Whoever decides on a
refund in the desk speaks for `crm`; the shop's books speak for `finance`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from kefu.commerce.events import (
    RefundApproved,
    RefundEvent,
    RefundFailed,
    RefundPaid,
    RefundRefused,
    RefundRequested,
)
from kefu.commerce.model_orders import Order, OrderLine, Refund
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Conflict, Invalid
from kefu.core.events import record
from kefu.core.ids import uuid7

System = Literal["crm", "finance", "shop"]
Status = Literal["requested", "approved", "paid", "failed", "refused"]
KINDS: dict[str, type[RefundEvent]] = {
    "requested": RefundRequested,
    "approved": RefundApproved,
    "paid": RefundPaid,
    "failed": RefundFailed,
    "refused": RefundRefused,
}
FOLLOWS = {
    "requested": {"approved", "refused", "paid", "failed"},
    "approved": {"paid", "failed", "refused"},
    "failed": {"approved", "paid", "refused"},
    "paid": set(),
    "refused": set(),
}


async def request_refund(
    db: Session,
    order: Order,
    *,
    amount: int,
    reason: str,
    line: OrderLine | None = None,
    return_id: UUID | None = None,
    by: UUID | None = None,
    refunds: int = 0,
) -> Refund:
    """Ask for money back; `refunds` is what other open refunds of the order ask for already."""
    check_amount(order, amount, asked_already=refunds)
    refund = Refund(
        id=uuid7(),
        order_id=order.id,
        line_id=line.id if line else None,
        return_id=return_id,
        amount=amount,
        reason=reason,
        status="requested",
        crm_status="requested",
        crm_operator=by,
        crm_at=now(),
    )
    db.add(refund)
    await record(db, told_of_refund(order, refund, system="crm", at=now(), by=by))
    return refund


def check_amount(order: Order, amount: int, *, asked_already: int = 0) -> None:
    """No more goes back than was paid."""
    left = order.paid_amount - order.refunded_amount - asked_already
    if not 0 < amount <= left:
        raise Invalid(
            "A refund is at most what was paid and has not gone back.",
            field="amount",
            limit=left,
            code="refund_too_large",
        )


async def settle_refund(
    db: Session,
    order: Order,
    refund: Refund,
    *,
    system: System,
    status: Status,
    by: UUID | None = None,
    operator: str | None = None,
    at: datetime | None = None,
) -> None:
    """One system says where the refund stands; both orders of their words end the same."""
    at = at or now()
    note_word(refund, system, status, by=by, operator=operator, at=at)
    if status == refund.status:
        return
    if status not in FOLLOWS[refund.status]:
        if system == "crm":
            raise Conflict(f"A refund that is {refund.status} does not become {status}.")
        return
    refund.status = status
    if status == "paid":
        refund.paid_at = at
        order.refunded_amount += refund.amount
    await record(db, told_of_refund(order, refund, system=system, at=at, by=by))


def note_word(
    refund: Refund,
    system: System,
    status: Status,
    *,
    by: UUID | None,
    operator: str | None,
    at: datetime,
) -> None:
    if system == "crm":
        refund.crm_status, refund.crm_operator, refund.crm_at = status, by, at
    elif system == "finance":
        refund.finance_status, refund.finance_operator, refund.finance_at = status, operator, at


def told_of_refund(
    order: Order, refund: Refund, *, system: System, at: datetime, by: UUID | None = None
) -> RefundEvent:
    return KINDS[refund.status](
        subject=order.id,
        customer=order.customer_id,
        actor=by,
        historic=order.historic,
        refund=refund.id,
        amount=refund.amount,
        currency=order.currency,
        system=system,
        happened_at=at,
        return_id=refund.return_id,
    )
