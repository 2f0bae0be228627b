"""Receiving: what any channel brings in becomes a customer, a conversation and a message, once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from kefu.channels.contexts import bounded
from kefu.channels.contract import From, Incoming, Line, Report
from kefu.channels.delivering import delivery_failed
from kefu.channels.visitors import Visitor, opened_conversation
from kefu.conversations import (
    Conversation,
    ExternalMessage,
    Inbox,
    Message,
    locked_conversation,
    mark_seen,
    outgoing,
    say_in,
)
from kefu.core.db import Session, pushes_of
from kefu.core.errors import Invalid, Refusal
from kefu.core.ids import uuid7
from kefu.core.settings import Settings
from kefu.customers import Customer, identify


@dataclass(frozen=True, slots=True)
class Taken:
    """Where a message from outside went; `duplicate` when it had come before."""

    external_id: str
    message: UUID
    conversation: UUID
    duplicate: bool = False


def line_of(inbox: Inbox, chosen: Settings) -> Line:
    """The inbox as its adapter sees it."""
    return Line(
        inbox=inbox.id, secret=inbox.secret, settings=inbox.settings, key=chosen.signing_key()
    )


async def take_each(
    db: Session, inbox: Inbox, messages: Sequence[Incoming]
) -> tuple[list[Taken], list[str]]:
    """Take them in their order; returns also the numbers of those whose sender is blocked.

    These are left out, for trying again would not help; any other that is wrong refuses them all
    and is named by its place.
    """
    taken: list[Taken] = []
    blocked: list[str] = []
    for place, message in enumerate(messages):
        told = len(pushes_of(db))
        try:
            async with db.begin_nested():
                taken.append(await take_in(db, inbox, message))
        except Refusal as refusal:
            if refusal.code != "blocked":
                refusal.field = ".".join(filter(None, ("messages", str(place), refusal.field)))
                raise
            del pushes_of(db)[told:]
            blocked.append(message.external_id)
    return taken, blocked


async def take_in(db: Session, inbox: Inbox, incoming: Incoming) -> Taken:
    """Store one message from outside; the same one again changes nothing (I07).

    Two at once wait for each other: at the customer's row, or at the number of the message.
    """
    known = await _known(db, inbox, incoming.external_id)
    if known is not None:
        return known
    visitor = Visitor(await _sender(db, inbox, incoming.sender), inbox)
    conversation = await opened_conversation(db, visitor)
    identifier = uuid7()
    if not await _is_first(db, inbox, incoming.external_id, identifier, conversation.id):
        found = await _known(db, inbox, incoming.external_id)
        assert found is not None
        return found
    frame = {
        "id": str(identifier),
        "conversation": str(conversation.id),
        "kind": incoming.kind,
        "text": incoming.text,
        "content": incoming.content,
    }
    if incoming.context:
        conversation.context = conversation.context | bounded(incoming.context)
    await say_in(db, conversation, outgoing(visitor.party(), frame))
    return Taken(incoming.external_id, identifier, conversation.id)


async def _sender(db: Session, inbox: Inbox, sender: From) -> Customer:
    """Who wrote; what is wrong with them is named by its place in the message."""
    try:
        return await identify(
            db,
            identities=sender.identities,
            scope=inbox.id,
            name=sender.name,
            email=sender.email,
            phone=sender.phone,
            locale=sender.locale,
        )
    except Invalid as refusal:
        field = "id" if refusal.field == "api" else refusal.field
        refusal.field = f"sender.{field}" if field else "sender"
        raise


async def _known(db: Session, inbox: Inbox, external_id: str) -> Taken | None:
    row = await db.scalar(
        select(ExternalMessage).where(
            ExternalMessage.inbox_id == inbox.id, ExternalMessage.external_id == external_id
        )
    )
    if row is None:
        return None
    return Taken(external_id, row.message_id, row.conversation_id, duplicate=True)


async def _is_first(
    db: Session, inbox: Inbox, external_id: str, message: UUID, conversation: UUID
) -> bool:
    values = {
        "id": uuid7(),
        "inbox_id": inbox.id,
        "external_id": external_id,
        "message_id": message,
        "conversation_id": conversation,
    }
    written = await db.execute(
        insert(ExternalMessage)
        .values(values)
        .on_conflict_do_nothing()
        .returning(ExternalMessage.id)
    )
    return written.first() is not None


async def take_reports(db: Session, inbox: Inbox, reports: Sequence[Report]) -> None:
    """Believe the channel what became of our messages in this inbox."""
    for place, report in enumerate(reports):
        query = (
            select(Message)
            .join(Conversation, Conversation.id == Message.conversation_id)
            .where(Message.id == report.message, Conversation.inbox_id == inbox.id)
        )
        message = await db.scalar(query)
        if message is None:
            raise Invalid(
                "There is no such message in this inbox.", field=f"reports.{place}.message"
            )
        if report.status == "failed":
            conversation = await locked_conversation(db, message.conversation_id)
            await delivery_failed(db, conversation, message, report.error or "refused")
        else:
            by = "customer" if report.status == "read" else "delivered"
            await mark_seen(db, message.conversation_id, message.seq, by=by)
