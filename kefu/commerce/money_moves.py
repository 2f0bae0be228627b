"""Money moves of order care: what is charged or given back beside an order, and taken back again.

A gift card is charged and refilled at once; every other way takes its days, so that a refund to it
is approved here and paid by finance.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kefu.commerce.change_rules import GIFT_CARD
from kefu.commerce.events import RefundApproved, RefundFailed, RefundPaid
from kefu.commerce.model import PaymentMethod
from kefu.commerce.model_orders import Order, Payment, Refund
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.events import record
from kefu.core.ids import uuid7

REFUSED = "refused_by_shop"


@dataclass(slots=True)
class Moves:
    """What one request moved, kept with it so that it can be taken back."""

    order: Order
    key: UUID
    by: UUID | None
    payments: list[Payment] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    replaced: list[Payment] = field(default_factory=list)
    balances: dict[str, int] = field(default_factory=dict)

    def note_balance(self, method: PaymentMethod, change: int) -> None:
        method.balance = (method.balance or 0) + change
        self.balances[str(method.id)] = self.balances.get(str(method.id), 0) + change

    def kept(self) -> dict[str, Any]:
        return {
            "payments": [str(one.id) for one in self.payments],
            "refunds": [str(one.id) for one in self.refunds],
            "replaced": [str(one.id) for one in self.replaced],
            "balances": self.balances,
        }


def charge(moves: Moves, method: PaymentMethod | None, amount: int) -> Payment:
    """Charge a known way of paying now; without one the customer still has to pay."""
    order, at = moves.order, now()
    payment = Payment(
        id=uuid7(),
        order_id=order.id,
        external_id=f"change-{moves.key}-{len(moves.payments)}",
        method=method.kind if method else "other",
        method_id=method.id if method else None,
        amount=amount,
        status="paid" if method else "pending",
        paid_at=at if method else None,
        created_at=at,
    )
    moves.payments.append(payment)
    if method is not None:
        order.paid_amount += amount
        if method.kind == GIFT_CARD:
            moves.note_balance(method, -amount)
    return payment


def give_back(
    moves: Moves,
    method: PaymentMethod | None,
    amount: int,
    *,
    reason: str,
    line: UUID | None = None,
) -> Refund:
    """Give so much back: to a gift card at once, otherwise approved for finance to pay."""
    at_once = method is not None and method.kind == GIFT_CARD
    at = now()
    refund = Refund(
        id=uuid7(),
        order_id=moves.order.id,
        line_id=line,
        external_id=f"care-{moves.key}-{len(moves.refunds)}",
        amount=amount,
        reason=reason,
        status="paid" if at_once else "approved",
        crm_status="paid" if at_once else "approved",
        crm_operator=moves.by,
        crm_at=at,
        finance_status="paid" if at_once else None,
        finance_at=at if at_once else None,
        requested_at=at,
        paid_at=at if at_once else None,
    )
    moves.refunds.append(refund)
    if method is not None and at_once:
        moves.order.refunded_amount += amount
        moves.note_balance(method, amount)
    return refund


async def keep_moves(db: Session, moves: Moves) -> None:
    """Write them down and tell of the refunds."""
    db.add_all(moves.payments)
    db.add_all(moves.refunds)
    for refund in moves.refunds:
        kind = RefundPaid if refund.status == "paid" else RefundApproved
        await record(db, refund_event(kind, moves.order, refund, moves.by))


async def take_back(db: Session, order: Order, kept: dict[str, Any], *, by: UUID | None) -> None:
    """Undo what a request moved: it stays to be seen, as failed."""
    payments = await rows_of(db, Payment, kept.get("payments", ()))
    refunds = await rows_of(db, Refund, kept.get("refunds", ()))
    methods = await rows_of(db, PaymentMethod, kept.get("balances", {}))
    for payment in payments:
        payment.status, payment.failure = "failed", REFUSED
    for payment in await rows_of(db, Payment, kept.get("replaced", ())):
        payment.status = "paid"
    for method in methods:
        method.balance = (method.balance or 0) - kept["balances"][str(method.id)]
    for refund in refunds:
        refund.status = refund.crm_status = "failed"
        refund.finance_status = "failed" if refund.finance_status else None
        refund.failure, refund.paid_at = REFUSED, None
        await record(db, refund_event(RefundFailed, order, refund, by))


async def rows_of(db: Session, table: Any, ids: Iterable[str]) -> list[Any]:
    wanted = [UUID(one) for one in ids]
    if not wanted:
        return []
    query = select(table).where(table.id.in_(wanted)).order_by(table.id).with_for_update()
    return list(await db.scalars(query.execution_options(populate_existing=True)))


def refund_event(kind: Any, order: Order, refund: Refund, by: UUID | None) -> Any:
    return kind(
        subject=order.id,
        customer=order.customer_id,
        actor=by,
        refund=refund.id,
        amount=refund.amount,
        currency=order.currency,
        system="crm",
        happened_at=now(),
    )
