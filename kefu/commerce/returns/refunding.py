"""Refunding: money goes back within what was paid; above one's limit a second person agrees."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from kefu.commerce.events_returns import ReturnRefundAsked, ReturnRefundDecided, ReturnRefunded
from kefu.commerce.model_orders import Order, OrderLine, Refund
from kefu.commerce.model_returns import RefundApproval, RefundPosting, ReturnCase, ReturnLine
from kefu.commerce.model_shipments import Shipment
from kefu.commerce.refunding import request_refund, settle_refund
from kefu.commerce.returns.amounts import Refundable, check_amount, refundable
from kefu.commerce.returns.inspecting import inspection_of_record
from kefu.commerce.returns.moving import advance, check_at, take
from kefu.commerce.returns.nodes import REFUND
from kefu.commerce.returns.policy import Policy, policy
from kefu.commerce.returns.telling import tell
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Conflict, Forbidden, NotFound
from kefu.identity import Actor

UNPAID = ("failed", "refused")


@dataclass(frozen=True, slots=True)
class Offer:
    """What can go back for a case, of which parts, and how much of it the actor may give alone."""

    parts: Refundable
    limit: int | None

    def needs_approval(self, amount: int) -> bool:
        return self.limit is not None and amount > self.limit


async def offer_for(db: Session, case: ReturnCase, actor: Actor) -> Offer:
    rules = await policy(db)
    return Offer(await refundable_of(db, case, rules), rules.limit_of(actor.role))


async def refundable_of(db: Session, case: ReturnCase, rules: Policy) -> Refundable:
    order = await db.get_one(Order, case.order_id)
    lines = list(await db.scalars(select(ReturnLine).where(ReturnLine.case_id == case.id)))
    before = await db.scalar(
        select(func.coalesce(func.sum(Refund.amount), 0)).where(
            Refund.order_id == order.id, Refund.status.not_in(UNPAID)
        )
    )
    return refundable(
        [line.amount for line in lines],
        shipping_paid=order.shipping_amount,
        whole_order=await is_whole(db, order, lines),
        by_shop=case.reason in rules.shipping_by_shop,
        insurance=await insurance_of(db, case, rules),
        refunded_before=int(before or 0),
        order_paid=order.paid_amount,
    )


async def is_whole(db: Session, order: Order, lines: list[ReturnLine]) -> bool:
    """Whether nothing of the order stays with the customer after this case."""
    back = {line.order_line_id: line.quantity for line in lines}
    rows = await db.scalars(select(OrderLine).where(OrderLine.order_id == order.id))
    return all(
        line.quantity - line.cancelled_quantity - line.returned_quantity <= back.get(line.id, 0)
        for line in rows
    )


async def insurance_of(db: Session, case: ReturnCase, rules: Policy) -> int:
    """What freight insurance pays for the way back, where a parcel of the order was insured."""
    insured = await db.scalar(
        select(Shipment.id)
        .where(Shipment.order_id == case.order_id, Shipment.freight_insured.is_(True))
        .limit(1)
    )
    return rules.insurance_payout if insured else 0


async def refund(db: Session, case: ReturnCase, *, amount: int, note: str, by: Actor) -> Refund:
    """Give the money back, or ask somebody who may; there is one refund open at a time."""
    check_at(case, REFUND)
    if await waiting_refund(db, case) is not None:
        raise Conflict("A refund of this case waits for approval.", code="waits_for_approval")
    offer = await offer_for(db, case, by)
    check_amount(amount, offer.parts.total)
    await take(db, case, by=by.id)
    order = await db.get_one(Order, case.order_id, with_for_update={"key_share": True})
    asked = await request_refund(
        db, order, amount=amount, reason=case.reason, return_id=case.id, by=by.id
    )
    await post(db, asked, status="requested", by=by.id)
    if offer.needs_approval(amount):
        approval = RefundApproval(
            refund_id=asked.id, asked_by=by.id, limit=offer.limit or 0, note=note
        )
        db.add(approval)
        await tell(db, ReturnRefundAsked, case, by=by.id, refund=asked.id, amount=amount)
    else:
        await give(db, case, asked, by=by.id)
    return asked


async def decide_refund(
    db: Session, case: ReturnCase, asked: Refund, *, agreed: bool, note: str, by: Actor
) -> None:
    """A second person agrees, whose own limit is high enough; or refuses, and one asks anew."""
    approval = await db.get(RefundApproval, asked.id, with_for_update=True)
    if approval is None or approval.decided_at is not None:
        raise Conflict("This refund waits for nobody.", code="decided_already")
    if approval.asked_by == by.id:
        raise Forbidden("Somebody else has to agree to your refund.", code="second_person")
    limit = (await policy(db)).limit_of(by.role)
    if limit is not None and asked.amount > limit:
        raise Forbidden("This is above your own limit too.", code="above_limit", limit=limit)
    approval.agreed, approval.note = agreed, note or approval.note
    approval.decided_by, approval.decided_at = by.id, now()
    await tell(
        db,
        ReturnRefundDecided,
        case,
        by=by.id,
        refund=asked.id,
        amount=asked.amount,
        agreed=agreed,
    )
    if agreed:
        await give(db, case, asked, by=by.id)
    else:
        order = await db.get_one(Order, case.order_id, with_for_update={"key_share": True})
        await settle_refund(db, order, asked, system="crm", status="refused", by=by.id)
        await post(db, asked, status="refused", by=by.id)


async def give(db: Session, case: ReturnCase, asked: Refund, *, by: UUID) -> None:
    """The CRM lets the money go; finance says the same once it is paid. The case is over."""
    at = now()
    order = await db.get_one(Order, case.order_id, with_for_update={"key_share": True})
    await settle_refund(db, order, asked, system="crm", status="paid", by=by, at=at)
    await post(db, asked, status="paid", by=by)
    await take_back_units(db, case)
    inspection = await inspection_of_record(db, case)
    seconds = int((at - inspection.finished_at).total_seconds()) if inspection else None
    await advance(db, case, "refunded", by=by)
    await tell(
        db,
        ReturnRefunded,
        case,
        by=by,
        refund=asked.id,
        amount=asked.amount,
        seconds=seconds,
    )


async def take_back_units(db: Session, case: ReturnCase) -> None:
    """Count the goods of the case as returned in the order's lines."""
    rows = await db.execute(
        select(OrderLine, ReturnLine.quantity)
        .join(ReturnLine, ReturnLine.order_line_id == OrderLine.id)
        .where(ReturnLine.case_id == case.id)
    )
    for line, units in rows:
        left = line.quantity - line.cancelled_quantity
        line.returned_quantity = min(line.returned_quantity + units, left)


async def post(
    db: Session, refund: Refund, *, status: str, by: UUID, amount: int | None = None
) -> None:
    """What the CRM booked; every booking stays."""
    db.add(
        RefundPosting(
            refund_id=refund.id,
            system="crm",
            status=status,
            amount=refund.amount if amount is None else amount,
            agent_id=by,
        )
    )
    await db.flush()


async def waiting_refund(db: Session, case: ReturnCase) -> Refund | None:
    found: Refund | None = await db.scalar(
        select(Refund).where(Refund.return_id == case.id, Refund.status == "requested")
    )
    return found


async def refund_of(db: Session, case: ReturnCase, refund_id: UUID) -> Refund:
    found = await db.scalar(
        select(Refund)
        .where(Refund.id == refund_id, Refund.return_id == case.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound("There is no such refund.")
    return found
