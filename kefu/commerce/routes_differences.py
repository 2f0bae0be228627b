"""Differences over HTTP: what an exchange costs more is paid, what it costs less goes back."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from kefu.commerce.returns.access import return_for
from kefu.commerce.returns.settling import (
    Received,
    pay_difference,
    refund_difference,
    waive_difference,
)
from kefu.commerce.schemas_return_detail import (
    DifferencePaid,
    DifferenceRefund,
    DifferenceWaiver,
    ReturnDetail,
)
from kefu.commerce.views_returns import return_detail
from kefu.core.http import Db
from kefu.identity import CurrentActor

router = APIRouter(prefix="/api/v1/returns/{case_id}/difference", tags=["returns"])


@router.put("/payment")
async def put_payment(
    db: Db, actor: CurrentActor, case_id: UUID, body: DifferencePaid
) -> ReturnDetail:
    """The customer pays what the other goods cost more."""
    case = await return_for(db, actor, case_id, lock=True)
    received = Received(body.payment_method, body.kind, body.reference)
    await pay_difference(db, case, received, by=actor.id)
    return await return_detail(db, case, actor)


@router.post("/refund", status_code=201)
async def post_refund(
    db: Db, actor: CurrentActor, case_id: UUID, body: DifferenceRefund
) -> ReturnDetail:
    """Give back what the other goods cost less; above one's limit it waits for a second person."""
    case = await return_for(db, actor, case_id, lock=True)
    await refund_difference(db, case, note=body.note, by=actor)
    return await return_detail(db, case, actor)


@router.put("/waiver")
async def put_waiver(
    db: Db, actor: CurrentActor, case_id: UUID, body: DifferenceWaiver
) -> ReturnDetail:
    """Nobody pays, for a reason."""
    case = await return_for(db, actor, case_id, lock=True)
    await waive_difference(db, case, reason=body.reason, by=actor.id)
    return await return_detail(db, case, actor)
