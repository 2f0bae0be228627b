"""Messages as they are shown: one shape for snapshots, events and transcripts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Integer, bindparam, select

from kefu.conversations.batch import Outgoing, Stored
from kefu.conversations.file_links import with_links
from kefu.conversations.model import Conversation, Message, Sender
from kefu.core.clock import iso
from kefu.core.db import Session
from kefu.core.realtime import Push
from kefu.customers import customers_named
from kefu.identity import agents_named


def message_frame(message: Outgoing, stored: Stored) -> dict[str, Any]:
    """The event frame of a message just stored."""
    return {
        "t": "event",
        "kind": event_kind(message.sender_type, message.kind),
        "subject": str(message.id),
        "conversation": str(message.conversation),
        "seq": stored.seq,
        "at": iso(stored.at),
        "actor": str(message.sender_id) if message.sender_id else None,
        "data": {
            "id": str(message.id),
            "conversation": str(message.conversation),
            "seq": stored.seq,
            "sender": {
                "type": message.sender_type,
                "id": str(message.sender_id) if message.sender_id else None,
                "name": message.name,
                "avatar": message.avatar,
            },
            "kind": message.kind,
            "text": message.text,
            "content": with_links(message.kind, message.content),
            "reply_to": str(message.reply_to) if message.reply_to else None,
            "at": iso(stored.at),
            "status": "sent",
            "error": None,
            "recalled": False,
        },
    }


def message_push(message: Outgoing, stored: Stored) -> Push:
    """The event of a stored message, for whoever watches its conversation."""
    conversation = str(message.conversation)
    topics = [f"c:{conversation}"]
    if stored.assignee is not None:
        topics.append(f"agent:{stored.assignee}")
    if message.kind != "note":
        topics.append(f"v:{conversation}")
    return Push(topics, orjson.dumps(message_frame(message, stored)).decode(), message.origin)


def event_kind(sender_type: str, kind: str) -> str:
    """What the arrival of a message is called."""
    if kind == "note":
        return "message.noted"
    return "message.received" if sender_type == Sender.CUSTOMER else "message.sent"


async def shown_messages(
    db: Session, conversation: Conversation, messages: list[Message]
) -> list[dict[str, Any]]:
    """Messages with their senders' names; a fixed number of queries for any number of them."""
    agents = await agents_named(
        db, {m.sender_id for m in messages if m.sender_type == Sender.AGENT and m.sender_id}
    )
    customers = await customers_named(
        db, {m.sender_id for m in messages if m.sender_type == Sender.CUSTOMER and m.sender_id}
    )
    cards: dict[UUID, Any] = {**customers, **agents}
    return [shown_message(conversation, message, cards) for message in messages]


def shown_message(
    conversation: Conversation, message: Message, cards: dict[UUID, Any]
) -> dict[str, Any]:
    """One message, as everybody who may see it sees it."""
    card = cards.get(message.sender_id) if message.sender_id else None
    recalled = message.recalled_at is not None
    return {
        "id": str(message.id),
        "conversation": str(message.conversation_id),
        "seq": message.seq,
        "sender": {
            "type": message.sender_type,
            "id": str(message.sender_id) if message.sender_id else None,
            "name": card.name if card else "",
            "avatar": card.avatar if card else None,
        },
        "kind": message.kind,
        "text": "" if recalled else message.text,
        "content": None if recalled else with_links(message.kind, message.content),
        "reply_to": str(message.reply_to) if message.reply_to else None,
        "at": iso(message.at),
        "status": status_of(conversation, message),
        "error": message.failed,
        "recalled": recalled,
    }


def status_of(conversation: Conversation, message: Message) -> str:
    """How far a message came: failed, sent, delivered, read."""
    if message.failed:
        return "failed"
    theirs = message.sender_type == Sender.CUSTOMER
    seen = conversation.agent_seen_seq if theirs else conversation.customer_seen_seq
    if message.seq <= seen:
        return "read"
    if not theirs and message.seq <= conversation.delivered_seq:
        return "delivered"
    return "sent"


async def messages_before(
    db: Session, conversation: UUID, *, before: int | None, limit: int, notes: bool
) -> list[Message]:
    """The last `limit` messages before a `seq`, oldest first."""
    query = select(Message).where(Message.conversation_id == conversation)
    if before is not None:
        query = query.where(Message.seq < before)
    if not notes:
        query = query.where(Message.kind != "note")
    rows = await db.scalars(query.order_by(Message.seq.desc()).limit(limit))
    return list(rows)[::-1]


AFTER = (
    select(Message)
    .where(
        Message.conversation_id == bindparam("conversation"),
        (Message.seq > bindparam("after")) | (Message.changed_seq > bindparam("after")),
    )
    .order_by(Message.seq)
    .limit(bindparam("limit", type_=Integer))
)
AFTER_FOR_VISITORS = AFTER.where(Message.kind != "note")
"""Made once: every client asks it who comes back."""


async def messages_after(
    db: Session, conversation: UUID, *, after: int, limit: int, notes: bool
) -> list[Message]:
    """Messages that came or changed after a `seq`, oldest first."""
    values = {"conversation": conversation, "after": after, "limit": limit}
    return list(await db.scalars(AFTER if notes else AFTER_FOR_VISITORS, values))
