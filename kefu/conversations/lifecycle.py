"""The life of a conversation: opened, waiting, active, snoozed, wrapped up, closed, reopened."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from kefu.conversations.blocking import is_shut
from kefu.conversations.events import (
    ConversationClosed,
    ConversationOpened,
    ConversationPrioritised,
    ConversationReopened,
    ConversationSnoozed,
    ConversationWaiting,
    ConversationWoken,
    ConversationWrappingUp,
)
from kefu.conversations.model import Conversation, Inbox, Status
from kefu.conversations.telling import tell
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Conflict, Invalid
from kefu.customers import Customer, is_blocked

SNOOZE_LIMIT = timedelta(days=365)

LEGAL: dict[str, frozenset[str]] = {
    Status.BOT: frozenset({Status.WAITING, Status.ACTIVE, Status.CLOSED}),
    Status.WAITING: frozenset({Status.ACTIVE, Status.CLOSED, Status.SNOOZED}),
    Status.ACTIVE: frozenset({Status.WAITING, Status.SNOOZED, Status.WRAPPING_UP, Status.CLOSED}),
    Status.SNOOZED: frozenset({Status.WAITING, Status.ACTIVE, Status.CLOSED}),
    Status.WRAPPING_UP: frozenset({Status.ACTIVE, Status.WAITING, Status.CLOSED}),
    Status.CLOSED: frozenset({Status.WAITING, Status.ACTIVE}),
}


def check_transition(conversation: Conversation, to: Status) -> None:
    """Only the legal ways lead from one status to the next."""
    if to not in LEGAL[conversation.status]:
        raise Conflict(
            f"A conversation that is {conversation.status} cannot become {to.value}.",
            code="illegal_transition",
            field="status",
        )


async def open_conversation(
    db: Session,
    inbox: Inbox,
    customer: Customer,
    *,
    by: UUID | None = None,
    context: dict[str, Any] | None = None,
    identifier: UUID | None = None,
) -> Conversation:
    """Begin a conversation in an inbox; it waits for somebody of the inbox's team.

    The customer's row is locked: whoever blocks them at this moment finds it, or it finds them
    blocked.
    """
    at = now()
    conversation = Conversation(
        inbox_id=inbox.id,
        customer_id=customer.id,
        team_id=inbox.team_id,
        status=Status.WAITING,
        waiting_since=at,
        activity_at=at,
        created_at=at,
        updated_at=at,
        customer_name=customer.name,
        customer_tier=customer.tier,
        language=customer.locale or inbox.locale,
        context=context or {},
        blocked=await is_blocked(db, customer.id, lock=True),
    )
    if identifier is not None:
        conversation.id = identifier
    db.add(conversation)
    await db.flush()
    await tell(db, conversation, ConversationOpened, by=by, channel=inbox.channel)
    return conversation


async def wait(
    db: Session, conversation: Conversation, *, by: UUID | None, reason: str | None = None
) -> None:
    """Let it wait for a person."""
    check_transition(conversation, Status.WAITING)
    conversation.status = Status.WAITING
    conversation.waiting_since = now()
    conversation.snoozed_until = None
    await tell(db, conversation, ConversationWaiting, by=by, reason=reason)


async def close(
    db: Session, conversation: Conversation, *, by: UUID | None, reason: str | None = None
) -> None:
    """End it; the customer may rate it, and their next message reopens it."""
    check_transition(conversation, Status.CLOSED)
    conversation.status = Status.CLOSED
    conversation.closed_at = now()
    conversation.close_reason = reason
    conversation.waiting_since = None
    conversation.unanswered_since = None
    conversation.snoozed_until = None
    await tell(db, conversation, ConversationClosed, by=by, reason=reason)


async def reopen(db: Session, conversation: Conversation, *, by: UUID | None) -> None:
    """Take it up again: with its agent if it has one, else it waits."""
    to = Status.ACTIVE if conversation.assignee_id else Status.WAITING
    if conversation.status != Status.CLOSED:
        raise Conflict("Only a closed conversation can be reopened.", code="illegal_transition")
    conversation.blocked = await is_shut(db, conversation)
    conversation.status = to
    conversation.closed_at = None
    conversation.close_reason = None
    conversation.reopened += 1
    conversation.waiting_since = now() if to == Status.WAITING else None
    await tell(db, conversation, ConversationReopened, by=by)


async def snooze(
    db: Session, conversation: Conversation, until: datetime, *, by: UUID | None
) -> None:
    """Put it aside until a moment, or until the customer writes."""
    at = now()
    if until.tzinfo is None:
        raise Invalid("The moment needs a time zone.", field="until")
    if not at < until <= at + SNOOZE_LIMIT:
        raise Invalid("The moment must lie within the next 365 days.", field="until", limit="365 d")
    if conversation.status != Status.SNOOZED:
        check_transition(conversation, Status.SNOOZED)
    conversation.status = Status.SNOOZED
    conversation.snoozed_until = until
    conversation.waiting_since = None
    await tell(db, conversation, ConversationSnoozed, by=by, until=until)


async def wake(db: Session, conversation: Conversation, *, by: UUID | None) -> None:
    """Bring a snoozed conversation back."""
    if conversation.status != Status.SNOOZED:
        raise Conflict("Only a snoozed conversation can be woken.", code="illegal_transition")
    to = Status.ACTIVE if conversation.assignee_id else Status.WAITING
    conversation.status = to
    conversation.snoozed_until = None
    conversation.waiting_since = now() if to == Status.WAITING else None
    await tell(db, conversation, ConversationWoken, by=by)


async def wrap_up(db: Session, conversation: Conversation, *, by: UUID) -> None:
    """The talk is over; the agent still writes things down."""
    check_transition(conversation, Status.WRAPPING_UP)
    conversation.status = Status.WRAPPING_UP
    await tell(db, conversation, ConversationWrappingUp, by=by)


async def prioritise(
    db: Session, conversation: Conversation, priority: int, *, by: UUID | None
) -> None:
    """Say how much it presses: 0 low to 3 urgent."""
    if conversation.priority == priority:
        return
    conversation.priority = priority
    await tell(db, conversation, ConversationPrioritised, by=by, priority=priority)
