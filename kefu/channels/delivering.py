"""Delivering: what agents say leaves through the inbox's adapter, in order, tried again, once."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from kefu.channels import registry
from kefu.channels.contract import Handed, Later, Leaving, Line, Never, fitted
from kefu.channels.events import MessageDelivered
from kefu.channels.model import Delivery
from kefu.conversations import (
    Conversation,
    Inbox,
    Message,
    locked_conversation,
    mark_seen,
    shown_messages,
    tell,
)
from kefu.conversations.events import ConversationEvent, MessageFailed
from kefu.core.clock import now
from kefu.core.db import Database, Session
from kefu.core.events import Fact
from kefu.core.jobs import enqueue
from kefu.core.settings import Settings
from kefu.core.wire import Wire
from kefu.customers import Customer, Identity

JOB = "channels.deliver"
ATTEMPTS = 8
FIRST_PAUSE = timedelta(seconds=5)
LEASE = timedelta(seconds=60)
ERROR_LIMIT = 300
LEAVE = frozenset({"agent", "bot"})

PUT = text(
    "insert into channel_deliveries (message_id, conversation_id, inbox_id, seq, status, attempts,"
    " due_at, created_at) select *, 'waiting', 0, :at, :at from unnest(cast(:messages as uuid[]), "
    "cast(:conversations as uuid[]), cast(:inboxes as uuid[]), cast(:seqs as int[])) "
    "on conflict do nothing"
)
# Only the first that waits of a conversation may go: what is behind it comes after it.
TAKE = text(
    "update channel_deliveries d set attempts = attempts + 1, due_at = :lease where d.message_id = "
    "(select message_id from channel_deliveries where conversation_id = :conversation "
    "and status = 'waiting' order by seq limit 1 for update) and d.due_at <= :at "
    "and d.status = 'waiting' returning d.message_id"
)
DUE = text(
    "select distinct conversation_id from channel_deliveries "
    "where status = 'waiting' and due_at <= :at limit 200"
)


@dataclass(frozen=True, slots=True)
class Errand:
    """One delivery to be tried now."""

    message: UUID
    attempts: int
    channel: str
    line: Line
    leaving: Leaving


async def queue_deliveries(db: Session, facts: Sequence[Fact]) -> None:
    """Put down what must leave: messages of agents and bots in inboxes whose adapter delivers."""
    said = [fact for fact in facts if fact.details.get("sender") in LEAVE]
    if not said:
        return
    inboxes = {UUID(fact.details["inbox"]) for fact in said}
    rows = await db.execute(select(Inbox.id, Inbox.channel).where(Inbox.id.in_(inboxes)))
    outside = {row.id for row in rows if _leaves(row.channel)}
    leaving = [fact for fact in said if UUID(fact.details["inbox"]) in outside]
    if not leaving:
        return
    values = {
        "messages": [UUID(fact.details["message"]) for fact in leaving],
        "conversations": [fact.subject for fact in leaving],
        "inboxes": [UUID(fact.details["inbox"]) for fact in leaving],
        "seqs": [fact.details["seq"] for fact in leaving],
    }
    await db.execute(PUT, values | {"at": now()})
    conversations = sorted({str(fact.subject) for fact in leaving})
    await enqueue(db, JOB, {"conversations": conversations})


def _leaves(channel: str) -> bool:
    adapter = registry.ADAPTERS.get(channel)
    return adapter is not None and adapter.capabilities.outside


async def due_conversations(db: Session) -> list[UUID]:
    """Conversations in which something waits to leave and its time has come."""
    return [row[0] for row in await db.execute(DUE, {"at": now()})]


async def deliver_waiting(
    database: Database, conversation: UUID, *, wire: Wire, chosen: Settings
) -> int:
    """Deliver what waits in a conversation, one after the other; returns how many left.

    Nothing is locked while the other side thinks: a lease keeps others away, and one that runs
    out lets somebody else try again with the same key.
    """
    left = 0
    while True:
        async with database.transaction() as db:
            errand = await _next_errand(db, conversation, chosen)
        if errand is None:
            return left
        outcome = await _tried(errand, wire)
        async with database.transaction() as db:
            await _settle(db, errand, outcome)
        if isinstance(outcome, Later):
            return left
        left += isinstance(outcome, Handed)


async def _tried(errand: Errand, wire: Wire) -> Handed | Later | Never:
    try:
        adapter = registry.adapter_for(errand.channel)
        fitting = fitted(errand.leaving, adapter.capabilities)
        return await adapter.deliver(errand.line, fitting, wire)
    except (Later, Never) as outcome:
        return outcome
    except Exception as error:  # noqa: BLE001 - an adapter's mistake must stay its own
        return Later(f"{type(error).__name__}: {error}")


async def _next_errand(db: Session, conversation: UUID, chosen: Settings) -> Errand | None:
    at = now()
    values = {"conversation": conversation, "at": at, "lease": at + LEASE}
    taken = (await db.execute(TAKE, values)).scalar_one_or_none()
    if taken is None:
        return None
    row = (
        await db.execute(
            select(Message, Conversation, Inbox, Delivery)
            .join(Conversation, Conversation.id == Message.conversation_id)
            .join(Inbox, Inbox.id == Conversation.inbox_id)
            .join(Delivery, Delivery.message_id == Message.id)
            .where(Message.id == taken)
        )
    ).one_or_none()
    if row is None or row.Message.recalled_at is not None:
        await db.execute(
            text("update channel_deliveries set status = 'dropped' where message_id = :id"),
            {"id": taken},
        )
        return await _next_errand(db, conversation, chosen)
    message, talk, inbox, delivery = row
    shown = (await shown_messages(db, talk, [message]))[0]
    leaving = Leaving(
        id=message.id,
        conversation=talk.id,
        customer=await _addressee(db, talk),
        kind=message.kind,
        text=message.text,
        shown=shown,
    )
    line = Line(inbox.id, inbox.secret, inbox.settings, chosen.signing_key())
    return Errand(message.id, delivery.attempts, inbox.channel, line, leaving)


async def _addressee(db: Session, conversation: Conversation) -> dict[str, Any]:
    """To whom it goes: the customer's numbers in this inbox."""
    rows = await db.execute(
        select(Customer.name, Identity.kind, Identity.value)
        .outerjoin(
            Identity,
            (Identity.customer_id == Customer.id) & (Identity.scope == conversation.inbox_id),
        )
        .where(Customer.id == conversation.customer_id)
        .order_by(Identity.id)
    )
    found = rows.all()
    identities = [{"kind": row.kind, "value": row.value} for row in found if row.kind]
    return {
        "id": str(conversation.customer_id),
        "name": found[0].name if found else "",
        "identities": identities,
    }


async def _settle(db: Session, errand: Errand, outcome: Handed | Later | Never) -> None:
    conversation = await locked_conversation(db, errand.leaving.conversation)
    delivery = await db.get_one(Delivery, errand.message, with_for_update=True)
    message = await db.get_one(Message, errand.message)
    if delivery.status != "waiting":
        return
    if isinstance(outcome, Handed):
        delivery.status, delivery.error = "delivered" if outcome.delivered else "sent", None
        delivery.external_id, delivery.finished_at = outcome.external_id, now()
        if outcome.delivered:
            await mark_seen(db, conversation.id, message.seq, by="delivered")
        if message.failed is not None:
            await _tell_changed(db, conversation, message, None, MessageDelivered)
        return
    delivery.error = str(outcome)[:ERROR_LIMIT]
    if isinstance(outcome, Later) and delivery.attempts < ATTEMPTS:
        delivery.due_at = next_attempt(delivery.attempts)
        return
    delivery.status, delivery.finished_at = "failed", now()
    await delivery_failed(db, conversation, message, delivery.error)


def next_attempt(attempts: int) -> datetime:
    """When to try again: twice as long each time, a little earlier or later by chance."""
    pause = FIRST_PAUSE * 2.0 ** (attempts - 1)
    return now() + pause * random.uniform(0.8, 1.2)  # noqa: S311 - spreads load, keeps no secret


async def delivery_failed(
    db: Session, conversation: Conversation, message: Message, error: str
) -> None:
    """Show in the workspace that the customer did not get this."""
    await _tell_changed(db, conversation, message, error[:ERROR_LIMIT], MessageFailed)


async def _tell_changed(
    db: Session,
    conversation: Conversation,
    message: Message,
    failed: str | None,
    event: type[ConversationEvent],
) -> None:
    message.failed = failed
    message.changed_seq = conversation.last_seq + 1
    await db.flush()
    shown = (await shown_messages(db, conversation, [message]))[0]
    await tell(db, conversation, event, by=None, shown=shown, message=message.id)


async def retry_delivery(db: Session, conversation: Conversation, message: Message) -> None:
    """Try a failed message again, from the beginning; the conversation must be locked."""
    delivery = await db.get(Delivery, message.id, with_for_update=True)
    if delivery is None or delivery.status != "failed":
        return
    delivery.status, delivery.attempts, delivery.due_at = "waiting", 0, now()
    delivery.finished_at = None
    await enqueue(db, JOB, {"conversations": [str(conversation.id)]})
