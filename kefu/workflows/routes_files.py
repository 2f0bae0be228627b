"""HTTP of case files: added to a task, and only ever downloaded."""

from __future__ import annotations

from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Request, UploadFile
from starlette.responses import StreamingResponse

from kefu.core.db import Database
from kefu.identity import BriefActor
from kefu.workflows.access_processes import task_to_do
from kefu.workflows.case_files import (
    add_file,
    check_takes_files,
    file_for,
    keep_file,
    storage_of,
)
from kefu.workflows.schemas_processes import FileRow

router = APIRouter(prefix="/api/v1", tags=["case tasks"])
POLICY = "default-src 'none'; sandbox"


@router.post("/case-tasks/{task_id}/files", status_code=201)
async def post_file(
    request: Request, actor: BriefActor, task_id: UUID, file: UploadFile
) -> FileRow:
    """Add a file to an open task; no transaction is held while its bytes are stored."""
    database: Database = request.app.state.database
    async with database.transaction() as db:
        await check_takes_files(db, await task_to_do(db, actor, task_id))
    kept = await keep_file(storage_of(request.app), file.file, file.filename or "")
    async with database.transaction() as db:
        return FileRow.model_validate(await add_file(db, task_id, kept, by=actor.id))


@router.get("/case-files/{file_id}", response_class=StreamingResponse)
async def get_file(request: Request, actor: BriefActor, file_id: UUID) -> StreamingResponse:
    """The bytes of a file, as an attachment: no browser opens them as a page of ours."""
    database: Database = request.app.state.database
    async with database.transaction() as db:
        file = await file_for(db, actor, file_id)
    content = await storage_of(request.app).get(file.key)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name)}",
        "Content-Security-Policy": POLICY,
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, max-age=86400, immutable",
        "Content-Length": str(file.size),
    }
    return StreamingResponse(content, media_type=file.type, headers=headers)
