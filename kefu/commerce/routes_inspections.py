"""Inspections over HTTP: checklists, results, disputes, pictures, models and investigations."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request, UploadFile
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime
from sqlalchemy import select

from kefu.commerce.model_inspections import InspectionChecklist, ReturnInvestigation
from kefu.commerce.returns.access import return_for
from kefu.commerce.returns.analysis import analysis
from kefu.commerce.returns.anomalies import close_investigation
from kefu.commerce.returns.checklists import checklist_for, publish
from kefu.commerce.returns.disputing import decide_dispute, dispute, dispute_of
from kefu.commerce.returns.inspecting import Found, category_of, inspect
from kefu.commerce.returns.models import models
from kefu.commerce.returns.photos import add_photo, check_room, keep_photo, photo_of, storage_of
from kefu.commerce.returns.policy import Policy, change_policy, versioned
from kefu.commerce.schemas_inspections import (
    ChecklistRow,
    DisputeDecision,
    InvestigationEnd,
    InvestigationRow,
    ModelRow,
    NewChecklist,
    NewDispute,
    NewInspection,
)
from kefu.commerce.schemas_return_detail import ReturnDetail
from kefu.commerce.schemas_returns import (
    AnalysisShown,
    Kind,
    PhotoRow,
    PolicyChange,
    PolicyShown,
)
from kefu.commerce.views_returns import photo_row, return_detail
from kefu.core.clock import now
from kefu.core.db import Database
from kefu.core.errors import Invalid, NotFound
from kefu.core.http import Db
from kefu.core.measures import Period
from kefu.core.paging import Cursor, Limit, page_of, read_cursor
from kefu.core.shapes import Page
from kefu.identity import BriefActor, CurrentActor
from kefu.promises import desk_hours

router = APIRouter(prefix="/api/v1", tags=["returns"])
CASE = "/returns/{case_id}"
POLICY = "default-src 'none'; sandbox"
Since = Annotated[AwareDatetime, Query()]


def period_of(since: AwareDatetime, until: AwareDatetime | None) -> Period:
    end = until or now()
    if since >= end:
        raise Invalid("The period ends before it begins.", field="until")
    return Period(since, end)


@router.get("/return-analysis")
async def show_analysis(
    db: Db,
    _: CurrentActor,
    since: Since,
    until: AwareDatetime | None = None,
    kind: Kind | None = None,
) -> AnalysisShown:
    """All cases of a period on one map: counts, waiting and working time, lateness and costs."""
    period = period_of(since, until)
    found = await analysis(db, period, kind)
    return AnalysisShown(since=period.since, until=period.until, **found)


@router.get("/return-models")
async def list_models(
    db: Db, _: CurrentActor, since: Since, until: AwareDatetime | None = None
) -> list[ModelRow]:
    """What came back of each model, what was found, and what to do with its stock."""
    return [ModelRow(**one) for one in await models(db, period_of(since, until))]


@router.get(f"{CASE}/checklist")
async def show_checklist(db: Db, actor: CurrentActor, case_id: UUID) -> ChecklistRow:
    """The checklist by which these goods are inspected now."""
    case = await return_for(db, actor, case_id)
    return checklist_row(await checklist_for(db, await category_of(db, case)))


@router.post(f"{CASE}/inspections", status_code=201)
async def post_inspection(
    db: Db, actor: CurrentActor, case_id: UUID, body: NewInspection
) -> ReturnDetail:
    case = await return_for(db, actor, case_id, lock=True)
    found = Found(
        checklist=body.checklist_id,
        answers=body.answers,
        determination=body.determination,
        accepted=body.accepted,
        photos=body.photos,
        note=body.note,
        reason=body.reason,
    )
    await inspect(db, case, found, by=actor.id)
    return await return_detail(db, case, actor)


@router.post(f"{CASE}/disputes", status_code=201)
async def post_dispute(
    db: Db, actor: CurrentActor, case_id: UUID, body: NewDispute
) -> ReturnDetail:
    case = await return_for(db, actor, case_id, lock=True)
    await dispute(
        db, case, text=body.text, photos=body.photos, complaint=body.complaint, by=actor.id
    )
    return await return_detail(db, case, actor)


@router.put(f"{CASE}/disputes/{{dispute_id}}/decision")
async def put_decision(
    db: Db, actor: CurrentActor, case_id: UUID, dispute_id: UUID, body: DisputeDecision
) -> ReturnDetail:
    case = await return_for(db, actor, case_id, lock=True)
    raised = await dispute_of(db, case, dispute_id)
    await decide_dispute(
        db, case, raised, decision=body.decision, grounds=body.grounds, by=actor.id
    )
    return await return_detail(db, case, actor)


@router.post(f"{CASE}/photos", status_code=201)
async def post_photo(
    request: Request,
    actor: BriefActor,
    case_id: UUID,
    file: UploadFile,
    purpose: Annotated[Literal["application", "inspection", "dispute"], Form()] = "application",
) -> PhotoRow:
    """Add a picture; no transaction is held while its bytes are stored."""
    database: Database = request.app.state.database
    async with database.transaction() as db:
        await check_room(db, await return_for(db, actor, case_id))
    kept = await keep_photo(storage_of(request.app), file.file, file.filename or "")
    async with database.transaction() as db:
        photo = await add_photo(db, case_id, kept, purpose=purpose, by=actor.id)
    return photo_row(photo)


@router.get(f"{CASE}/photos/{{photo_id}}", response_class=StreamingResponse)
async def show_photo(
    request: Request, actor: BriefActor, case_id: UUID, photo_id: UUID
) -> StreamingResponse:
    """The bytes of a picture; no browser runs them as a page of ours."""
    database: Database = request.app.state.database
    async with database.transaction() as db:
        photo = await photo_of(db, await return_for(db, actor, case_id), photo_id)
    content = await storage_of(request.app).get(photo.key)
    headers = {
        "Content-Disposition": f"inline; filename*=UTF-8''{quote(photo.name)}",
        "Content-Security-Policy": POLICY,
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, max-age=86400, immutable",
        "Content-Length": str(photo.size),
    }
    return StreamingResponse(content, media_type=photo.type, headers=headers)


@router.get("/return-policy")
async def show_policy(db: Db, _: CurrentActor) -> PolicyShown:
    version, values = await versioned(db)
    return await policy_shown(db, version, values)


@router.put("/return-policy")
async def put_policy(db: Db, actor: CurrentActor, body: PolicyChange) -> PolicyShown:
    version = await change_policy(db, body.values, version=body.version, by=actor.id)
    return await policy_shown(db, version, body.values)


async def policy_shown(db: Db, version: int, values: Policy) -> PolicyShown:
    desk = await desk_hours(db, values.calendar)
    return PolicyShown(
        version=version,
        values=values,
        goal_days=values.cycle.goal_days(),
        business_calendar=desk.name if desk else None,
    )


@router.get("/inspection-checklists")
async def list_checklists(
    db: Db,
    _: CurrentActor,
    retired: bool = False,  # noqa: FBT001, FBT002 - a flag of the address
) -> list[ChecklistRow]:
    query = select(InspectionChecklist).order_by(
        InspectionChecklist.category, InspectionChecklist.version.desc()
    )
    if not retired:
        query = query.where(InspectionChecklist.retired_at.is_(None))
    return [checklist_row(one) for one in await db.scalars(query)]


@router.post("/inspection-checklists", status_code=201)
async def post_checklist(db: Db, actor: CurrentActor, body: NewChecklist) -> ChecklistRow:
    """A new version for a category; inspections done by the former one stay as they are."""
    return checklist_row(
        await publish(db, category=body.category, name=body.name, items=body.items, by=actor.id)
    )


def checklist_row(one: InspectionChecklist) -> ChecklistRow:
    return ChecklistRow(**{name: getattr(one, name) for name in ChecklistRow.model_fields})


@router.get("/return-investigations")
async def list_investigations(
    db: Db, _: CurrentActor, cursor: Cursor = None, limit: Limit = 25
) -> Page[InvestigationRow]:
    """Models whose return rate jumped, the newest first."""
    query = select(ReturnInvestigation).order_by(ReturnInvestigation.id.desc()).limit(limit + 1)
    key = read_cursor(cursor, UUID)
    if key:
        query = query.where(ReturnInvestigation.id < key[0])
    rows = (await db.scalars(query)).all()
    found, following = page_of(rows, limit, lambda one: [one.id])
    return Page(items=[investigation_row(one) for one in found], next_cursor=following)


@router.put("/return-investigations/{investigation_id}/closure")
async def put_investigation_end(
    db: Db, actor: CurrentActor, investigation_id: UUID, body: InvestigationEnd
) -> InvestigationRow:
    found = await db.get(ReturnInvestigation, investigation_id, with_for_update=True)
    if found is None:
        raise NotFound("There is no such investigation.")
    await close_investigation(db, found, finding=body.finding, note=body.note, by=actor.id)
    return investigation_row(found)


def investigation_row(one: ReturnInvestigation) -> InvestigationRow:
    names = InvestigationRow.model_fields
    return InvestigationRow(**{name: getattr(one, name) for name in names})
