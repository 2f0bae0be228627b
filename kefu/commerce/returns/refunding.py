"""Refunding: money goes back within what was paid; above one's limit it waits for an approval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from kefu.commerce.events_returns import ReturnRefundAsked, ReturnRefundDecided, ReturnRefunded
from kefu.commerce.model_differences import REFUNDED
from kefu.commerce.model_orders import Order, OrderLine, Refund
from kefu.commerce.model_returns import RefundApproval, RefundPosting, ReturnCase, ReturnLine
from kefu.commerce.model_shipments import Shipment
from kefu.commerce.refunding import request_refund, settle_refund
from kefu.commerce.returns.access import locked_case
from kefu.commerce.returns.amounts import Refundable, check_amount, refundable
from kefu.commerce.returns.differences import difference_of, open_difference, settle
from kefu.commerce.returns.following import catch_up
from kefu.commerce.returns.inspecting import inspection_of_record
from kefu.commerce.returns.moving import advance, check_at, take
from kefu.commerce.returns.nodes import EXCHANGE, REFUND, RESHIP
from kefu.commerce.returns.policy import Policy, policy
from kefu.commerce.returns.running import SUBJECT
from kefu.commerce.returns.telling import tell
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Conflict, Forbidden, NotFound
from kefu.core.events import Fact
from kefu.identity import Actor
from kefu.workflows import (
    Approval,
    ApprovalRequest,
    ApprovalState,
    approval_to_decide,
    approvals_with,
    decidable,
    decide,
    request_approval,
    withdraw_approval,
)

UNPAID = ("failed", "refused")
WHAT = "refund"


@dataclass(frozen=True, slots=True)
class Offer:
    """What can go back for a case, of which parts, and how much of it the actor may give alone."""

    parts: Refundable
    limit: int | None

    def needs_approval(self, amount: int) -> bool:
        return self.limit is not None and amount > self.limit


async def offer_for(db: Session, case: ReturnCase, actor: Actor) -> Offer:
    """Of an exchange, what its goods cost less goes back, and nothing else."""
    rules = await policy(db)
    parts = (
        await owed_for(db, case) if case.kind == EXCHANGE else await refundable_of(db, case, rules)
    )
    return Offer(parts, rules.limit_of(actor.role))


async def owed_for(db: Session, case: ReturnCase) -> Refundable:
    difference = await difference_of(db, case)
    if difference is None or difference.is_settled():
        return Refundable(0, 0, 0)
    return Refundable(max(-difference.amount, 0), 0, 0)


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
    offer = await offer_for(db, case, by)
    return await ask_or_give(db, case, offer, amount=amount, reason=case.reason, note=note, by=by)


async def ask_or_give(
    db: Session,
    case: ReturnCase,
    offer: Offer,
    *,
    amount: int,
    reason: str,
    note: str,
    by: Actor,
) -> Refund:
    await check_none_waits(db, case)
    check_amount(amount, offer.parts.total)
    await take(db, case, by=by.id)
    order = await db.get_one(Order, case.order_id, with_for_update={"key_share": True})
    asked = await request_refund(
        db, order, amount=amount, reason=reason, return_id=case.id, by=by.id
    )
    await post(db, asked, status="requested", by=by.id)
    if offer.needs_approval(amount):
        await ask_for_approval(db, case, asked, limit=offer.limit or 0, note=note, by=by.id)
    else:
        await give(db, case, asked, by=by.id)
    return asked


async def check_none_waits(db: Session, case: ReturnCase) -> None:
    if await waiting_refund(db, case) is not None:
        raise Conflict("A refund of this case waits for approval.", code="waits_for_approval")


async def ask_for_approval(
    db: Session, case: ReturnCase, asked: Refund, *, limit: int, note: str, by: UUID
) -> None:
    """Whom the approval policies name decides; `settle_approvals` hears of it."""
    request = ApprovalRequest(
        what=WHAT,
        subject_kind=SUBJECT,
        subject=case.id,
        reason=note,
        amount=asked.amount,
        currency=case.currency,
        limit=limit,
        payload={"refund": asked.id, "order": case.order_id, "case": case.number},
        customer=case.customer_id,
        conversation=case.conversation_id,
        key=f"{WHAT}:{asked.id}",
    )
    approval = await request_approval(db, request, by=by)
    db.add(
        RefundApproval(
            refund_id=asked.id, asked_by=by, limit=limit, note=note, approval_id=approval.id
        )
    )
    await tell(db, ReturnRefundAsked, case, by=by, refund=asked.id, amount=asked.amount)


async def decide_refund(
    db: Session, case: ReturnCase, asked: Refund, *, agreed: bool, note: str, by: Actor
) -> None:
    """Decide on the case's page, under the same policy as in the list of approvals."""
    asking = await db.get(RefundApproval, asked.id)
    if asking is None or asking.decided_at is not None or asking.approval_id is None:
        raise Conflict("This refund waits for nobody.", code="decided_already")
    if asking.asked_by == by.id:
        raise Forbidden("Somebody else has to agree to your refund.", code="second_person")
    if not await decidable(db, by, [asking.approval_id]):
        raise Forbidden("The policy lets somebody else decide this.", code="not_approver")
    approval = await approval_to_decide(db, by, asking.approval_id)
    await decide(db, approval, granted=agreed, comment=note, by=by)
    await settle_approval(db, case, asking, approval)


async def settle_approvals(db: Session, facts: Sequence[Fact]) -> None:
    """What was decided in the list of approvals is carried out; what was done already stays."""
    ids = [fact.subject for fact in facts if fact.details["about_kind"] == SUBJECT]
    approvals = await approvals_with(db, ids)
    for approval_id in ids:
        approval = approvals[approval_id]
        case = await locked_case(db, approval.subject)
        asking = await db.scalar(
            select(RefundApproval).where(RefundApproval.approval_id == approval.id)
        )
        if case is not None and asking is not None:
            await settle_approval(db, case, asking, approval)


async def settle_approval(
    db: Session, case: ReturnCase, asking: RefundApproval, approval: Approval
) -> None:
    """Give the money, or refuse it, once; a case that went elsewhere meanwhile gets nothing."""
    asked = await db.get_one(Refund, asking.refund_id, with_for_update=True, populate_existing=True)
    await db.refresh(asking)
    if asking.decided_at is not None:
        return
    stands = case.is_open() and case.node == money_node(case) and asked.status == "requested"
    agreed = approval.state == ApprovalState.GRANTED and stands
    asking.agreed, asking.note = agreed, approval.comment or asking.note
    asking.decided_by, asking.decided_at = approval.decided_by, approval.decided_at or now()
    by = approval.decided_by or asking.asked_by
    await tell(
        db, ReturnRefundDecided, case, by=by, refund=asked.id, amount=asked.amount, agreed=agreed
    )
    if agreed:
        await give(db, case, asked, by=by)
    elif asked.status == "requested":
        await refuse(db, asked, by=by)


async def refuse(db: Session, asked: Refund, *, by: UUID) -> None:
    order = await db.get_one(Order, asked.order_id, with_for_update={"key_share": True})
    await settle_refund(db, order, asked, system="crm", status="refused", by=by)
    await post(db, asked, status="refused", by=by)


async def call_off(db: Session, case: ReturnCase, *, by: UUID) -> None:
    """The goods are looked at again: a refund that waits for approval is not wanted any more."""
    asked = await waiting_refund(db, case)
    asking = await db.get(RefundApproval, asked.id) if asked else None
    if asked is None or asking is None or asking.approval_id is None:
        return
    approval = (await approvals_with(db, [asking.approval_id]))[asking.approval_id]
    await withdraw_approval(db, approval, by=None)
    asking.agreed, asking.decided_at = False, now()
    await refuse(db, asked, by=by)


async def give(db: Session, case: ReturnCase, asked: Refund, *, by: UUID) -> None:
    """The CRM lets the money go; finance says the same once it is paid. The case goes on."""
    at = now()
    order = await db.get_one(Order, case.order_id, with_for_update={"key_share": True})
    await settle_refund(db, order, asked, system="crm", status="paid", by=by, at=at)
    await post(db, asked, status="paid", by=by)
    if case.kind == EXCHANGE:
        await settle_by_refund(db, case, asked, by=by)
        return
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


async def settle_by_refund(db: Session, case: ReturnCase, given: Refund, *, by: UUID) -> None:
    """What an exchange cost less went back; the replacement may go out now."""
    difference = await open_difference(db, case, owed_to_customer=True)
    difference.refund_id = given.id
    await settle(db, case, difference, REFUNDED, by=by)
    await catch_up(db, case)


def money_node(case: ReturnCase) -> str:
    """Where money is given: before the replacement goes out, or at the end."""
    return RESHIP if case.kind == EXCHANGE else REFUND


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
