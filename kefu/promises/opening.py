"""Opening: whether the desk of a calendar is open just now."""

from __future__ import annotations

from uuid import UUID

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.worktime import is_open
from kefu.promises.model import Calendar


async def is_open_now(db: Session, calendar_id: UUID) -> bool:
    """Whether the calendar is open; one that is gone keeps nobody out."""
    calendar = await db.get(Calendar, calendar_id)
    return calendar is None or is_open(now(), calendar.hours())
