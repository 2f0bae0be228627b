"""Refunds over HTTP: what can go back, giving it, agreeing to it, and both systems' books."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from kefu.commerce.returns.access import return_for
from kefu.commerce.returns.reconciling import post_from_finance
from kefu.commerce.returns.refunding import decide_refund, offer_for, refund, refund_of
from kefu.commerce.schemas_return_detail import ReturnDetail
from kefu.commerce.schemas_returns import (
    NewRefund,
    OfferShown,
    Posting,
    RefundDecision,
)
from kefu.commerce.views_returns import return_detail
from kefu.core.clock import now
from kefu.core.http import Db
from kefu.identity import CurrentActor

router = APIRouter(prefix="/api/v1", tags=["returns"])
CASE = "/returns/{case_id}"


@router.get(f"{CASE}/refund-offer")
async def show_offer(db: Db, actor: CurrentActor, case_id: UUID) -> OfferShown:
    case = await return_for(db, actor, case_id)
    offer = await offer_for(db, case, actor)
    return OfferShown(
        goods=offer.parts.goods,
        shipping=offer.parts.shipping,
        insurance=offer.parts.insurance,
        total=offer.parts.total,
        currency=case.currency,
        limit=offer.limit,
    )


@router.post(f"{CASE}/refunds", status_code=201)
async def post_refund(db: Db, actor: CurrentActor, case_id: UUID, body: NewRefund) -> ReturnDetail:
    """Give the money back; above one's limit it waits for a second person."""
    case = await return_for(db, actor, case_id, lock=True)
    await refund(db, case, amount=body.amount, note=body.note, by=actor)
    return await return_detail(db, case, actor)


@router.put(f"{CASE}/refunds/{{refund_id}}/decision")
async def put_refund_decision(
    db: Db, actor: CurrentActor, case_id: UUID, refund_id: UUID, body: RefundDecision
) -> ReturnDetail:
    case = await return_for(db, actor, case_id, lock=True)
    asked = await refund_of(db, case, refund_id)
    await decide_refund(db, case, asked, agreed=body.agreed, note=body.note, by=actor)
    return await return_detail(db, case, actor)


@router.post("/refunds/{refund_id}/postings", status_code=204)
async def post_posting(db: Db, _: CurrentActor, refund_id: UUID, body: Posting) -> None:
    """Finance tells what it did with a refund; for the finance system's own token."""
    await post_from_finance(
        db,
        refund_id,
        status=body.status,
        amount=body.amount,
        operator=body.operator,
        at=body.at or now(),
    )
