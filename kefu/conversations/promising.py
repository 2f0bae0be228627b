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
    stop_clocks,
)

FIRST, NEXT, IDLE = "first_reply", "next_reply", "idle"
REPLIED = text("select id, first_replied_at from conversations where id = any(:ids)")


async def keep_promises(db: Session, facts: Sequence[Fact]) -> None:
    """Start and stop the clocks of messages and changes, in the order in which they happened."""
    replied = await _first_replies(db, facts)
    changes: list[Start | Stop] = []
    awaited: dict[UUID, tuple[str, ...]] = {}
    idle: dict[UUID, Fact] = {}
    closed: dict[UUID, Fact] = {}
    holders: dict[UUID, tuple[UUID | None, UUID | None]] = {}
    for fact in facts:
        if fact.kind.startswith("message."):
            turn = _turn(fact, replied.get(fact.subject))
            if turn and awaited.get(fact.subject) != turn:
                awaited[fact.subject] = turn
                changes += _of_turn(fact, turn)
            idle[fact.subject] = fact
        elif fact.kind == "conversation.closed":
            closed[fact.subject] = fact
            awaited.pop(fact.subject, None)
            idle.pop(fact.subject, None)
        else:
            holders[fact.subject] = (_id(fact, "assignee"), _id(fact, "team"))
    await change_clocks(
        db, [*changes, *(_start(fact, IDLE, restart=True) for fact in idle.values())]
    )
    await hand_over_clocks(db, holders)
    for subject, fact in closed.items():
        await stop_clocks(db, [subject], fact.at)


def _turn(fact: Fact, first_reply: Any) -> tuple[str, ...]:
    """Who spoke and what that is about; the same again changes no clock."""
    sender = fact.details.get("sender")
    if sender not in ("agent", "customer"):
        return ()
    return (sender, FIRST if first_reply is None or first_reply >= fact.at else NEXT)


def _of_turn(fact: Fact, turn: tuple[str, ...]) -> list[Start | Stop]:
    sender, about = turn
    if sender == "customer":
        return [_start(fact, about)]
    kinds = (FIRST, NEXT) if about == FIRST else (NEXT,)
    return [Stop(fact.subject, kind, fact.at) for kind in kinds]


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
    ids = list({fact.subject for fact in facts if fact.kind.startswith("message.")})
    rows = await db.execute(REPLIED, {"ids": ids})
    return {row.id: row.first_replied_at for row in rows}
