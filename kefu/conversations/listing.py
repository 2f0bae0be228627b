"""Lists of conversations: views, filters, counts; keyset pages in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, select, text, tuple_

from kefu.conversations.access import visible_to
from kefu.conversations.model import Conversation, ConversationLabel, Status
from kefu.conversations.rows import rows_of
from kefu.core.db import Session
from kefu.core.errors import Invalid
from kefu.core.paging import page_of, read_cursor
from kefu.identity import Actor
from kefu.promises import NextDue

VIEWS = ("mine", "waiting", "team", "all")
COUNT_LIMIT = 1000


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list may be narrowed by; all of them must hold."""

    view: str = "all"
    statuses: tuple[str, ...] = ()
    label: UUID | None = None
    inbox: UUID | None = None
    team: UUID | None = None
    customer: UUID | None = None
    condition: ColumnElement[bool] | None = None


async def conversations_for(
    db: Session, actor: Actor, filters: Filters, *, cursor: str | None, limit: int
) -> tuple[list[dict[str, Any]], str | None]:
    """One page of rows for this actor, and the cursor of the next."""
    query, column, oldest_first = _query(actor, filters)
    after = read_cursor(cursor, datetime, UUID)
    key = tuple_(column, Conversation.id)
    if after is not None:
        query = query.where(key > tuple(after) if oldest_first else key < tuple(after))
    order = (column, Conversation.id)
    query = query.order_by(*(order if oldest_first else [part.desc() for part in order]))
    found = list(await db.scalars(query.limit(limit + 1)))
    name = column.key
    items, following = page_of(found, limit, lambda row: (getattr(row, name), row.id))
    return await rows_of(db, items), following


def _query(actor: Actor, filters: Filters) -> tuple[Select[Any], Any, bool]:
    query = select(Conversation).where(visible_to(actor), *_narrowed(filters))
    column: Any = Conversation.activity_at
    if filters.label is not None:
        query = query.join(
            ConversationLabel,
            and_(
                ConversationLabel.conversation_id == Conversation.id,
                ConversationLabel.label_id == filters.label,
            ),
        )
    if filters.view == "waiting":
        return query.where(Conversation.status == Status.WAITING), Conversation.waiting_since, True
    return query.where(*_view(actor, filters)), column, False


def _view(actor: Actor, filters: Filters) -> list[ColumnElement[bool]]:
    if filters.view == "mine":
        return [Conversation.assignee_id == actor.id, *_open(filters)]
    if filters.view == "team":
        return [Conversation.team_id.in_(actor.team_ids), *_open(filters)]
    if filters.view == "all":
        return _open(filters)
    raise Invalid("There is no such view.", field="view", limit=", ".join(VIEWS))


def _open(filters: Filters) -> list[ColumnElement[bool]]:
    """Without a wish, closed conversations stay out of the list."""
    asked = filters.statuses or filters.condition is not None or filters.customer is not None
    return [] if asked else [Conversation.status != Status.CLOSED]


def _narrowed(filters: Filters) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if filters.statuses:
        unknown = set(filters.statuses) - {status.value for status in Status}
        if unknown:
            raise Invalid("There is no such status.", field="status", limit=", ".join(Status))
        conditions.append(Conversation.status.in_(filters.statuses))
    for column, value in (
        (Conversation.inbox_id, filters.inbox),
        (Conversation.team_id, filters.team),
        (Conversation.customer_id, filters.customer),
    ):
        if value is not None:
            conditions.append(column == value)
    if filters.condition is not None:
        conditions.append(filters.condition)
    return conditions


async def counts_for(db: Session, actor: Actor) -> dict[str, int]:
    """How many each view holds, counted up to 1,000, and how many of mine have unread messages."""
    views = {
        "mine": Filters(view="mine"),
        "waiting": Filters(view="waiting"),
        "team": Filters(view="team"),
        "all": Filters(view="all"),
    }
    parts = []
    for filters in views.values():
        query, _, _ = _query(actor, filters)
        within = query.with_only_columns(Conversation.id).limit(COUNT_LIMIT).subquery()
        parts.append(select(func.count()).select_from(within).scalar_subquery())
    unread = (
        select(Conversation.id)
        .where(
            Conversation.assignee_id == actor.id,
            Conversation.status != Status.CLOSED,
            Conversation.unread > 0,
        )
        .limit(COUNT_LIMIT)
        .subquery()
    )
    parts.append(select(func.count()).select_from(unread).scalar_subquery())
    row = (await db.execute(select(*parts))).one()
    return dict(zip([*views, "unread"], row, strict=True))


MOVED = "last_message_at > activity_at + interval '2 seconds'"
"""When a lively conversation moves up: at most every two seconds, it rewrites index entries."""
SORTED = text(
    "update conversations c set next_due_at = d.at, next_due_kind = d.kind, "  # noqa: S608 - ours
    f"activity_at = case when {MOVED} then last_message_at else activity_at end "
    "from unnest(cast(:ids as uuid[]), cast(:ats as timestamptz[]), cast(:kinds as text[])) "
    "d(id, at, kind) where c.id = d.id and c.id in (select id from conversations "
    "where id = any(:ids) order by id for no key update) "
    "and (c.next_due_at is distinct from d.at or c.next_due_kind is distinct from d.kind "
    f"or {MOVED})"
)
LABELS = text(
    "update conversation_labels l set activity_at = c.activity_at from conversations c "
    "where l.conversation_id = any(:ids) and c.id = l.conversation_id "
    "and l.activity_at < c.activity_at"
)


async def keep_sorted(db: Session, ids: Collection[UUID], due: Mapping[UUID, NextDue]) -> None:
    """Bring sort key and next promise of these conversations up to date, off the message path.

    Whoever writes into a conversation waits while it is locked: this comes last before a commit.
    """
    ordered = sorted(ids)
    promises = [due.get(one) for one in ordered]
    await db.execute(
        SORTED,
        {
            "ids": ordered,
            "ats": [one and one.at for one in promises],
            "kinds": [one and one.kind for one in promises],
        },
    )
    await db.execute(LABELS, {"ids": ordered})
