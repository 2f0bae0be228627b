"""Payloads of webhooks: the fact, and the words that belong to it, joined when they are sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kefu.channels.model import WebhookDelivery
from kefu.conversations import Conversation, Message, rows_of, shown_message
from kefu.core.clock import iso
from kefu.core.db import Session
from kefu.core.events import FactRow, plain
from kefu.customers import customers_named
from kefu.identity import agents_named


async def payloads_of(
    db: Session, deliveries: Sequence[WebhookDelivery]
) -> dict[UUID, dict[str, Any]]:
    """The body of each delivery; a fixed number of queries for any number of them.

    What was erased or recalled meanwhile is not in it.
    """
    facts = await _facts(db, {one.fact_id for one in deliveries if one.fact_id is not None})
    conversations = await _conversations(
        db, {fact.conversation for fact in facts.values() if fact.conversation}
    )
    rows = await rows_of(db, list(conversations.values()))
    talks = dict(zip(conversations, rows, strict=True))
    messages = await _messages(db, facts, conversations)
    customers = await customers_named(
        db, {fact.customer for fact in facts.values() if fact.customer}
    )
    found = {}
    for one in deliveries:
        fact = facts.get(one.fact_id) if one.fact_id is not None else None
        body: dict[str, Any] = {"delivery": str(one.id), "event": one.kind}
        if fact is None:
            found[one.id] = body | {"at": iso(one.created_at)}
            continue
        customer = customers.get(fact.customer) if fact.customer else None
        found[one.id] = body | {
            "at": iso(fact.at),
            "subject": str(fact.subject),
            "actor": plain(fact.actor),
            "details": fact.details,
            "conversation": talks.get(fact.conversation) if fact.conversation else None,
            "message": messages.get(fact.details.get("message", "")),
            "customer": customer and {"id": str(customer.id), "name": customer.name},
        }
    return found


async def _facts(db: Session, ids: set[int]) -> dict[int, FactRow]:
    rows = await db.scalars(select(FactRow).where(FactRow.id.in_(ids)))
    return {fact.id: fact for fact in rows}


async def _conversations(db: Session, ids: set[UUID]) -> dict[UUID, Conversation]:
    rows = await db.scalars(select(Conversation).where(Conversation.id.in_(ids)))
    return {talk.id: talk for talk in rows}


async def _messages(
    db: Session, facts: dict[int, FactRow], conversations: dict[UUID, Conversation]
) -> dict[str, dict[str, Any]]:
    ids = {UUID(fact.details["message"]) for fact in facts.values() if "message" in fact.details}
    found = list(await db.scalars(select(Message).where(Message.id.in_(ids))))
    known = [message for message in found if message.conversation_id in conversations]
    senders = {message.sender_id for message in known if message.sender_id is not None}
    cards = {**await customers_named(db, senders), **await agents_named(db, senders)}
    return {
        str(message.id): shown_message(conversations[message.conversation_id], message, cards)
        for message in known
    }
