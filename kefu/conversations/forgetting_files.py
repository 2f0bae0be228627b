"""Forgetting files: an upload that nothing shows goes when no message may name it any more.

A file that a message carries, or that is somebody's picture, is noted as used, and not looked at
again. The looking is done in transactions that write nothing and hold nothing: an open write holds
back the readers of the facts. Most files are found in the talk they were uploaded for or in
another of the same customer; the few others in a pass over the messages of the time in which they
could be sent. What is left is locked, looked for once more, where it is quickly done, and erased.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from kefu.conversations.file_links import NAMED_WITHIN, WITH_FILE
from kefu.conversations.files import delete_later
from kefu.core.clock import now
from kefu.core.db import Database, Session
from kefu.core.ids import uuid7_at_least

CLOCKS_DIFFER = timedelta(days=1)
KEPT_FOR = NAMED_WITHIN + CLOCKS_DIFFER
AT_ONCE = 200
A_NIGHT = 20_000
STEP = timedelta(days=1)
LAST = UUID(int=2**128 - 1)

Files = dict[UUID, datetime]

OLD = text(
    "select id, created_at from files where id > :after and created_at < :before "
    "and erased_at is null and used_at is null order by id limit :limit"
)
NEAR = text(
    "select f.id from files f where f.id = any(:files) and exists (select from messages m "
    "where m.conversation_id = any(array(select f.conversation_id where f.conversation_id is not "
    "null union select c.id from conversations c where c.customer_id = f.customer_id)) "
    "and m.content->>'file' = f.id::text)"
)
PICTURES = text(
    "select split_part(avatar, '/', 5) from agents where avatar like '/api/v1/files/%' "
    "union select split_part(avatar, '/', 5) from customers where avatar like '/api/v1/files/%'"
)
CARRIED = text(
    "select distinct m.content->>'file' from messages m where m.id >= :since "
    "and m.id < :until and m.kind = any(:kinds) "
    "and m.content->>'file' = any(:files)"
)
NOTE = text(
    "update files set used_at = :at where id in (select id from files where id = any(:files) "
    "and used_at is null order by id for update skip locked)"
)
HOLD = text(
    "select id from files where id = any(:files) and erased_at is null and used_at is null "
    "order by id for update skip locked"
)
FORGET = text(
    "update files set name = 'erased', erased_at = :at where id = any(:files) "
    "returning key, thumbnail_key"
)


async def forget_unsent_files(database: Database) -> None:
    """Erase what is old and of no use, up to so many a night; the bytes go after the commit."""
    at = now()
    left = await found_nowhere(database, await found_nowhere_near(database, at))
    files = list(left)
    for start in range(0, len(files), AT_ONCE):
        async with database.transaction() as db:
            await forget(db, files[start : start + AT_ONCE], looked=at)


async def found_nowhere_near(database: Database, at: datetime) -> Files:
    """Old files that are nobody's picture and in no talk of their customer, up to so many."""
    async with looking(database) as db:
        pictures = await shown_as_pictures(db)
    left: Files = {}
    after, more = UUID(int=0), True
    while more and len(left) < A_NIGHT:
        values = {"after": after, "before": at - KEPT_FOR, "limit": AT_ONCE}
        async with looking(database) as db:
            old: Files = {row.id: row.created_at for row in await db.execute(OLD, values)}
            used = set(await db.scalars(NEAR, {"files": list(old)})) | (pictures & old.keys())
        await note_used(database, used)
        left |= {file: made for file, made in old.items() if file not in used}
        after, more = max(old, default=after), len(old) == AT_ONCE
    return left


async def found_nowhere(database: Database, files: Files) -> Files:
    """Those that no message carries either that was sent while they could be; step by step."""
    left = dict(files)
    if not left:
        return left
    since = min(left.values()) - CLOCKS_DIFFER
    end = max(left.values()) + KEPT_FOR + CLOCKS_DIFFER
    while since < end:
        until = since + STEP
        asked = [
            file
            for file, made in left.items()
            if made - CLOCKS_DIFFER < until and since < made + KEPT_FOR + CLOCKS_DIFFER
        ]
        if asked:
            async with looking(database) as db:
                used = await carried(db, asked, since=since, until=until)
            await note_used(database, used)
            left = {file: made for file, made in left.items() if file not in used}
        since = until
    return left


async def forget(db: Session, files: Iterable[UUID], *, looked: datetime) -> None:
    """Erase those of these files that came to no use since somebody looked for it."""
    held = set(await db.scalars(HOLD, {"files": list(files)}))
    held -= await shown_as_pictures(db)
    held -= await carried(db, held, since=looked - CLOCKS_DIFFER)
    if held:
        await delete_later(db, await db.execute(FORGET, {"files": list(held), "at": now()}))


async def shown_as_pictures(db: Session) -> set[UUID]:
    """Files that an agent or a customer has as a picture."""
    return {file for file in map(written_id, await db.scalars(PICTURES)) if file is not None}


def written_id(written: str) -> UUID | None:
    try:
        return UUID(written)
    except ValueError:
        return None


async def carried(
    db: Session, files: Iterable[UUID], *, since: datetime, until: datetime | None = None
) -> set[UUID]:
    """Those that messages of that time carry. Messages bear ids of their senders' clocks."""
    values: dict[str, Any] = {
        "files": [str(file) for file in files],
        "since": uuid7_at_least(since),
        "until": uuid7_at_least(until) if until else LAST,
        "kinds": sorted(WITH_FILE),
    }
    return {UUID(file) for file in await db.scalars(CARRIED, values)}


async def note_used(database: Database, files: set[UUID]) -> None:
    """Not to be looked at again; in a short write of its own."""
    if files:
        async with database.transaction() as db:
            await db.execute(NOTE, {"files": list(files), "at": now()})


@asynccontextmanager
async def looking(database: Database) -> AsyncIterator[Session]:
    """A transaction that cannot write, and so takes no id that readers of the facts wait for."""
    async with database.transaction() as db:
        await db.execute(text("set transaction read only"))
        yield db
