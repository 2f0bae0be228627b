"""Inspecting: one result of record for each case, by the checklist in force, flowing on itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kefu.commerce.events_returns import ReturnInspected
from kefu.commerce.model_inspections import Inspection, InspectionChecklist
from kefu.commerce.model_returns import ReturnCase, ReturnLine, ReturnPhoto
from kefu.commerce.returns.checklists import check_answers, check_current, checklist_for
from kefu.commerce.returns.costs import note_cost
from kefu.commerce.returns.moving import advance, check_at, open_step
from kefu.commerce.returns.nodes import INSPECT
from kefu.commerce.returns.policy import policy
from kefu.commerce.returns.telling import tell
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Conflict, Invalid
from kefu.core.ids import uuid7

REPEATED = "repeated_inspection"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What an inspector found."""

    checklist: UUID
    answers: dict[str, Any]
    determination: str
    accepted: bool
    photos: list[UUID] = field(default_factory=list)
    note: str = ""
    reason: str | None = None


async def inspect(db: Session, case: ReturnCase, found: Found, *, by: UUID) -> Inspection:
    """Keep the result; the case goes on with it, and whoever serves the customer is told.

    A second inspection needs a reason and costs: the first is no longer of record, but stays.
    """
    check_at(case, INSPECT)
    checklist = await checklist_of(db, case, found.checklist)
    check_answers(checklist, found.answers)
    await check_photos(db, case, found.photos, field="photos")
    former = await inspection_of_record(db, case)
    check_repeated(former, found)
    if former is not None:
        former.of_record = False
        await db.flush()
    inspection = Inspection(
        id=uuid7(),
        case_id=case.id,
        checklist_id=checklist.id,
        answers=found.answers,
        photos=[str(photo) for photo in found.photos],
        determination=found.determination,
        accepted=found.accepted,
        note=found.note,
        reason=(found.reason or "").strip() or None,
        inspector_id=by,
    )
    db.add(inspection)
    await db.flush()
    await follow_up(db, case, inspection, repeated=former is not None, by=by)
    return inspection


def check_repeated(former: Inspection | None, found: Found) -> None:
    again = bool((found.reason or "").strip())
    if former is not None and not again:
        raise Invalid(
            "These goods were inspected before. Say why once more.",
            field="reason",
            code="reason_needed",
        )


async def follow_up(
    db: Session, case: ReturnCase, inspection: Inspection, *, repeated: bool, by: UUID
) -> None:
    if repeated:
        rules = await policy(db)
        if rules.reinspection_cost:
            await note_cost(db, case, kind=REPEATED, amount=rules.reinspection_cost, by=by)
    step = await open_step(db, case)
    step.begun_at = step.begun_at or now()
    await tell(
        db,
        ReturnInspected,
        case,
        by=by,
        inspection=inspection.id,
        checklist=inspection.checklist_id,
        determination=inspection.determination,
        accepted=inspection.accepted,
        repeated=repeated,
    )
    await advance(db, case, "accepted" if inspection.accepted else "rejected", by=by)


async def checklist_of(db: Session, case: ReturnCase, checklist_id: UUID) -> InspectionChecklist:
    """The checklist that was filled in, if it is the one in force for these goods."""
    checklist = await db.get(InspectionChecklist, checklist_id)
    if checklist is None:
        raise Invalid("There is no such checklist.", field="checklist_id")
    check_current(checklist)
    if checklist.id != (await checklist_for(db, await category_of(db, case))).id:
        raise Invalid(
            "Goods of this category are inspected by another checklist.",
            field="checklist_id",
            code="other_checklist",
        )
    return checklist


async def category_of(db: Session, case: ReturnCase) -> str:
    category: str | None = await db.scalar(
        select(ReturnLine.category)
        .where(ReturnLine.case_id == case.id)
        .order_by(ReturnLine.amount.desc(), ReturnLine.id)
        .limit(1)
    )
    return category or ""


async def inspection_of_record(db: Session, case: ReturnCase) -> Inspection | None:
    found: Inspection | None = await db.scalar(
        select(Inspection).where(Inspection.case_id == case.id, Inspection.of_record)
    )
    return found


async def inspections_of(db: Session, case: ReturnCase) -> list[Inspection]:
    rows = await db.scalars(
        select(Inspection)
        .where(Inspection.case_id == case.id)
        .order_by(Inspection.finished_at, Inspection.id)
    )
    return list(rows)


async def check_photos(db: Session, case: ReturnCase, photos: list[UUID], *, field: str) -> None:
    """The pictures are there and belong to this case; none is forgotten while it is sent."""
    if not photos:
        return
    rows = await db.scalars(
        select(ReturnPhoto.id)
        .where(
            ReturnPhoto.id.in_(photos),
            ReturnPhoto.case_id == case.id,
            ReturnPhoto.erased_at.is_(None),
        )
        .with_for_update(read=True)
    )
    if set(photos) - set(rows):
        raise Invalid("A picture does not belong to this case.", field=field)


async def check_inspected(db: Session, case: ReturnCase) -> Inspection:
    inspection = await inspection_of_record(db, case)
    if inspection is None:
        raise Conflict("These goods have not been inspected.", code="not_inspected")
    return inspection
