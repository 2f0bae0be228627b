"""Inboxes, conversations and messages for tests; everything not named is unremarkable."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from kefu.conversations.batch import Outgoing, Stored, store_in
from kefu.conversations.blocking import block, unblock
from kefu.conversations.lifecycle import open_conversation
from kefu.conversations.model import Conversation, Inbox, Kind, Sender
from kefu.conversations.screening import use_screen
from kefu.conversations.sensitive_words import screened_by
from kefu.conversations.word_matching import Word, Words
from kefu.core.db import Session
from kefu.core.ids import uuid7
from kefu.customers import Customer
from kefu.customers.tests.factories import a_customer
from kefu.identity import Actor

_numbers = itertools.count(1)


async def an_inbox(db: Session, **more: Any) -> Inbox:
    inbox = Inbox(
        **{"name": f"商城{next(_numbers)}", "channel": "web_chat", "secret": "s3cret"} | more
    )
    db.add(inbox)
    await db.flush()
    return inbox


async def a_conversation(
    db: Session, *, inbox: Inbox | None = None, customer: Customer | None = None, **more: Any
) -> Conversation:
    inbox = inbox or await an_inbox(db)
    customer = customer or await a_customer(db)
    conversation = await open_conversation(db, inbox, customer)
    for name, value in more.items():
        setattr(conversation, name, value)
    await db.flush()
    return conversation


def from_customer(conversation: Conversation, text: str = "什么时候发货?", **more: Any) -> Outgoing:
    values: dict[str, Any] = {
        "id": uuid7(),
        "conversation": conversation.id,
        "sender_type": Sender.CUSTOMER,
        "sender_id": conversation.customer_id,
        "kind": Kind.TEXT,
        "text": text,
        "scope": "visitor",
        "name": "王小明",
    }
    return Outgoing(**values | more)


def from_agent(
    conversation: Conversation, agent: Actor, text: str = "今天发出。", **more: Any
) -> Outgoing:
    values: dict[str, Any] = {
        "id": uuid7(),
        "conversation": conversation.id,
        "sender_type": Sender.AGENT,
        "sender_id": agent.id,
        "kind": Kind.TEXT,
        "text": text,
        "scope": agent.scope,
        "teams": tuple(agent.team_ids),
        "name": agent.name,
    }
    return Outgoing(**values | more)


async def a_message(
    db: Session, conversation: Conversation, text: str = "在吗?", **more: Any
) -> UUID:
    message = from_customer(conversation, text, **more)
    stored: Stored = await store_in(db, message)
    assert stored.verdict == "new"
    await db.refresh(conversation)
    return message.id


async def block_whose(db: Session, conversation: UUID, *, blocked: bool = True) -> None:
    """Block the visitor of a conversation, or let them in again."""
    change = block if blocked else unblock
    await change(db, await db.get_one(Conversation, conversation), by=uuid7())


@contextmanager
def masked(*words: str) -> Iterator[None]:
    """These words of customers are masked meanwhile."""
    listed = Words([Word(uuid7(), word, "mask", frozenset({"in"})) for word in words])
    use_screen(lambda message: screened_by(listed, message))
    try:
        yield
    finally:
        use_screen(None)
