"""Recalling: a message can be taken back within two minutes."""

from __future__ import annotations

from datetime import timedelta

from kefu.conversations.events import MessageRecalled
from kefu.conversations.messages import shown_messages
from kefu.conversations.model import Conversation, Message
from kefu.conversations.telling import tell
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Conflict, Forbidden
from kefu.identity import Actor

RECALL_LIMIT = timedelta(minutes=2)


async def recall(db: Session, conversation: Conversation, message: Message, *, by: Actor) -> None:
    """Take one's own message back; its text and its files' names go with it."""
    check_recallable(message, by=by)
    message.recalled_at = now()
    message.changed_seq = conversation.last_seq + 1
    message.text = ""
    message.content = None
    if message.seq >= await _last_public(conversation, message):
        conversation.last_preview = ""
    await db.flush()
    shown = (await shown_messages(db, conversation, [message]))[0]
    await tell(db, conversation, MessageRecalled, by=by.id, shown=shown, message=message.id)


def check_recallable(message: Message, *, by: Actor) -> None:
    """Only one's own, only once, only for two minutes."""
    if message.sender_id != by.id:
        raise Forbidden("Only your own messages can be recalled.", code="not_yours")
    if message.recalled_at is not None:
        raise Conflict("This message is recalled already.", code="recalled")
    if now() - message.at > RECALL_LIMIT:
        raise Conflict(
            "A message can be recalled within two minutes.", code="too_late", limit="120 s"
        )


async def _last_public(conversation: Conversation, message: Message) -> int:
    """The number of the message that the list's preview shows."""
    return message.seq if conversation.last_message_at == message.at else conversation.last_seq + 1
