"""Settling: the difference of an exchange is paid by the customer, given back, or waived."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from kefu.commerce.change_rules import Situation, check_covers, own_method
from kefu.commerce.changing import situation_of
from kefu.commerce.events import OrderChanged
from kefu.commerce.model_differences import PAID, WAIVED
from kefu.commerce.model_orders import Order, Payment, Refund
from kefu.commerce.model_returns import ReturnCase
from kefu.commerce.money_moves import Moves, charge, keep_moves
from kefu.commerce.returns.differences import open_difference, settle
from kefu.commerce.returns.following import catch_up
from kefu.commerce.returns.moving import check_at
from kefu.commerce.returns.nodes import RESHIP
from kefu.commerce.returns.refunding import ask_or_give, check_none_waits, offer_for
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Invalid
from kefu.core.events import record
from kefu.core.ids import uuid7
from kefu.identity import Actor

REASON = "exchange_difference"


@dataclass(frozen=True, slots=True)
class Received:
    """How the customer paid: from a known way of paying, which is charged, or elsewhere.

    What was paid elsewhere has a kind and the reference by which finance finds it.
    """

    method: UUID | None = None
    kind: str | None = None
    reference: str = ""


async def pay_difference(db: Session, case: ReturnCase, received: Received, *, by: UUID) -> Payment:
    """The customer pays what the other goods cost more; the order has its price from then on."""
    check_at(case, RESHIP)
    difference = await open_difference(db, case, owed_to_customer=False)
    order = await db.get_one(
        Order, case.order_id, with_for_update={"key_share": True}, populate_existing=True
    )
    situation = await situation_of(db, order)
    moves = Moves(order, case.id, by)
    payment = take_payment(situation, moves, received, difference.amount)
    order.goods_amount += difference.amount
    order.total_amount += difference.amount
    await keep_moves(db, moves)
    await db.flush()
    changed = OrderChanged(
        subject=order.id, customer=order.customer_id, actor=by, changed=("payments",)
    )
    await record(db, changed)
    difference.payment_id = payment.id
    await settle(db, case, difference, PAID, by=by)
    await catch_up(db, case)
    return payment


def take_payment(situation: Situation, moves: Moves, received: Received, amount: int) -> Payment:
    if received.method is not None:
        method = own_method(situation, received.method)
        check_covers(situation, method, amount)
        return charge(moves, method, amount)
    return note_payment(situation, moves, received, amount)


def note_payment(situation: Situation, moves: Moves, received: Received, amount: int) -> Payment:
    """Money that came in by another way than those we can charge; each reference counts once."""
    reference = received.reference.strip()
    if received.kind is None:
        raise Invalid("Say how the customer paid.", field="kind")
    if not reference:
        raise Invalid("Say by which number finance finds the payment.", field="reference")
    if any(one.external_id == reference for one in situation.payments):
        raise Invalid(
            "A payment with this number is known already.",
            field="reference",
            code="reference_used",
        )
    at = now()
    payment = Payment(
        id=uuid7(),
        order_id=moves.order.id,
        external_id=reference,
        method=received.kind,
        amount=amount,
        status="paid",
        paid_at=at,
        created_at=at,
    )
    moves.payments.append(payment)
    moves.order.paid_amount += amount
    return payment


async def refund_difference(db: Session, case: ReturnCase, *, note: str, by: Actor) -> Refund:
    """Give back what the other goods cost less; above one's limit it waits for an approval."""
    check_at(case, RESHIP)
    difference = await open_difference(db, case, owed_to_customer=True)
    offer = await offer_for(db, case, by)
    amount = -difference.amount
    return await ask_or_give(db, case, offer, amount=amount, reason=REASON, note=note, by=by)


async def waive_difference(db: Session, case: ReturnCase, *, reason: str, by: UUID) -> None:
    """Nobody pays: the reason stays with the case."""
    check_at(case, RESHIP)
    difference = await open_difference(db, case)
    await check_none_waits(db, case)
    if not reason.strip():
        raise Invalid("Say why nobody pays the difference.", field="reason")
    await settle(db, case, difference, WAIVED, by=by, reason=reason.strip())
    await catch_up(db, case)
