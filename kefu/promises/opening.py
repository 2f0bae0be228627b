"""Opening: whether the desk of a calendar is open just now, and the hours of calendars by name."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.worktime import Hours, is_open
from kefu.promises.model import Calendar
from kefu.promises.targets import remembered


async def is_open_now(db: Session, calendar_id: UUID) -> bool:
    """Whether the calendar is open; one that is gone keeps nobody out."""
    calendar = await db.get(Calendar, calendar_id)
    return calendar is None or is_open(now(), calendar.hours())


async def hours_called(db: Session, names: Collection[str]) -> dict[str, Hours]:
    """The hours of calendars by their names; unknown names left out, without names no query."""
    if not names:
        return {}
    found = await db.scalars(select(Calendar).where(Calendar.name.in_(names)))
    return {calendar.name: remembered(calendar) for calendar in found}
