"""Disputing: a customer or a colleague does not agree with a result; a third person decides."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from kefu.commerce.events_returns import ReturnDisputed, ReturnDisputeDecided
from kefu.commerce.model_inspections import Inspection, InspectionDispute
from kefu.commerce.model_returns import ReturnCase
from kefu.commerce.returns.differences import check_no_money_moved
from kefu.commerce.returns.inspecting import check_inspected, check_photos
from kefu.commerce.returns.moving import advance, reopen
from kefu.commerce.returns.nodes import INSPECT, REJECTED, WAYS, next_node
from kefu.commerce.returns.refunding import call_off
from kefu.commerce.returns.telling import tell
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Conflict, Forbidden, Invalid, NotFound
from kefu.core.ids import uuid7


async def dispute(
    db: Session,
    case: ReturnCase,
    *,
    text: str,
    photos: Sequence[UUID] = (),
    complaint: bool,
    by: UUID | None,
) -> InspectionDispute:
    """Object to the result of record, once at a time."""
    inspection = await check_inspected(db, case)
    if await open_dispute(db, inspection.id) is not None:
        raise Conflict("This result is disputed already.", code="disputed_already")
    await check_photos(db, case, list(photos), field="photos")
    raised = InspectionDispute(
        id=uuid7(),
        case_id=case.id,
        inspection_id=inspection.id,
        text=text,
        photos=[str(photo) for photo in photos],
        complaint=complaint,
        raised_by=by,
    )
    db.add(raised)
    await tell(
        db,
        ReturnDisputed,
        case,
        by=by,
        dispute=raised.id,
        inspection=inspection.id,
        complaint=complaint,
    )
    return raised


async def decide_dispute(
    db: Session,
    case: ReturnCase,
    raised: InspectionDispute,
    *,
    decision: str,
    grounds: str,
    by: UUID,
) -> None:
    """Uphold the result, overturn it for the customer, or have the goods inspected again."""
    inspection = await db.get_one(Inspection, raised.inspection_id)
    check_decidable(raised, inspection, grounds, by)
    raised.decision, raised.grounds = decision, grounds
    raised.decided_by, raised.decided_at = by, now()
    if decision == "reinspect":
        await inspect_again(db, case, by=by)
    elif decision == "overturned":
        await overturn(db, case, inspection, by=by)
    await tell(db, ReturnDisputeDecided, case, by=by, dispute=raised.id, decision=decision)


def check_decidable(
    raised: InspectionDispute, inspection: Inspection, grounds: str, by: UUID
) -> None:
    if raised.decided_at is not None:
        raise Conflict("This dispute has been decided.", code="decided_already")
    if by == inspection.inspector_id:
        raise Forbidden("Whoever inspected the goods does not decide about the result.")
    if not grounds.strip():
        raise Invalid("Say what the decision rests on.", field="grounds")


async def overturn(db: Session, case: ReturnCase, inspection: Inspection, *, by: UUID) -> None:
    """The customer was right: a rejected case goes on as if the goods had been accepted."""
    if inspection.accepted:
        raise Conflict("The result was for the customer anyway.", code="accepted_already")
    inspection.accepted = True
    if case.status == REJECTED:
        await reopen(db, case, next_node(case.kind, INSPECT, "accepted"), by=by)


async def inspect_again(db: Session, case: ReturnCase, *, by: UUID) -> None:
    if case.status == REJECTED:
        await reopen(db, case, INSPECT, by=by)
    elif case.is_open() and (case.node, "reinspect") in WAYS[case.kind]:
        await check_no_money_moved(db, case)
        await call_off(db, case, by=by)
        await advance(db, case, "reinspect", by=by)
    else:
        raise Conflict(
            "The case has gone on too far to inspect the goods again.",
            code="too_late_to_inspect",
            detail=case.status if not case.is_open() else case.node,
        )


async def open_dispute(db: Session, inspection: UUID) -> InspectionDispute | None:
    found: InspectionDispute | None = await db.scalar(
        select(InspectionDispute).where(
            InspectionDispute.inspection_id == inspection, InspectionDispute.decided_at.is_(None)
        )
    )
    return found


async def dispute_of(db: Session, case: ReturnCase, dispute_id: UUID) -> InspectionDispute:
    found = await db.scalar(
        select(InspectionDispute)
        .where(InspectionDispute.id == dispute_id, InspectionDispute.case_id == case.id)
        .with_for_update()
    )
    if found is None:
        raise NotFound("There is no such dispute.")
    return found


async def disputes_of(db: Session, case: ReturnCase) -> list[InspectionDispute]:
    rows = await db.scalars(
        select(InspectionDispute)
        .where(InspectionDispute.case_id == case.id)
        .order_by(InspectionDispute.raised_at)
    )
    return list(rows)
