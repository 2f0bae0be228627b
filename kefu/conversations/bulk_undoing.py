"""Undoing a bulk action: what each conversation was like, and how it is put back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from kefu.conversations.blocking import is_shut
from kefu.conversations.events import (
    ConversationAssigned,
    ConversationPrioritised,
    ConversationReopened,
    ConversationWoken,
)
from kefu.conversations.labels import labels_on, put_labels
from kefu.conversations.model import Conversation, Status
from kefu.conversations.telling import tell
from kefu.core.db import Session
from kefu.core.errors import Conflict
from kefu.core.events import plain
from kefu.identity import Actor

IDS = ("assignee_id", "team_id")
MOMENTS = ("snoozed_until", "waiting_since", "unanswered_since", "closed_at")
PLAIN = ("status", "priority", "close_reason")
LABELS = "labels"


@dataclass(frozen=True, slots=True)
class State:
    """What a bulk action may change of a conversation, as JSON keeps it: before and after."""

    id: UUID
    before: dict[str, Any]
    after: dict[str, Any]

    def kept(self) -> dict[str, Any]:
        return {"id": str(self.id), "before": self.before, "after": self.after}

    @classmethod
    def of(cls, kept: dict[str, Any]) -> State:
        return cls(UUID(kept["id"]), kept["before"], kept["after"])

    @classmethod
    def between(cls, conversation: UUID, one: dict[str, Any], other: dict[str, Any]) -> State:
        """Only what differs."""
        names = [name for name in one if one[name] != other[name]]
        return cls(
            conversation, {name: one[name] for name in names}, {name: other[name] for name in names}
        )


async def values_of(db: Session, conversation: Conversation) -> dict[str, Any]:
    """The conversation as it is now."""
    values = {name: plain(getattr(conversation, name)) for name in (*IDS, *MOMENTS, *PLAIN)}
    return values | {LABELS: sorted(str(label) for label in await labels_on(db, conversation.id))}


async def put_back(db: Session, conversation: Conversation, state: State, *, by: Actor) -> None:
    """Let it be as it was; refuses where it was changed again meanwhile."""
    current = await values_of(db, conversation)
    if any(current[name] != value for name, value in state.after.items()):
        raise Conflict("This conversation was changed since.", code="changed_since")
    shut = await is_shut(db, conversation)
    for name, value in state.before.items():
        if name != LABELS:
            setattr(conversation, name, _read(name, value))
    conversation.blocked = shut
    await _tell(db, conversation, state, by=by)
    if LABELS in state.before:
        labels = [UUID(label) for label in state.before[LABELS]]
        await put_labels(db, conversation, labels, by=by.id)


async def _tell(db: Session, conversation: Conversation, state: State, *, by: Actor) -> None:
    """Name what was put back; labels tell of themselves."""
    ended = state.after.get("status")
    if ended == Status.CLOSED:
        await tell(db, conversation, ConversationReopened, by=by.id)
    elif ended == Status.SNOOZED:
        await tell(db, conversation, ConversationWoken, by=by.id)
    elif set(IDS) & set(state.before):
        await _give_back(db, conversation, state, by=by)
    elif "priority" in state.before:
        priority = conversation.priority
        await tell(db, conversation, ConversationPrioritised, by=by.id, priority=priority)


async def _give_back(db: Session, conversation: Conversation, state: State, *, by: Actor) -> None:
    """Those who lose it hear of it too."""
    await tell(
        db,
        conversation,
        ConversationAssigned,
        by=by.id,
        former_team=_read("team_id", state.after.get("team_id")),
        former_assignee=_read("assignee_id", state.after.get("assignee_id")),
    )


def _read(name: str, value: Any) -> Any:
    if value is None or name in PLAIN:
        return value
    return UUID(value) if name in IDS else datetime.fromisoformat(value)
