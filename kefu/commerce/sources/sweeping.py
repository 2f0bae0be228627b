"""Sweeping: which part of a book a run reads, so that all of it is read within a day.

A run reads what changed since the last one, and as many further pages of the whole book as keep
pace with `SWEEP`. A book of which no whole pass is known is read to its end, as is one of which
more has changed than a run reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from kefu.commerce.model_sources import BookEntry, BookReading, Source
from kefu.core.clock import now
from kefu.core.db import Session

SWEEP = timedelta(hours=20)
"""Less than a day: what slips behind in one pass is still read within a day."""


async def reading_of(db: Session, source: UUID) -> BookReading:
    """How far this book has been read."""
    await db.execute(
        insert(BookReading)
        .values(source_id=source, sweep_started_at=now(), sweep_pages=0)
        .on_conflict_do_nothing()
    )
    return await db.get_one(BookReading, source, with_for_update=True, populate_existing=True)


def is_behind(reading: BookReading, at: datetime) -> bool:
    """Whether another page has to be read for all of them to be read in time."""
    elapsed = at - reading.sweep_started_at
    if reading.sweep_whole is None or elapsed >= SWEEP:
        return True
    return reading.sweep_pages < int(reading.sweep_whole * (elapsed / SWEEP))


async def read_all(db: Session, source: UUID, *, since: datetime) -> BookReading:
    """More has changed than a run reads: the whole book is read instead, over the next runs.

    What was compared `since` counts as met. A pass that reads all of it already goes on, or none
    would end; what changed behind it is compared by the pass after it.
    """
    reading = await reading_of(db, source)
    if reading.sweep_whole is not None:
        reading.sweep_whole, reading.sweep_cursor, reading.sweep_pages = None, None, 0
        reading.sweep_started_at = since
    return reading


async def note_page(db: Session, reading: BookReading, following: str | None) -> None:
    """One more page of the pass is read; after the last the next pass begins.

    What the whole pass has not met is not in the book any more.
    """
    reading.sweep_cursor = following
    reading.sweep_pages += 1
    if following is not None:
        return
    await db.execute(
        delete(BookEntry).where(
            BookEntry.source_id == reading.source_id,
            BookEntry.compared_at < reading.sweep_started_at,
        )
    )
    reading.sweep_whole, reading.sweep_pages = reading.sweep_pages, 0
    reading.sweep_started_at = now()


async def keep_entries(db: Session, source: Source, statuses: Mapping[str, str]) -> None:
    """What the book says of these, to be compared with ours until it says something else."""
    rows: list[dict[str, Any]] = [
        {"source_id": source.id, "number": number, "status": status, "compared_at": now()}
        for number, status in sorted(statuses.items())
    ]
    if not rows:
        return
    statement = insert(BookEntry)
    await db.execute(
        statement.on_conflict_do_update(
            index_elements=["source_id", "number"],
            set_={
                "status": statement.excluded.status,
                "compared_at": statement.excluded.compared_at,
            },
        ),
        rows,
    )


async def begin_anew(db: Session, source: UUID) -> None:
    """Another address may be another book: all of it is read again."""
    for table in (BookReading, BookEntry):
        await db.execute(delete(table).where(table.source_id == source))
