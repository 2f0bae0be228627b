"""Resuming: what a client missed of a conversation, given the last number it knows."""

from __future__ import annotations

from typing import Any

from kefu.conversations.messages import messages_after, shown_messages
from kefu.conversations.model import Conversation
from kefu.conversations.rows import rows_of, visitor_row
from kefu.core.db import Session

RESUME_LIMIT = 200


async def missed(
    db: Session, conversation: Conversation, *, after: int, for_agent: bool
) -> dict[str, Any]:
    """The frame that brings a client up to date: `resumed`, or `reload` where too much is missing.

    A number from the future (a restored database, for one) is answered with `reload` as well.
    """
    name = str(conversation.id)
    if after > conversation.last_seq or conversation.last_seq - after > RESUME_LIMIT * 5:
        return {"t": "reload", "conversation": name, "last_seq": conversation.last_seq}
    messages = await messages_after(
        db, conversation.id, after=after, limit=RESUME_LIMIT + 1, notes=for_agent
    )
    if len(messages) > RESUME_LIMIT:
        return {"t": "reload", "conversation": name, "last_seq": conversation.last_seq}
    if for_agent:
        row = (await rows_of(db, [conversation]))[0]
    else:
        row = await visitor_row(db, conversation)
    return {
        "t": "resumed",
        "conversation": name,
        "last_seq": conversation.last_seq,
        "conversation_row": row,
        "messages": await shown_messages(db, conversation, messages),
    }
