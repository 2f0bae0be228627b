"""Saved views: a question asked again and again, for oneself, a team or everybody."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select, tuple_

from kefu.conversations.access import visible_to
from kefu.conversations.conditions import condition_clause, parsed
from kefu.conversations.events_tools import SavedViewChanged
from kefu.conversations.model import Conversation
from kefu.conversations.model_tools import SavedView, SavedViewPin
from kefu.conversations.rows import rows_of
from kefu.conversations.sharing import Sharing, check_may_change, owners_for, shared_with
from kefu.core.clock import iso
from kefu.core.db import Session
from kefu.core.errors import Conflict, Invalid, NotFound
from kefu.core.events import record
from kefu.core.paging import page_of, read_cursor
from kefu.identity import Actor

SHARE = "saved_view.share"
PINS = 50
COUNTED_UP_TO = 1000
PREVIEWED = 10


async def create_view(
    db: Session,
    *,
    name: str,
    conditions: dict[str, Any],
    scope: Sharing,
    team_id: UUID | None,
    by: Actor,
) -> SavedView:
    parsed(conditions)
    agent, team = owners_for(by, scope, team_id, permission=SHARE)
    view = SavedView(
        name=name, conditions=conditions, agent_id=agent, team_id=team, created_by=by.id
    )
    await check_name_is_free(db, view)
    db.add(view)
    await _tell(db, view, change="created", by=by)
    return view


async def change_view(db: Session, view: SavedView, changes: dict[str, Any], *, by: Actor) -> None:
    """Change what it asks for, its name, or with whom it is shared."""
    check_may_change(by, view, permission=SHARE)
    if "conditions" in changes:
        parsed(changes["conditions"])
    if "scope" in changes or "team_id" in changes:
        scope = changes.pop("scope", view.scope)
        team = changes.pop("team_id", view.team_id)
        view.agent_id, view.team_id = owners_for(by, scope, team, permission=SHARE)
    for name, value in changes.items():
        setattr(view, name, value)
    await check_name_is_free(db, view)
    await _tell(db, view, change="changed", by=by)


async def remove_view(db: Session, view: SavedView, *, by: Actor) -> None:
    check_may_change(by, view, permission=SHARE)
    await _tell(db, view, change="removed", by=by)
    await db.delete(view)
    await db.flush()


async def pin_views(db: Session, views: Sequence[UUID], *, by: Actor) -> None:
    """Keep these at hand, in this order, and no others."""
    wanted = list(dict.fromkeys(views))
    if len(wanted) > PINS:
        raise Invalid("These are too many views to pin.", field="views", limit=PINS)
    mine = shared_with(by, SavedView)
    known = set(await db.scalars(select(SavedView.id).where(SavedView.id.in_(wanted), mine)))
    unknown = [view for view in wanted if view not in known]
    if unknown:
        raise Invalid("There is no such view.", field="views", detail=str(unknown[0]))
    await db.execute(delete(SavedViewPin).where(SavedViewPin.agent_id == by.id))
    db.add_all(
        SavedViewPin(agent_id=by.id, view_id=view, position=position)
        for position, view in enumerate(wanted)
    )
    await db.flush()


async def view_for(db: Session, actor: Actor, view_id: UUID, *, lock: bool = False) -> SavedView:
    """The view, if this actor has it."""
    query = select(SavedView).where(SavedView.id == view_id, shared_with(actor, SavedView))
    view = await db.scalar(query.with_for_update() if lock else query)
    if view is None:
        raise NotFound("There is no such view.")
    return view


async def clause_of_view(db: Session, actor: Actor, view_id: UUID) -> ColumnElement[bool]:
    """What a list shows under this view, within what the actor may see."""
    view = await view_for(db, actor, view_id)
    return condition_clause(view.conditions, actor=actor) & visible_to(actor)


async def views_for(
    db: Session, actor: Actor, *, cursor: str | None, limit: int
) -> tuple[list[dict[str, Any]], str | None]:
    """The actor's views: pinned ones first, in their order, then the others by name."""
    place = func.coalesce(SavedViewPin.position, PINS)
    order = (place, SavedView.name, SavedView.id)
    query = (
        select(SavedView, SavedViewPin.position)
        .outerjoin(
            SavedViewPin,
            (SavedViewPin.view_id == SavedView.id) & (SavedViewPin.agent_id == actor.id),
        )
        .where(shared_with(actor, SavedView))
    )
    after = read_cursor(cursor, int, str, UUID)
    if after is not None:
        query = query.where(tuple_(*order) > tuple(after))
    rows = (await db.execute(query.order_by(*order).limit(limit + 1))).all()
    page, following = page_of(
        rows, limit, lambda row: (PINS if row[1] is None else row[1], row[0].name, row[0].id)
    )
    return [shown_view(view, position) for view, position in page], following


async def previewed(db: Session, actor: Actor, conditions: Any) -> dict[str, Any]:
    """How many conversations are meant, counted up to 1,000, and the newest of them."""
    meant = (visible_to(actor), condition_clause(conditions, actor=actor))
    within = select(Conversation.id).where(*meant).limit(COUNTED_UP_TO + 1).subquery()
    count = await db.scalar(select(func.count()).select_from(within)) or 0
    newest = await db.scalars(
        select(Conversation)
        .where(*meant)
        .order_by(Conversation.activity_at.desc(), Conversation.id.desc())
        .limit(PREVIEWED)
    )
    return {
        "count": min(count, COUNTED_UP_TO),
        "more": count > COUNTED_UP_TO,
        "items": await rows_of(db, list(newest)),
    }


async def check_name_is_free(db: Session, view: SavedView) -> None:
    with db.no_autoflush:
        taken = await db.scalar(
            select(SavedView.id).where(
                SavedView.name == view.name,
                SavedView.agent_id.is_not_distinct_from(view.agent_id),
                SavedView.team_id.is_not_distinct_from(view.team_id),
            )
        )
    if taken not in (None, view.id):
        raise Conflict("There is a view of this name already.", field="name", code="name_taken")


def shown_view(view: SavedView, position: int | None = None) -> dict[str, Any]:
    return {
        "id": str(view.id),
        "name": view.name,
        "conditions": view.conditions,
        "scope": view.scope,
        "team_id": str(view.team_id) if view.team_id else None,
        "pinned": position is not None,
        "position": position,
        "updated_at": iso(view.updated_at),
    }


async def _tell(db: Session, view: SavedView, *, change: str, by: Actor) -> None:
    await db.flush()
    event = SavedViewChanged(
        subject=view.id, actor=by.id, change=change, team=view.team_id, owner=view.agent_id
    )
    await record(db, event, shown_view(view))
