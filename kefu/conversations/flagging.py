"""Flagging: who leads hears of messages with a flagged word, off the message path."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from kefu.conversations.events_tools import MessageFlagged
from kefu.conversations.model import Conversation, Message, Sender
from kefu.conversations.model_tools import SensitiveWord
from kefu.conversations.sensitive_words import load_words
from kefu.core.db import Session
from kefu.core.events import record


async def flag_messages(db: Session, messages: Sequence[UUID]) -> int:
    """Record which of these messages hold a flagged word; returns how many do."""
    flagged = select(SensitiveWord.id).where(SensitiveWord.action == "flag").limit(1)
    if await db.scalar(flagged) is None:
        return 0
    words = await load_words(db)
    rows = await db.execute(
        select(
            Message.id,
            Message.conversation_id,
            Message.sender_type,
            Message.text,
            Conversation.customer_id,
            Conversation.team_id,
        )
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(Message.id.in_(messages), Message.recalled_at.is_(None), Message.kind == "text")
        .order_by(Message.id)
    )
    found = 0
    for row in rows.all():
        direction = "in" if row.sender_type == Sender.CUSTOMER else "out"
        flags = words.screen(row.text, direction).flags  # type: ignore[arg-type]
        if flags:
            found += 1
            event = MessageFlagged(
                subject=row.conversation_id,
                conversation=row.conversation_id,
                customer=row.customer_id,
                team=row.team_id,
                message=row.id,
                words=tuple(word.id for word in flags),
            )
            await record(db, event)
    return found
