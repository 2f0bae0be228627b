"""Imports of customers over HTTP."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Request, UploadFile
from fastapi.responses import StreamingResponse

from kefu.core.db import Session
from kefu.core.errors import TooLarge
from kefu.core.files import Storage, storage_for
from kefu.core.http import Db
from kefu.core.paging import Cursor, Limit
from kefu.core.shapes import Page
from kefu.core.sheets import BYTES_AT_MOST
from kefu.customers.attributes import attribute_definitions
from kefu.customers.importing import (
    import_with,
    imports,
    keep_upload,
    map_columns,
    refusals_file,
    refusals_of,
    shown_import,
    start_check,
    start_run,
    stop,
)
from kefu.customers.importing_rows import ATTRIBUTE, FIELDS
from kefu.customers.model_imports import CustomerImport
from kefu.customers.schemas_imports import ImportDetail, ImportMapping, ImportRow, TargetRow
from kefu.identity import CurrentActor

router = APIRouter(prefix="/api/v1/customer-imports", tags=["customers"])


def storage_of(app: Any) -> Storage:
    """The store of this app, made on first use."""
    found: Storage | None = getattr(app.state, "storage", None)
    if found is None:
        found = app.state.storage = storage_for(app.state.settings)
    return found


@router.post("", status_code=201)
async def post_import(
    request: Request, db: Db, actor: CurrentActor, file: UploadFile
) -> ImportDetail:
    """Take a file to import; nothing is imported before it is started."""
    data = await file.read(BYTES_AT_MOST + 1)
    if len(data) > BYTES_AT_MOST:
        raise TooLarge(
            f"The file is larger than {BYTES_AT_MOST // 1_000_000} MB. Please split it.",
            field="file",
            limit=BYTES_AT_MOST,
        )
    made = await keep_upload(
        db, storage_of(request.app), data, name=file.filename or "customers.csv", by=actor.id
    )
    return await detail_of(db, made, actor.locale)


@router.get("")
async def get_imports(
    db: Db, actor: CurrentActor, cursor: Cursor = None, limit: Limit = 25
) -> Page[ImportRow]:
    found, next_cursor = await imports(db, cursor=cursor, limit=limit)
    return Page(
        items=[ImportRow(**shown_import(one, actor.locale)) for one in found],
        next_cursor=next_cursor,
    )


@router.get("/{import_id}")
async def get_import(import_id: UUID, db: Db, actor: CurrentActor) -> ImportDetail:
    return await detail_of(db, await import_with(db, import_id), actor.locale)


@router.put("/{import_id}/mapping")
async def put_mapping(
    import_id: UUID, body: ImportMapping, db: Db, actor: CurrentActor
) -> ImportDetail:
    made = await import_with(db, import_id, lock=True)
    await map_columns(db, made, body.mapping, scope=body.scope, proven=body.proven)
    return await detail_of(db, made, actor.locale)


@router.post("/{import_id}/check", status_code=202)
async def post_check(import_id: UUID, db: Db, actor: CurrentActor) -> ImportRow:
    """Begin the dry run."""
    made = await import_with(db, import_id, lock=True)
    await start_check(db, made)
    return ImportRow(**shown_import(made, actor.locale))


@router.post("/{import_id}/run", status_code=202)
async def post_run(import_id: UUID, db: Db, actor: CurrentActor) -> ImportRow:
    """Begin the import, or let a stopped one go on."""
    made = await import_with(db, import_id, lock=True)
    await start_run(db, made, by=actor.id)
    return ImportRow(**shown_import(made, actor.locale))


@router.post("/{import_id}/stop")
async def post_stop(import_id: UUID, db: Db, actor: CurrentActor) -> ImportRow:
    made = await import_with(db, import_id, lock=True)
    await stop(made)
    return ImportRow(**shown_import(made, actor.locale))


@router.get("/{import_id}/refusals", response_class=StreamingResponse)
async def get_refusals(import_id: UUID, db: Db, actor: CurrentActor) -> StreamingResponse:
    """The refused rows as CSV, to correct and upload again."""
    made = await import_with(db, import_id)
    refusals = await refusals_of(db, made)
    written = await asyncio.to_thread(lambda: list(refusals_file(made, refusals, actor.locale)))
    name = quote(f"refused-{made.name.rpartition('.')[0] or made.name}.csv")
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{name}",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return StreamingResponse(iter(written), media_type="text/csv; charset=utf-8", headers=headers)


async def detail_of(db: Session, made: CustomerImport, locale: str) -> ImportDetail:
    targets = [TargetRow(key=name, name=None) for name in FIELDS]
    targets += [
        TargetRow(key=ATTRIBUTE + one.key, name=one.name) for one in await attribute_definitions(db)
    ]
    return ImportDetail(
        **shown_import(made, locale),
        columns=made.columns,
        sample=made.sample,
        mapping=made.mapping,
        scope=made.scope,
        proven=made.proven,
        targets=targets,
    )
