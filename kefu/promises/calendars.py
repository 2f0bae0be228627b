"""Calendars: when a desk is open, and a look at what comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Invalid
from kefu.core.events import record
from kefu.core.holidays import is_known
from kefu.core.paging import page_of, read_cursor
from kefu.core.worktime import Hours, Span, is_open, next_openings
from kefu.identity import Actor
from kefu.promises.counting_in import check_unused
from kefu.promises.events import CalendarChanged, CalendarCreated, CalendarRemoved
from kefu.promises.model import Calendar, Policy


async def create_calendar(db: Session, given: Mapping[str, Any], *, by: Actor) -> Calendar:
    calendar = Calendar(**given)
    check_opens(calendar)
    await check_name_free(db, Calendar, calendar.name, than=None)
    db.add(calendar)
    await db.flush()
    await record(db, CalendarCreated(subject=calendar.id, actor=by.id))
    return calendar


async def change_calendar(
    db: Session, calendar: Calendar, changes: Mapping[str, Any], *, by: Actor
) -> None:
    """Change it for clocks that start from now on; those that run keep their due times."""
    await check_name_free(db, Calendar, changes.get("name"), than=calendar.id)
    for name, value in changes.items():
        setattr(calendar, name, value)
    check_opens(calendar)
    calendar.updated_at = later_than(calendar.updated_at)
    changed = tuple(sorted(changes))
    await record(db, CalendarChanged(subject=calendar.id, actor=by.id, changed=changed))


def later_than(before: datetime) -> datetime:
    """Now, or just after: hours worked out are remembered by this time."""
    return max(now(), before + timedelta(microseconds=1))


async def remove_calendar(db: Session, calendar: Calendar, *, by: Actor) -> None:
    await check_unused(db, calendar)
    await db.delete(calendar)
    await record(db, CalendarRemoved(subject=calendar.id, actor=by.id))


def check_opens(calendar: Calendar) -> None:
    if not any(calendar.week):
        raise Invalid("The desk is open on at least one day of the week.", field="week")


async def check_name_free(
    db: Session, table: type[Calendar | Policy], name: str | None, *, than: UUID | None
) -> None:
    taken = await db.scalar(select(table.id).where(table.name == name)) if name else None
    if taken is not None and taken != than:
        raise Invalid("This name is taken.", field="name", code="taken")


async def calendars(
    db: Session, *, cursor: str | None, limit: int
) -> tuple[list[Calendar], str | None]:
    """Calendars by name."""
    query = select(Calendar).order_by(Calendar.name, Calendar.id).limit(limit + 1)
    if after := read_cursor(cursor, str, UUID):
        query = query.where(tuple_(Calendar.name, Calendar.id) > tuple_(*after))
    return page_of((await db.scalars(query)).all(), limit, lambda row: (row.name, row.id))


@dataclass(frozen=True, slots=True)
class Preview:
    """What comes next; holidays of `estimated_years` are not announced yet."""

    open_now: bool
    openings: list[Span]
    estimated_years: list[int]


def preview(calendar: Calendar, *, at: datetime, count: int) -> Preview:
    hours: Hours = calendar.hours()
    spans = next_openings(at, hours, count=count)
    years = {moment.astimezone(hours.zone).year for span in spans for moment in span}
    estimated = sorted(year for year in years if hours.chinese and not is_known(year))
    return Preview(is_open(at, hours), spans, estimated)
