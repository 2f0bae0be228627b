"""Promising: what is said and done in conversations starts and stops their clocks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text

from kefu.core.db import Session
from kefu.core.events import Fact
from kefu.promises import (
    Start,
    Stop,
    change_clocks,
    hand_over_clocks,
    next_due,
    stop_clocks,
)

FIRST, NEXT, IDLE = "first_reply", "next_reply", "idle"
REPLIED = text("select id, first_replied_at from conversations where id = any(:ids)")
DUE = text(
    "update conversations c set next_due_at = d.at, next_due_kind = d.kind "
    "from unnest(cast(:ids as uuid[]), cast(:ats as timestamptz[]), cast(:kinds as text[])) "
    "d(id, at, kind) where c.id = d.id and c.id in (select id from conversations "
    "where id = any(:ids) order by id for no key update) "
    "and (c.next_due_at is distinct from d.at or c.next_due_kind is distinct from d.kind)"
)


async def keep_promises(db: Session, facts: Sequence[Fact]) -> None:
    """Start and stop the clocks of messages and changes, in the order in which they happened."""
    replied = await _first_replies(db, facts)
    changes: list[Start | Stop] = []
    idle: dict[UUID, Start | Stop] = {}
    closed: dict[UUID, Fact] = {}
    holders: dict[UUID, tuple[UUID | None, UUID | None]] = {}
    for fact in facts:
        if fact.kind.startswith("message."):
            changes += _of_message(fact, replied.get(fact.subject))
            idle[fact.subject] = _start(fact, IDLE, restart=True)
        elif fact.kind == "conversation.closed":
            closed[fact.subject] = fact
            idle.pop(fact.subject, None)
        else:
            holders[fact.subject] = (_id(fact, "assignee"), _id(fact, "team"))
    await change_clocks(db, [*changes, *idle.values()])
    await hand_over_clocks(db, holders)
    for subject, fact in closed.items():
        await stop_clocks(db, [subject], fact.at)


def _of_message(fact: Fact, first_reply: Any) -> list[Start | Stop]:
    sender = fact.details.get("sender")
    if sender == "agent":
        return [Stop(fact.subject, FIRST, fact.at), Stop(fact.subject, NEXT, fact.at)]
    if sender != "customer":
        return []
    awaited = FIRST if first_reply is None or first_reply >= fact.at else NEXT
    return [_start(fact, awaited)]


def _start(fact: Fact, kind: str, *, restart: bool = False) -> Start:
    return Start(
        subject_kind="conversation",
        subject=fact.subject,
        kind=kind,
        at=fact.at,
        conversation=fact.conversation,
        customer=fact.customer,
        inbox=_id(fact, "inbox"),
        team=_id(fact, "team"),
        assignee=_id(fact, "assignee"),
        restart=restart,
    )


def _id(fact: Fact, name: str) -> UUID | None:
    value = fact.details.get(name)
    return UUID(value) if value else None


async def _first_replies(db: Session, facts: Sequence[Fact]) -> dict[UUID, Any]:
    ids = list({fact.subject for fact in facts if fact.kind == "message.received"})
    rows = await db.execute(REPLIED, {"ids": ids})
    return {row.id: row.first_replied_at for row in rows}


async def copy_next_due(db: Session, ids: list[UUID]) -> None:
    """Copy the next promise of each conversation into its row, where lists read it."""
    found = await next_due(db, ids)
    ordered = sorted(ids)
    await db.execute(
        DUE,
        {
            "ids": ordered,
            "ats": [found[one].at if one in found else None for one in ordered],
            "kinds": [found[one].kind if one in found else None for one in ordered],
        },
    )
