"""HTTP of calendars."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from kefu.core.clock import now
from kefu.core.http import Db
from kefu.core.paging import Cursor, Limit
from kefu.core.shapes import Page
from kefu.core.time_shapes import Moment
from kefu.identity import CurrentActor
from kefu.promises.access import calendar_for
from kefu.promises.calendars import (
    Preview,
    calendars,
    change_calendar,
    check_opens,
    create_calendar,
    preview,
    remove_calendar,
)
from kefu.promises.model import Calendar
from kefu.promises.schemas import CalendarChange, CalendarRow, NewCalendar, Opening, Openings

router = APIRouter(prefix="/api/v1/calendars", tags=["calendars"])

Count = Annotated[int, Query(ge=1, le=30)]


@router.get("")
async def get_calendars(
    db: Db, _: CurrentActor, cursor: Cursor = None, limit: Limit = 50
) -> Page[CalendarRow]:
    items, following = await calendars(db, cursor=cursor, limit=limit)
    rows = [CalendarRow.model_validate(item) for item in items]
    return Page(items=rows, next_cursor=following)


@router.post("", status_code=201)
async def post_calendar(body: NewCalendar, db: Db, actor: CurrentActor) -> CalendarRow:
    calendar = await create_calendar(db, body.model_dump(), by=actor)
    return CalendarRow.model_validate(calendar)


@router.post("/openings")
async def post_openings(
    body: NewCalendar, _: CurrentActor, after: Moment | None = None, count: Count = 7
) -> Openings:
    """What a calendar would mean that is not saved yet."""
    calendar = Calendar(**body.model_dump())
    check_opens(calendar)
    return openings_row(preview(calendar, at=after or now(), count=count))


@router.get("/{calendar_id}")
async def get_calendar(calendar_id: UUID, db: Db, actor: CurrentActor) -> CalendarRow:
    return CalendarRow.model_validate(await calendar_for(db, actor, calendar_id))


@router.patch("/{calendar_id}")
async def patch_calendar(
    calendar_id: UUID, body: CalendarChange, db: Db, actor: CurrentActor
) -> CalendarRow:
    calendar = await calendar_for(db, actor, calendar_id, lock=True)
    await change_calendar(db, calendar, body.model_dump(exclude_unset=True), by=actor)
    return CalendarRow.model_validate(calendar)


@router.delete("/{calendar_id}", status_code=204)
async def delete_calendar(calendar_id: UUID, db: Db, actor: CurrentActor) -> None:
    await remove_calendar(db, await calendar_for(db, actor, calendar_id, lock=True), by=actor)


@router.get("/{calendar_id}/openings")
async def get_openings(
    calendar_id: UUID,
    db: Db,
    actor: CurrentActor,
    after: Moment | None = None,
    count: Count = 7,
) -> Openings:
    calendar = await calendar_for(db, actor, calendar_id)
    return openings_row(preview(calendar, at=after or now(), count=count))


def openings_row(seen: Preview) -> Openings:
    return Openings(
        open_now=seen.open_now,
        items=[Opening(opens_at=opens, closes_at=closes) for opens, closes in seen.openings],
        estimated_years=seen.estimated_years,
    )
