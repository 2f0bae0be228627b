"""Opening: whether a desk is open just now, and the hours of calendars and of the desk."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import cast, func, select
from sqlalchemy.dialects.postgresql import JSONPATH

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.worktime import Hours, is_open
from kefu.promises.model import Calendar, Policy
from kefu.promises.targets import remembered

BUSINESS = "$.* ? (@.business_time == true)"


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


async def calendar_called(db: Session, name: str) -> UUID | None:
    """The calendar of this name, if there is one."""
    found: UUID | None = await db.scalar(select(Calendar.id).where(Calendar.name == name))
    return found


@dataclass(frozen=True, slots=True)
class DeskHours:
    """The business time of the desk, and the calendar it is written in."""

    calendar: UUID
    name: str
    hours: Hours


async def desk_hours(db: Session, chosen: UUID | None = None) -> DeskHours | None:
    """Those of the chosen calendar; without one, or if it is gone, those that promises count in.

    That is the calendar of the first active policy with a target in business time; there may be
    none.
    """
    calendar = await db.get(Calendar, chosen) if chosen else None
    if calendar is None:
        calendar = await db.scalar(
            select(Calendar)
            .join(Policy, Policy.calendar_id == Calendar.id)
            .where(Policy.active, func.jsonb_path_exists(Policy.targets, cast(BUSINESS, JSONPATH)))
            .order_by(Policy.position, Policy.id)
            .limit(1)
        )
    return DeskHours(calendar.id, calendar.name, remembered(calendar)) if calendar else None
