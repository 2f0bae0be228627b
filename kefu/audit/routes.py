"""HTTP of the audit trail."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse

from kefu.audit.export import begin_export, exported
from kefu.audit.schemas import TrailExport, TrailPage, TrailRow
from kefu.audit.trail import trail
from kefu.core.clock import now
from kefu.core.events import Event
from kefu.core.http import Db
from kefu.core.shapes import Page
from kefu.identity import CurrentActor

router = APIRouter(prefix="/api/v1/audit", tags=["audit"])
TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl"}


@router.get("")
async def get_audit(
    wanted: Annotated[TrailPage, Query()], db: Db, actor: CurrentActor
) -> Page[TrailRow]:
    rows, next_cursor = await trail(db, actor, wanted)
    return Page(items=rows, next_cursor=next_cursor)


@router.get("/kinds")
async def get_kinds(actor: CurrentActor) -> list[str]:
    actor.require("audit.read")
    return sorted(Event.known)


@router.get("/export", response_class=StreamingResponse)
async def get_export(
    wanted: Annotated[TrailExport, Query()], request: Request, db: Db, actor: CurrentActor
) -> StreamingResponse:
    await begin_export(db, actor, wanted)
    name = f"kefu-audit-{now():%Y%m%d-%H%M}.{wanted.format}"
    return StreamingResponse(
        exported(request.app.state.database, wanted),
        media_type=TYPES[wanted.format],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
