"""Feedback on the desk: after a migration colleagues say whether it is stable and easy (R182)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from kefu.core.db import Session
from kefu.core.errors import NotFound
from kefu.core.events import record
from kefu.core.ids import uuid7
from kefu.core.paging import page_of, read_cursor
from kefu.customers.events_feedback import DeskRated
from kefu.customers.model_feedback import AREAS, DeskFeedback
from kefu.customers.model_imports import CustomerImport


@dataclass(frozen=True, slots=True)
class Opinion:
    """What somebody says of a part of the desk."""

    area: str
    ease: int
    error_free: bool
    text: str = ""
    import_id: UUID | None = None


async def rate_desk(db: Session, opinion: Opinion, *, by: UUID) -> DeskFeedback:
    """Keep an opinion; each is kept, also a second of the same colleague."""
    if opinion.import_id and await db.get(CustomerImport, opinion.import_id) is None:
        raise NotFound("There is no such import.", field="import_id")
    kept = DeskFeedback(
        id=uuid7(),
        agent_id=by,
        area=opinion.area,
        ease=opinion.ease,
        error_free=opinion.error_free,
        text=opinion.text,
        import_id=opinion.import_id,
    )
    db.add(kept)
    event = DeskRated(
        subject=kept.id,
        actor=by,
        area=kept.area,
        ease=kept.ease,
        error_free=kept.error_free,
    )
    await record(db, event)
    return kept


@dataclass(frozen=True, slots=True)
class AreaReport:
    """What is said of one part: how many said so, the mean of ease, and how many met no error."""

    area: str
    answers: int
    ease: float | None
    error_free: int

    @property
    def error_free_percent(self) -> float | None:
        return round(self.error_free / self.answers * 100, 2) if self.answers else None


async def report(db: Session) -> list[AreaReport]:
    """Every part of the desk, those too of which nobody said anything."""
    rows: Any = await db.execute(
        select(
            DeskFeedback.area,
            func.count(),
            func.avg(DeskFeedback.ease),
            func.count().filter(DeskFeedback.error_free),
        ).group_by(DeskFeedback.area)
    )
    found = {row[0]: AreaReport(row[0], row[1], round(float(row[2]), 2), row[3]) for row in rows}
    return [found.get(area, AreaReport(area, 0, None, 0)) for area in AREAS]


async def opinions(
    db: Session, *, cursor: str | None, limit: int
) -> tuple[Sequence[DeskFeedback], str | None]:
    """A page of opinions, the newest first."""
    query = select(DeskFeedback).order_by(DeskFeedback.id.desc()).limit(limit + 1)
    key = read_cursor(cursor, UUID)
    if key:
        query = query.where(DeskFeedback.id < key[0])
    return page_of((await db.scalars(query)).all(), limit, lambda one: [one.id])
