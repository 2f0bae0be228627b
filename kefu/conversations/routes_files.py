"""Files over HTTP: agents upload, whoever holds a link or may see the conversation fetches."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request, UploadFile
from fastapi.responses import StreamingResponse

from kefu.conversations.access import conversation_for
from kefu.conversations.file_links import is_signed
from kefu.conversations.files import (
    THUMBNAIL_TYPE,
    content_of,
    file_for,
    file_with,
    keep,
    storage_of,
    write_down,
)
from kefu.conversations.model_files import File
from kefu.conversations.schemas_files import FileShown
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import NotFound, Unauthenticated
from kefu.core.http import Db
from kefu.identity import SESSION_COOKIE, CurrentActor, actor_for_cookie, actor_for_token

router = APIRouter(prefix="/api/v1/files", tags=["files"])
POLICY = "default-src 'none'; sandbox"


@router.post("", status_code=201, response_model_exclude_none=True)
async def upload_file(
    request: Request,
    db: Db,
    actor: CurrentActor,
    file: UploadFile,
    conversation: Annotated[UUID, Form()],
) -> FileShown:
    """Take an agent's file for a conversation.

    The transaction of the doors ends before the bytes are stored: storing may take its time.
    """
    talk = await conversation_for(db, actor, conversation)
    await db.commit()
    limit = request.app.state.settings.upload_limit
    kept = await keep(storage_of(request.app), file.file, file.filename or "", limit=limit)
    written = await write_down(db, kept, inbox=talk.inbox_id, conversation=talk.id, agent=actor.id)
    return FileShown.model_validate(content_of(written))


@router.get("/{file_id}/{name}", response_class=StreamingResponse)
async def fetch_file(
    request: Request,
    db: Db,
    file_id: UUID,
    name: str,  # noqa: ARG001 - for people and their browsers; the id decides
    expires: Annotated[int, Query(ge=0, le=99_999_999_999)] = 0,
    signature: Annotated[str, Query(max_length=100)] = "",
    thumbnail: Annotated[bool, Query()] = False,  # noqa: FBT002
) -> StreamingResponse:
    """The bytes, for download only: no browser runs or renders them as a page of ours."""
    if signature:
        file = await _by_link(request, db, file_id, expires, signature)
    else:
        file = await _by_actor(request, db, file_id)
    small = thumbnail and file.thumbnail_key is not None
    key, kind = (file.thumbnail_key or file.key, THUMBNAIL_TYPE) if small else (file.key, file.type)
    shown_name = file.name
    size = None if small else file.size
    await db.commit()
    content = await storage_of(request.app).get(key)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(shown_name)}",
        "Content-Security-Policy": POLICY,
        "Cache-Control": "private, max-age=86400, immutable",
    }
    if size is not None:
        headers["Content-Length"] = str(size)
    return StreamingResponse(content, media_type=kind, headers=headers)


async def _by_link(
    request: Request, db: Session, file_id: UUID, expires: int, signature: str
) -> File:
    key = request.app.state.settings.signing_key()
    if not is_signed(file_id, expires, signature, key=key):
        raise Unauthenticated("This link does not hold.", code="link_invalid", field="signature")
    if now().timestamp() >= expires:
        raise Unauthenticated("This link has run out.", code="link_expired", field="expires")
    return await file_with(db, file_id)


async def _by_actor(request: Request, db: Session, file_id: UUID) -> File:
    bearer = request.headers.get("authorization", "")
    if bearer[:7].lower() == "bearer ":
        actor = await actor_for_token(db, bearer[7:].strip())
    else:
        actor = await actor_for_cookie(db, request.cookies.get(SESSION_COOKIE))
    if actor is None:
        raise NotFound("There is no such file, or it is not for everybody to see.")
    actor.require("conversation.read")
    return await file_for(db, actor, file_id)
