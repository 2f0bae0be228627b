"""Imports over HTTP: upload a file, see how far it is, fetch what was refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Form, Request, UploadFile
from fastapi.responses import Response
from sqlalchemy import select

from kefu.commerce.access import import_for, shop_named
from kefu.commerce.importing.uploading import error_file, refused_rows, take_upload
from kefu.commerce.importing.wording import failure_of, said_of
from kefu.commerce.model_imports import CommerceImport
from kefu.commerce.schemas_imports import ImportDetail, ImportRow, RefusedShown
from kefu.commerce.showing import shops_named
from kefu.core.db import Session
from kefu.core.files import Storage, storage_for
from kefu.core.http import Db
from kefu.core.paging import Cursor, Limit, page_of, read_cursor
from kefu.core.shapes import Page
from kefu.identity import CurrentActor, agents_named

router = APIRouter(prefix="/api/v1/commerce-imports", tags=["imports"])
SHOWN = 20
MOST = 10_000


@router.post("/files", status_code=202)
async def post_file(
    request: Request,
    db: Db,
    actor: CurrentActor,
    file: UploadFile,
    shop: Annotated[str, Form(max_length=64)],
    kind: Annotated[Literal["orders", "products"], Form()] = "orders",
    mode: Annotated[Literal["whole", "rows"], Form()] = "whole",
    historic: Annotated[bool, Form()] = False,  # noqa: FBT002 - a field of the form
) -> ImportRow:
    """Take a file of orders or products; a worker imports it."""
    started = await take_upload(
        db,
        storage_of(request),
        file.file,
        shop=await shop_named(db, shop),
        name=file.filename or "import",
        limit=request.app.state.settings.upload_limit,
        by=actor,
        kind=kind,
        mode=mode,
        historic=historic,
    )
    return (await import_rows(db, [started], locale=actor.locale))[0]


@router.get("")
async def get_imports(
    db: Db, actor: CurrentActor, cursor: Cursor = None, limit: Limit = 25
) -> Page[ImportRow]:
    actor.require("commerce.import")
    query = select(CommerceImport).order_by(CommerceImport.id.desc()).limit(limit + 1)
    key = read_cursor(cursor, UUID)
    if key:
        query = query.where(CommerceImport.id < key[0])
    rows = (await db.scalars(query)).all()
    imports, next_cursor = page_of(rows, limit, lambda one: [one.id])
    return Page(items=await import_rows(db, imports, locale=actor.locale), next_cursor=next_cursor)


@router.get("/{import_id}")
async def get_import(import_id: UUID, db: Db, actor: CurrentActor) -> ImportDetail:
    found = await import_for(db, actor, import_id)
    [row] = await import_rows(db, [found], locale=actor.locale)
    refused = await refused_rows(db, found.id, limit=SHOWN)
    shown = [
        RefusedShown(
            row=one.row, field=one.field, problem=said_of(one, actor.locale), source=one.source
        )
        for one in refused
    ]
    return ImportDetail(**row.model_dump(), refused_rows=shown)


@router.get("/{import_id}/refused", response_class=Response)
async def get_refused(import_id: UUID, db: Db, actor: CurrentActor) -> Response:
    """The refused rows as a file to correct and import again."""
    found = await import_for(db, actor, import_id)
    form, text = error_file(await refused_rows(db, found.id, limit=MOST), actor.locale)
    media = "text/csv; charset=utf-8" if form == "csv" else "application/x-ndjson"
    named = {"Content-Disposition": f'attachment; filename="refused.{form}"'}
    return Response(text, media_type=media, headers=named)


async def import_rows(
    db: Session, imports: Sequence[CommerceImport], *, locale: str
) -> list[ImportRow]:
    shops = await shops_named(db, {one.shop_id for one in imports})
    names = await agents_named(db, [one.started_by for one in imports])
    own = ImportRow.model_fields.keys() - {"shop", "started_by", "failure"}

    def row(one: CommerceImport) -> ImportRow:
        fields: dict[str, Any] = {name: getattr(one, name) for name in own}
        starter = names.get(one.started_by) if one.started_by else None
        return ImportRow(
            **fields,
            shop=shops[one.shop_id],
            started_by=starter.name if starter else None,
            failure=failure_of(one, locale),
        )

    return [row(one) for one in imports]


def storage_of(request: Request) -> Storage:
    """The store of this app; tests put one of their own there."""
    found: Storage | None = getattr(request.app.state, "storage", None)
    return found or storage_for(request.app.state.settings)
