"""Scheduled messages: a text goes out at its moment, once, unless the conversation is closed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update

from kefu.conversations.access import locked_conversation
from kefu.conversations.batch import Outgoing
from kefu.conversations.events_tools import MessageScheduled, ScheduledMessageSettled
from kefu.conversations.forced import check_door, move_on
from kefu.conversations.model import Conversation, Kind, Sender
from kefu.conversations.model_tools import ScheduledMessage
from kefu.conversations.saying import say_in
from kefu.conversations.screening import screened
from kefu.core.clock import iso, now
from kefu.core.db import Session
from kefu.core.errors import Conflict, Forbidden, Invalid, NotFound, Refusal
from kefu.core.events import record
from kefu.core.ids import uuid7
from kefu.customers import erases_customer
from kefu.identity import Actor, actor_for_agent, agents_named
from kefu.notifications import Why, announce, notify

FARTHEST = timedelta(days=365)
WAITING_AT_ONCE = 20
UNSENT = "scheduled_message.unsent"
announce(
    UNSENT,
    zh="一条定时消息没有发出",
    en="A scheduled message was not sent",
    why=Why(
        zh="您安排的定时消息到了时间，但会话已结束或不能发送。",
        en=(
            "You scheduled the message; at its moment the conversation was closed or did not "
            "take it."
        ),
    ),
)


async def schedule(
    db: Session, conversation: Conversation, *, text: str, due_at: datetime, by: Actor
) -> ScheduledMessage:
    """Let a text go out later; the conversation's row must be locked."""
    check_moment(due_at)
    if not conversation.is_open():
        raise Conflict("This conversation is closed.", code="illegal_transition")
    waiting = await db.scalar(
        select(func.count()).where(
            ScheduledMessage.conversation_id == conversation.id,
            ScheduledMessage.status == "pending",
        )
    )
    if (waiting or 0) >= WAITING_AT_ONCE:
        raise Conflict("Too many messages wait in this conversation.", limit=WAITING_AT_ONCE)
    message = screened(outgoing_of(conversation, text, by))
    scheduled = ScheduledMessage(
        conversation_id=conversation.id,
        agent_id=by.id,
        text=message.text,
        due_at=due_at,
        status="pending",
    )
    db.add(scheduled)
    await db.flush()
    event = MessageScheduled(
        subject=scheduled.id,
        conversation=conversation.id,
        customer=conversation.customer_id,
        actor=by.id,
        due_at=due_at,
    )
    await record(db, event, shown_scheduled(scheduled, by.name))
    return scheduled


def check_moment(due_at: datetime) -> None:
    """A moment to come, within a year."""
    if due_at.tzinfo is None:
        raise Invalid("The moment needs a time zone.", field="due_at")
    if not now() < due_at <= now() + FARTHEST:
        raise Invalid(
            "The moment must lie within the next 365 days.", field="due_at", limit="365 d"
        )


async def cancel(db: Session, scheduled: ScheduledMessage, *, by: Actor) -> None:
    """Let it not go out; only who wrote it, or a leader who may block, takes it back."""
    if scheduled.agent_id != by.id and not by.may("conversation.block"):
        raise Forbidden("Somebody else has scheduled this.", code="not_yours")
    if scheduled.status != "pending":
        raise Conflict("It does not wait any more.", code="settled", detail=scheduled.status)
    await _settle(db, scheduled, "cancelled", reason="choice", by=by.id)


async def cancel_waiting(db: Session, conversations: Collection[UUID], *, reason: str) -> int:
    """Cancel all that waits in these conversations."""
    waiting = await db.scalars(
        select(ScheduledMessage)
        .where(
            ScheduledMessage.conversation_id.in_(conversations),
            ScheduledMessage.status == "pending",
        )
        .order_by(ScheduledMessage.id)
        .with_for_update()
    )
    found = list(waiting)
    for scheduled in found:
        await _settle(db, scheduled, "cancelled", reason=reason)
    return len(found)


async def fire_next_scheduled(db: Session) -> bool:
    """Send the longest due message, if there is one that nobody else is sending."""
    scheduled = await db.scalar(
        select(ScheduledMessage)
        .where(ScheduledMessage.status == "pending", ScheduledMessage.due_at <= now())
        .order_by(ScheduledMessage.due_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if scheduled is None:
        return False
    try:
        async with db.begin_nested():
            await _send(db, scheduled)
    except Refusal as refusal:
        await db.refresh(scheduled)
        await _settle(db, scheduled, "failed", reason=refusal.code)
    return True


async def _send(db: Session, scheduled: ScheduledMessage) -> None:
    conversation = await locked_conversation(db, scheduled.conversation_id)
    if not conversation.is_open():
        await _settle(db, scheduled, "cancelled", reason="closed")
        return
    writer = await actor_for_agent(db, scheduled.agent_id)
    if writer is None or not writer.may("message.send"):
        raise Forbidden("Whoever wrote this may not send any more.", code="writer_gone")
    message = outgoing_of(conversation, scheduled.text, writer)
    check_door(conversation, message)
    await move_on(db, conversation, message)
    await say_in(db, conversation, message)
    scheduled.message_id = message.id
    await _settle(db, scheduled, "sent", by=writer.id)


def outgoing_of(conversation: Conversation, text: str, writer: Actor) -> Outgoing:
    """The text as a message of this agent."""
    return Outgoing(
        id=uuid7(),
        conversation=conversation.id,
        sender_type=Sender.AGENT,
        sender_id=writer.id,
        kind=Kind.TEXT,
        text=text,
        scope=writer.scope,
        teams=tuple(writer.team_ids),
        name=writer.name,
        avatar=writer.avatar,
    )


async def _settle(
    db: Session,
    scheduled: ScheduledMessage,
    outcome: str,
    *,
    reason: str | None = None,
    by: UUID | None = None,
) -> None:
    scheduled.status = outcome
    scheduled.reason = reason
    scheduled.settled_at = now()
    names = await agents_named(db, {scheduled.agent_id})
    event = ScheduledMessageSettled(
        subject=scheduled.id,
        conversation=scheduled.conversation_id,
        actor=by,
        due_at=scheduled.due_at,
        outcome=outcome,
        reason=reason,
        message=scheduled.message_id,
    )
    writer = names.get(scheduled.agent_id)
    await record(db, event, shown_scheduled(scheduled, writer.name if writer else ""))
    if outcome == "failed" or reason == "closed":
        await _tell_writer(db, scheduled)


async def _tell_writer(db: Session, scheduled: ScheduledMessage) -> None:
    """Whoever counts on it hears that it did not go out."""
    await notify(
        db,
        {scheduled.agent_id},
        UNSENT,
        subject_kind="conversation",
        subject=scheduled.conversation_id,
        conversation=scheduled.conversation_id,
        params={"reason": scheduled.reason},
    )


async def scheduled_in(db: Session, conversation: UUID) -> list[dict[str, Any]]:
    """What waits in a conversation, the next first; two queries for any number."""
    rows = list(
        await db.scalars(
            select(ScheduledMessage)
            .where(
                ScheduledMessage.conversation_id == conversation,
                ScheduledMessage.status == "pending",
            )
            .order_by(ScheduledMessage.due_at, ScheduledMessage.id)
        )
    )
    names = await agents_named(db, {row.agent_id for row in rows})
    return [
        shown_scheduled(row, names[row.agent_id].name if row.agent_id in names else "")
        for row in rows
    ]


async def scheduled_with(
    db: Session, conversation: Conversation, scheduled_id: UUID
) -> ScheduledMessage:
    """A scheduled message of this conversation, locked."""
    scheduled = await db.scalar(
        select(ScheduledMessage)
        .where(
            ScheduledMessage.id == scheduled_id,
            ScheduledMessage.conversation_id == conversation.id,
        )
        .with_for_update()
    )
    if scheduled is None:
        raise NotFound("There is no such scheduled message.")
    return scheduled


def shown_scheduled(scheduled: ScheduledMessage, name: str) -> dict[str, Any]:
    return {
        "id": str(scheduled.id),
        "conversation": str(scheduled.conversation_id),
        "agent": {"id": str(scheduled.agent_id), "name": name},
        "text": scheduled.text,
        "due_at": iso(scheduled.due_at),
        "status": scheduled.status,
        "reason": scheduled.reason,
        "message": str(scheduled.message_id) if scheduled.message_id else None,
    }


@erases_customer
async def erase_scheduled(db: Session, customer: UUID) -> None:
    """Nothing is sent to an erased customer any more, and no word of it is kept."""
    theirs = select(Conversation.id).where(Conversation.customer_id == customer)
    await cancel_waiting(db, set(await db.scalars(theirs)), reason="erased")
    await db.execute(
        update(ScheduledMessage).where(ScheduledMessage.conversation_id.in_(theirs)).values(text="")
    )
