"""Asking: a message left out of hours, and the wish to talk to a person."""

from __future__ import annotations

from uuid import UUID

from kefu.channels.visitors import (
    Introduced,
    Visitor,
    opened_conversation,
    recognise,
    visitor_name,
)
from kefu.conversations import (
    Conversation,
    Kind,
    Outgoing,
    Sender,
    Status,
    check_not_shut,
    note_event,
    reopen,
    say_in,
    screened,
    wait,
    wake,
)
from kefu.core.db import Session
from kefu.core.errors import Invalid
from kefu.core.ids import uuid7

HUMAN = "human_requested"


async def leave_message(
    db: Session, visitor: Visitor, *, name: str, contact: str, text: str
) -> Conversation:
    """A waiting conversation with the text in it; the contact is kept with the customer."""
    if not text.strip():
        raise Invalid("The message is empty.", field="text", code="empty")
    await _learn(db, visitor, name=name.strip(), contact=contact)
    conversation = await opened_conversation(db, visitor)
    message = Outgoing(
        id=uuid7(),
        conversation=conversation.id,
        sender_type=Sender.CUSTOMER,
        sender_id=visitor.customer.id,
        kind=Kind.TEXT,
        text=text,
        content={"offline_form": {"name": name.strip(), "contact": contact}},
        scope="visitor",
        name=visitor.customer.name,
        avatar=visitor.customer.avatar,
    )
    await say_in(db, conversation, screened(message))
    return conversation


async def _learn(db: Session, visitor: Visitor, *, name: str, contact: str) -> None:
    """Keep the name, and the contact where it is an address or a number; others are fine too."""
    names = [("visitor", await visitor_name(db, visitor.inbox, visitor), True)]
    email, phone = (contact, None) if "@" in contact else (None, contact)
    said = Introduced(name=name or None, email=email, phone=phone)
    await recognise(db, visitor.inbox, names, said, locale=None)


async def ask_for_human(db: Session, conversation: Conversation, *, by: UUID) -> None:
    """Let a person take it: it waits, and says so; asking again changes nothing."""
    await check_not_shut(db, conversation)
    if conversation.status == Status.CLOSED:
        await reopen(db, conversation, by=by)
    elif conversation.status == Status.SNOOZED:
        await wake(db, conversation, by=by)
    elif conversation.status == Status.BOT:
        await wait(db, conversation, by=by, reason=HUMAN)
    elif conversation.status != Status.WAITING or conversation.context.get(HUMAN):
        return
    conversation.context = conversation.context | {HUMAN: True}
    await note_event(db, conversation, HUMAN)
