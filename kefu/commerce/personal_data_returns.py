"""Personal data of returns: what a customer wrote and pictured, exported and blanked."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from kefu.commerce.model_differences import ExchangeDifference
from kefu.commerce.model_inspections import Inspection, InspectionDispute, RepairState
from kefu.commerce.model_returns import ReturnCase, ReturnCost
from kefu.commerce.returns.photos import erase_photos
from kefu.core.db import Session
from kefu.customers import erases_customer, exports_customer, moves_with_customer

moves_with_customer("return_cases", ReturnCase)

BLANKED: dict[Any, dict[str, str]] = {
    InspectionDispute: {"text": "", "grounds": ""},
    Inspection: {"note": ""},
    RepairState: {"note": ""},
    ReturnCost: {"note": ""},
    ExchangeDifference: {"reason": ""},
}


@exports_customer("returns")
async def export_returns(db: Session, customer: UUID) -> list[dict[str, Any]]:
    rows = await db.scalars(
        select(ReturnCase).where(ReturnCase.customer_id == customer).order_by(ReturnCase.id)
    )
    cases = list(rows)
    disputes = await db.scalars(
        select(InspectionDispute)
        .where(InspectionDispute.case_id.in_([case.id for case in cases]))
        .order_by(InspectionDispute.raised_at)
    )
    said: dict[UUID, list[str]] = {}
    for one in disputes:
        said.setdefault(one.case_id, []).append(one.text)
    return [
        {
            "number": case.number,
            "kind": case.kind,
            "status": case.status,
            "reason": case.reason,
            "note": case.note,
            "tracking_number": case.tracking_number,
            "amount": case.amount,
            "currency": case.currency,
            "applied_at": case.applied_at.isoformat(),
            "ended_at": case.ended_at.isoformat() if case.ended_at else None,
            "disputes": said.get(case.id, []),
        }
        for case in cases
    ]


@erases_customer
async def erase_returns(db: Session, customer: UUID) -> None:
    """Texts and pictures go; what happened, when and for how much stays."""
    mine = ReturnCase.customer_id == customer
    await db.execute(
        update(ReturnCase).where(mine).values(note="", decision_note="", tracking_number=None)
    )
    cases = select(ReturnCase.id).where(mine)
    for table, blank in BLANKED.items():
        await db.execute(update(table).where(table.case_id.in_(cases)).values(**blank))
    await erase_photos(db, customer)
