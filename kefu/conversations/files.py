"""Files: taken, looked at, kept, handed out through the conversation's door, and erased."""

from __future__ import annotations

import asyncio
import hashlib
import io
from collections.abc import Collection
from dataclasses import dataclass
from typing import IO, Any
from uuid import UUID

from PIL import Image, ImageOps
from sqlalchemy import select, text

from kefu.conversations.access import conversation_for, visible_to
from kefu.conversations.file_links import with_links
from kefu.conversations.model import Conversation
from kefu.conversations.model_files import File
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Invalid, NotFound, TooLarge
from kefu.core.files import Inspected, Storage, chunks_of, inspect, storage_for
from kefu.core.ids import uuid7
from kefu.core.jobs import enqueue
from kefu.customers import erases_customer
from kefu.identity import Actor

CHUNK = 256 * 1024
THUMBNAIL = 480
THUMBNAIL_TYPE = "image/webp"
DELETE_JOB = "conversations.delete_files"

ERASE = text(
    "update files set name = 'erased', erased_at = :at where erased_at is null and "
    "(customer_id = :customer or conversation_id in "
    "(select id from conversations where customer_id = :customer)) returning key, thumbnail_key"
)
ERASE_OF = text(
    "update files set name = 'erased', erased_at = :at where erased_at is null "
    "and conversation_id = any(:conversations) returning key, thumbnail_key"
)


@dataclass(frozen=True, slots=True)
class Kept:
    """A file whose bytes lie in the store; its row is still to be written."""

    inspected: Inspected
    size: int
    sha256: str
    key: str
    thumbnail_key: str | None


def storage_of(app: Any) -> Storage:
    """The store of this app, made on first use."""
    found: Storage | None = getattr(app.state, "storage", None)
    if found is None:
        found = app.state.storage = storage_for(app.state.settings)
    return found


async def keep(storage: Storage, upload: IO[bytes], name: str, *, limit: int) -> Kept:
    """Look at an upload and store it; what is not what it says is refused and not kept."""
    size = await asyncio.to_thread(upload.seek, 0, io.SEEK_END)
    if size > limit:
        raise TooLarge(f"The file is larger than {limit} bytes.", field="file", limit=limit)
    if size == 0:
        raise Invalid("The file is empty.", field="file", code="file_empty")
    inspected = await asyncio.to_thread(inspect, upload, name=name)
    digest = await asyncio.to_thread(_digest, upload)
    key = f"{now():%Y%m}/{uuid7().hex}"
    small = await asyncio.to_thread(_thumbnail, upload, inspected)
    await storage.put(key, chunks_of(upload), type=inspected.type)
    thumbnail_key = None
    if small is not None:
        thumbnail_key = f"{key}-small"
        await storage.put(thumbnail_key, small, type=THUMBNAIL_TYPE)
    return Kept(inspected, size, digest, key, thumbnail_key)


def _digest(upload: IO[bytes]) -> str:
    digest = hashlib.sha256()
    upload.seek(0)
    while part := upload.read(CHUNK):
        digest.update(part)
    return digest.hexdigest()


def _thumbnail(upload: IO[bytes], inspected: Inspected) -> bytes | None:
    """A small picture without what the camera wrote into it; nothing where that is no use."""
    width, height = inspected.width or 0, inspected.height or 0
    if max(width, height) <= THUMBNAIL:
        return None
    upload.seek(0)
    small = io.BytesIO()
    with Image.open(upload) as picture:
        picture.draft("RGB", (THUMBNAIL, THUMBNAIL))
        upright = ImageOps.exif_transpose(picture)
        upright.thumbnail((THUMBNAIL, THUMBNAIL))
        upright.convert("RGBA").save(small, "WEBP", quality=80, exif=b"")
    return small.getvalue()


async def write_down(
    db: Session,
    kept: Kept,
    *,
    inbox: UUID | None = None,
    conversation: UUID | None = None,
    customer: UUID | None = None,
    agent: UUID | None = None,
) -> File:
    """The row of a kept file, with whose it is."""
    file = File(
        inbox_id=inbox,
        conversation_id=conversation,
        customer_id=customer,
        agent_id=agent,
        name=kept.inspected.name,
        type=kept.inspected.type,
        size=kept.size,
        width=kept.inspected.width,
        height=kept.inspected.height,
        sha256=kept.sha256,
        key=kept.key,
        thumbnail_key=kept.thumbnail_key,
    )
    db.add(file)
    await db.flush()
    return file


def content_of(file: File) -> dict[str, Any]:
    """The content of a message that carries this file."""
    content: dict[str, Any] = {
        "file": str(file.id),
        "name": file.name,
        "type": file.type,
        "size": file.size,
    }
    if file.width:
        content |= {"width": file.width, "height": file.height}
    return with_links("file", content) or {}


async def file_with(db: Session, file_id: UUID) -> File:
    """A file that is still there; whoever calls knows that it may be shown."""
    file = await db.get(File, file_id)
    if file is None or file.erased_at is not None:
        raise NotFound("There is no such file.")
    return file


async def file_for(db: Session, actor: Actor, file_id: UUID) -> File:
    """A file for an agent: through the door of its conversation, or of one of its customer's."""
    file = await file_with(db, file_id)
    if file.agent_id == actor.id:
        return file
    if file.conversation_id is not None:
        await conversation_for(db, actor, file.conversation_id)
        return file
    query = select(Conversation.id).where(
        Conversation.customer_id == file.customer_id, visible_to(actor)
    )
    if file.customer_id is None or await db.scalar(query.limit(1)) is None:
        raise NotFound("There is no such file.")
    return file


@erases_customer
async def erase_files(db: Session, customer: UUID) -> None:
    """Forget the files of a customer's conversations; the bytes go after the commit."""
    await delete_later(db, await db.execute(ERASE, {"customer": customer, "at": now()}))


async def erase_files_of(db: Session, conversations: Collection[UUID]) -> None:
    """Forget the files of these conversations."""
    values = {"conversations": list(conversations), "at": now()}
    await delete_later(db, await db.execute(ERASE_OF, values))


async def delete_later(db: Session, rows: Any) -> None:
    """The bytes of these keys go after the commit."""
    keys = [key for row in rows for key in row if key is not None]
    if keys:
        await enqueue(db, DELETE_JOB, {"keys": keys})
