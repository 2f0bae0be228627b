"""Personal data in conversations: what a customer's export holds, and what an erasure blanks."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from kefu.conversations.messages import shown_messages
from kefu.conversations.model import Conversation, Message
from kefu.conversations.rows import head_of
from kefu.core.db import Session
from kefu.customers import erases_customer, exports_customer

ERASE_MESSAGES = text(
    "update messages m set text = '', content = null from conversations c "
    "where c.customer_id = :customer and m.conversation_id = c.id"
)
ERASE_CONVERSATIONS = text(
    "update conversations set last_preview = '', customer_name = '', summary = '', "
    "rating_comment = null, context = '{}' where customer_id = :customer"
)


@exports_customer("conversations")
async def export_conversations(db: Session, customer: UUID) -> list[dict[str, Any]]:
    """Every conversation with its messages; internal notes stay inside."""
    query = select(Conversation).where(Conversation.customer_id == customer)
    exported = []
    for conversation in await db.scalars(query.order_by(Conversation.id)):
        said = select(Message).where(
            Message.conversation_id == conversation.id, Message.kind != "note"
        )
        messages = list(await db.scalars(said.order_by(Message.seq)))
        exported.append(
            head_of(conversation) | {"messages": await shown_messages(db, conversation, messages)}
        )
    return exported


@erases_customer
async def erase_conversations(db: Session, customer: UUID) -> None:
    """Blank every text; numbers, times and kinds stay, so that figures stay right."""
    for statement in (ERASE_MESSAGES, ERASE_CONVERSATIONS):
        await db.execute(statement, {"customer": customer})
