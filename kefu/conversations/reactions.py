"""What conversations do when something was said or done: clocks and lists, off the message path."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import text

from kefu.conversations.events import queue_of
from kefu.conversations.listing import MOVED, keep_sorted
from kefu.conversations.promising import keep_promises
from kefu.core.clock import iso
from kefu.core.db import Session, pushes_of
from kefu.core.events import Fact
from kefu.core.reactions import GAPS, reacts_to
from kefu.core.realtime import Push
from kefu.promises import NextDue, next_due

ROWS = text(
    "select id, team_id, assignee_id, status, last_seq, unread, last_preview, last_sender, "  # noqa: S608 - ours
    f"last_kind, last_message_at, case when {MOVED} then last_message_at else activity_at end "
    "as activity_at, unanswered_since, first_replied_at from conversations where id = any(:ids)"
)


GAPS["conversations"] = 0.5

CHANGES = (
    "conversation.assigned",
    "conversation.transferred",
    "conversation.waiting",
    "conversation.closed",
)


@reacts_to("message.received", "message.sent", *CHANGES, group="conversations")
async def follow(db: Session, facts: list[Fact]) -> None:
    """Clocks, sort keys and list rows of every conversation in which something happened."""
    await keep_promises(db, facts)
    await follow_rows(db, {fact.subject for fact in facts})


@reacts_to("promise.broken", "clock.warned", "clock.due", group="conversations")
async def show_promises(db: Session, facts: list[Fact]) -> None:
    """A clock that ran out changes what its conversation's row says is due next."""
    await follow_rows(db, {fact.conversation for fact in facts if fact.conversation})


async def follow_rows(db: Session, ids: set[UUID]) -> None:
    """Show and keep what changed in the rows of these conversations."""
    due = await next_due(db, ids)
    await show_rows(db, ids, due)
    await keep_sorted(db, ids, due)


async def show_rows(db: Session, ids: set[UUID], due: Mapping[UUID, NextDue]) -> None:
    """Push the changed columns of these conversations to whoever has a list open."""
    rows_by_topic: dict[str, list[dict[str, Any]]] = {}
    for row in await db.execute(ROWS, {"ids": list(ids)}):
        promise = due.get(row.id)
        shown = {
            "id": str(row.id),
            "status": row.status,
            "last_seq": row.last_seq,
            "unread": row.unread,
            "last_message": {
                "preview": row.last_preview,
                "sender_type": row.last_sender,
                "kind": row.last_kind,
                "at": iso(row.last_message_at),
            }
            if row.last_message_at
            else None,
            "updated_at": iso(row.activity_at),
            "unanswered_since": iso(row.unanswered_since),
            "first_replied_at": iso(row.first_replied_at),
            "next_due_at": iso(promise.at) if promise else None,
            "next_due_kind": promise.kind if promise else None,
        }
        topic = f"list:team:{row.team_id}" if row.team_id else "list:unassigned"
        rows_by_topic.setdefault(topic, []).append(shown)
        rows_by_topic.setdefault("list:all", []).append(shown)
        if row.assignee_id is None:
            rows_by_topic.setdefault(queue_of(row.team_id), []).append(shown)
    for topic, rows in rows_by_topic.items():
        for start in range(0, len(rows), 100):
            frame = {"t": "rows", "rows": rows[start : start + 100]}
            pushes_of(db).append(Push.of([topic], frame))
