"""Photos: pictures of the goods, taken by customers, inspectors and those who do not agree."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Any
from uuid import UUID

from sqlalchemy import func, select, text

from kefu.commerce.model_returns import ReturnCase, ReturnPhoto
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Conflict, Invalid, NotFound, TooLarge
from kefu.core.files import Storage, chunks_of, inspect, storage_for
from kefu.core.ids import uuid7
from kefu.core.jobs import enqueue

LARGEST = 10 * 1024 * 1024
MOST = 30
DELETE_JOB = "returns.delete_photos"
ERASE = text(
    "update return_photos set name = 'erased', erased_at = :at where erased_at is null and "
    "case_id in (select id from return_cases where customer_id = :customer) returning key"
)


def storage_of(app: Any) -> Storage:
    """The store of this app, made on first use."""
    found: Storage | None = getattr(app.state, "storage", None)
    if found is None:
        found = app.state.storage = storage_for(app.state.settings)
    return found


async def check_room(db: Session, case: ReturnCase) -> None:
    there = await db.scalar(
        select(func.count()).select_from(ReturnPhoto).where(ReturnPhoto.case_id == case.id)
    )
    if (there or 0) >= MOST:
        raise Conflict(f"A case has at most {MOST} pictures.", code="too_many_photos")


@dataclass(frozen=True, slots=True)
class Kept:
    """A picture whose bytes lie in the store; its row is still to be written."""

    name: str
    type: str
    size: int
    key: str


async def keep_photo(storage: Storage, upload: IO[bytes], name: str) -> Kept:
    """Look at a picture and store it; what is no picture is refused."""
    size = await asyncio.to_thread(upload.seek, 0, io.SEEK_END)
    if size > LARGEST:
        raise TooLarge("The picture is larger than 10 MB.", field="file", limit=LARGEST)
    if size == 0:
        raise Invalid("The file is empty.", field="file", code="file_empty")
    seen = await asyncio.to_thread(inspect, upload, name=name)
    if not seen.type.startswith("image/"):
        raise Invalid("This is not a picture.", field="file", code="no_picture")
    key = f"returns/{now():%Y%m}/{uuid7().hex}"
    await storage.put(key, chunks_of(upload), type=seen.type)
    return Kept(seen.name, seen.type, size, key)


async def add_photo(
    db: Session, case_id: UUID, kept: Kept, *, purpose: str, by: UUID | None
) -> ReturnPhoto:
    photo = ReturnPhoto(
        id=uuid7(),
        case_id=case_id,
        purpose=purpose,
        agent_id=by,
        name=kept.name,
        type=kept.type,
        size=kept.size,
        key=kept.key,
    )
    db.add(photo)
    await db.flush()
    return photo


async def photo_of(db: Session, case: ReturnCase, photo_id: UUID) -> ReturnPhoto:
    photo = await db.get(ReturnPhoto, photo_id)
    if photo is None or photo.case_id != case.id or photo.erased_at is not None:
        raise NotFound("There is no such picture.")
    return photo


async def photos_of(db: Session, case: ReturnCase) -> Sequence[ReturnPhoto]:
    rows = await db.scalars(
        select(ReturnPhoto)
        .where(ReturnPhoto.case_id == case.id, ReturnPhoto.erased_at.is_(None))
        .order_by(ReturnPhoto.id)
    )
    return rows.all()


async def erase_photos(db: Session, customer: UUID) -> None:
    """Forget the pictures of a customer's cases; the bytes go after the commit."""
    rows = await db.execute(ERASE, {"customer": customer, "at": now()})
    keys = [row.key for row in rows]
    if keys:
        await enqueue(db, DELETE_JOB, {"keys": keys})
