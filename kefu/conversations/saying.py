"""Saying something inside a transaction that does more: the first words of a talk, system lines."""

from __future__ import annotations

from typing import Any

from kefu.conversations.batch import Outgoing, Stored, store_in
from kefu.conversations.messages import message_push
from kefu.conversations.model import Conversation, Kind, Sender
from kefu.conversations.sending import refusal_for
from kefu.core.db import Session, pushes_of
from kefu.core.ids import uuid7


async def say_in(db: Session, conversation: Conversation, message: Outgoing) -> Stored:
    """Store a checked message; the conversation's row must be locked, and is read again after."""
    await db.flush()
    stored = await store_in(db, message)
    if stored.verdict not in ("new", "known"):
        raise refusal_for(stored.verdict)
    if stored.verdict == "new":
        pushes_of(db).append(message_push(message, stored))
    await db.refresh(conversation)
    return stored


async def note_event(
    db: Session, conversation: Conversation, code: str, **params: str | float | None
) -> Stored:
    """Put a system line into the talk; both sides show it in their own language."""
    content: dict[str, Any] = {"code": code, "params": params}
    message = Outgoing(
        id=uuid7(),
        conversation=conversation.id,
        sender_type=Sender.SYSTEM,
        sender_id=None,
        kind=Kind.SYSTEM,
        content=content,
    )
    return await say_in(db, conversation, message)
