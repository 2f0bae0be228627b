"""Forgetting files: what was uploaded and that no message carries goes after a day.

A file that a message carries is noted as used, and not looked at again. Most are found in the talk
they were uploaded for or in another of the same customer; the few others in all messages that are
not older than they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from kefu.conversations.file_links import WITH_FILE
from kefu.conversations.files import delete_later
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.ids import uuid7_at_least

KEPT_FOR = timedelta(days=1)
CLOCKS_DIFFER = timedelta(days=1)
AT_ONCE = 500

HOLD = text(
    "select id, created_at from files where created_at < :before and erased_at is null "
    "and used_at is null order by id limit :limit for update skip locked"
)
NEAR = text(
    "update files f set used_at = :at where f.id = any(:files) and exists (select from messages m "
    "where m.conversation_id = any(array(select f.conversation_id where f.conversation_id is not "
    "null union select c.id from conversations c where c.customer_id = f.customer_id)) "
    "and m.content->>'file' = f.id::text) returning f.id"
)
ANYWHERE = text(
    "update files f set used_at = :at where f.id = any(:files) and f.id::text in "
    "(select m.content->>'file' from messages m where m.id >= :since and m.kind = any(:kinds)) "
    "returning f.id"
)
FORGET = text(
    "update files set name = 'erased', erased_at = :at where id = any(:files) "
    "returning key, thumbnail_key"
)


async def forget_unsent_files(db: Session, limit: int = AT_ONCE) -> int:
    """Erase those of a day ago; the bytes go after the commit. Returns how many were looked at."""
    at = now()
    values: dict[str, Any] = {"before": at - KEPT_FOR, "limit": limit}
    held = (await db.execute(HOLD, values)).all()
    left = {row.id for row in held}
    if left:
        left -= await used(db, left, at, oldest=min(row.created_at for row in held))
    if left:
        await delete_later(db, await db.execute(FORGET, {"files": list(left), "at": at}))
    return len(held)


async def used(db: Session, files: set[UUID], at: datetime, *, oldest: datetime) -> set[UUID]:
    """Those that a message carries, noted so. Messages bear ids of their senders' clocks."""
    near: Sequence[UUID] = (await db.scalars(NEAR, {"files": list(files), "at": at})).all()
    rest = files - set(near)
    if not rest:
        return set(near)
    since = uuid7_at_least(oldest - CLOCKS_DIFFER)
    asked = {"files": list(rest), "at": at, "since": since, "kinds": sorted(WITH_FILE)}
    return set(near) | set((await db.scalars(ANYWHERE, asked)).all())
