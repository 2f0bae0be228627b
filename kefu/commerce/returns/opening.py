"""Opening: a request for after-sales service becomes a case of returns by itself, once."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from kefu.commerce.events_order_care import AfterSaleUnopened
from kefu.commerce.model import PaymentMethod
from kefu.commerce.model_order_care import AfterSaleRequest
from kefu.commerce.model_orders import Order
from kefu.commerce.model_returns import REASONS, ReturnCase
from kefu.commerce.returns.applying import Units, Wanted, apply
from kefu.commerce.returns.nodes import EXCHANGE
from kefu.core.db import Session
from kefu.core.errors import Refusal
from kefu.core.events import Fact, record
from kefu.notifications import Why, announce, notify

CHANNELS = {"customer": "website", "service": "desk", "bot": "chat"}
KNOWN_REASONS = {
    "no_longer_needed": "no_reason",
    "ordered_by_mistake": "no_reason",
    "damaged": "transport",
}
announce(
    AfterSaleUnopened.kind,
    zh="售后申请没有开成售后单",
    en="No case could be opened for a request",
    why=Why(
        zh="售后申请不符合售后政策，没有开成售后单。",
        en="The request did not fit the return policy, so no case was opened.",
        setting="return-policy",
    ),
)


async def open_requested(db: Session, facts: Sequence[Fact]) -> None:
    """A case for each request that has none; what cannot be opened says why and is told."""
    for fact in facts:
        request = await db.get(
            AfterSaleRequest, UUID(fact.details["request"]), with_for_update=True
        )
        if request is None or request.refusal is not None:
            continue
        if await case_of_request(db, request.id) is None:
            await open_case(db, request, quantities_of(fact))


async def case_of_request(db: Session, request: UUID) -> UUID | None:
    found: UUID | None = await db.scalar(
        select(ReturnCase.id).where(ReturnCase.request_id == request)
    )
    return found


def quantities_of(fact: Fact) -> dict[UUID, int]:
    lines = (UUID(line) for line in fact.details["lines"])
    return dict(zip(lines, fact.details["quantities"], strict=True))


async def open_case(db: Session, request: AfterSaleRequest, quantities: dict[UUID, int]) -> None:
    order = await db.get_one(
        Order, request.order_id, with_for_update={"key_share": True}, populate_existing=True
    )
    try:
        async with db.begin_nested():
            wanted = await wanted_of(db, request, quantities)
            await apply(db, order, wanted, by=request.requested_by)
    except Refusal as refusal:
        request.refusal = refusal.code
        await tell_unopened(db, request)


async def wanted_of(db: Session, request: AfterSaleRequest, quantities: dict[UUID, int]) -> Wanted:
    instead = {UUID(one["line"]): one["sku"] for one in request.lines if one.get("sku")}
    units = [
        Units(line, quantity, UUID(instead[line]) if line in instead else None)
        for line, quantity in quantities.items()
    ]
    return Wanted(
        kind=request.kind,
        units=units,
        reason=reason_of(request.reason),
        method=await method_of(db, request),
        channel=CHANNELS[request.source],
        conversation=request.conversation_id,
        request=request.id,
        difference=request.difference if request.kind == EXCHANGE else 0,
        paid_with=request.payment_method_id,
    )


def reason_of(given: str | None) -> str:
    """One of the reasons that returns are counted by."""
    reason = KNOWN_REASONS.get(given or "", given or "")
    return reason if reason in REASONS else "other"


async def method_of(db: Session, request: AfterSaleRequest) -> str:
    """Money goes where it came from, or onto the gift card that was chosen."""
    if request.payment_method_id is None:
        return "original"
    method = await db.get_one(PaymentMethod, request.payment_method_id)
    return "balance" if method.kind == "gift_card" else "original"


async def tell_unopened(db: Session, request: AfterSaleRequest) -> None:
    event = AfterSaleUnopened(
        subject=request.order_id,
        customer=request.customer_id,
        request=request.id,
        request_kind=request.kind,
        refusal=request.refusal or "",
    )
    await record(db, event)
    if request.requested_by is not None:
        await notify(
            db,
            {request.requested_by},
            AfterSaleUnopened.kind,
            subject_kind="order",
            subject=request.order_id,
            params={"kind": request.kind, "refusal": request.refusal},
        )
