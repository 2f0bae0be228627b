"""HTTP of notifications: one's own, and how one wants them."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from kefu.core.http import Db
from kefu.core.paging import Cursor, Limit
from kefu.core.shapes import Page
from kefu.identity import CurrentActor
from kefu.notifications.inbox import mark_read, notifications, unread_count
from kefu.notifications.kinds import KINDS
from kefu.notifications.naming import subject_names
from kefu.notifications.preferences import UNCHANGED, Preferences, prefer, preferences_of
from kefu.notifications.reasons import notification_of, reason_of
from kefu.notifications.schemas import (
    Count,
    KindRow,
    KindWays,
    NewPreferences,
    NotificationRow,
    PreferencesRow,
    Quiet,
    Reading,
    ReasonRow,
)

router = APIRouter(prefix="/api/v1/notifications", tags=["notifications"])


@router.get("")
async def get_notifications(
    db: Db, actor: CurrentActor, *, unread: bool = False, cursor: Cursor = None, limit: Limit = 30
) -> Page[NotificationRow]:
    items, following = await notifications(db, actor.id, unread=unread, cursor=cursor, limit=limit)
    names = await subject_names(db, items, actor.locale)
    rows = [NotificationRow.model_validate(item) for item in items]
    for row in rows:
        row.about = names.get(row.subject)
    return Page(items=rows, next_cursor=following)


@router.get("/count")
async def get_count(db: Db, actor: CurrentActor) -> Count:
    return Count(unread=await unread_count(db, actor.id))


@router.get("/{notification_id}/reason")
async def get_reason(notification_id: UUID, db: Db, actor: CurrentActor) -> ReasonRow:
    """Why it came, and the page of the settings that decides it."""
    found = await notification_of(db, actor.id, notification_id)
    return ReasonRow.model_validate(await reason_of(db, found, actor.locale))


@router.put("/read")
async def put_read(body: Reading, db: Db, actor: CurrentActor) -> Count:
    left = await mark_read(db, actor.id, ids=body.ids, conversation=body.conversation)
    return Count(unread=left)


@router.get("/preferences")
async def get_preferences(db: Db, actor: CurrentActor) -> PreferencesRow:
    found = await preferences_of(db, [actor.id])
    return preferences_row(found.get(actor.id, UNCHANGED), actor.locale)


@router.put("/preferences")
async def put_preferences(body: NewPreferences, db: Db, actor: CurrentActor) -> PreferencesRow:
    ways = {kind: wanted.model_dump() for kind, wanted in body.ways.items()}
    quiet = body.quiet.model_dump(by_alias=True) if body.quiet else None
    return preferences_row(await prefer(db, actor.id, ways=ways, quiet=quiet), actor.locale)


def preferences_row(preferences: Preferences, locale: str) -> PreferencesRow:
    kinds = [
        KindRow(
            kind=kind.name,
            title=kind.title(locale),
            suggested=KindWays(**kind.ways.as_dict()),
            **preferences.ways_of(kind.name).as_dict(),
        )
        for kind in KINDS.values()
    ]
    quiet = Quiet.model_validate(preferences.quiet) if preferences.quiet else None
    return PreferencesRow(kinds=kinds, quiet=quiet)
