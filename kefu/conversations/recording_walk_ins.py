"""Recording walk-ins: who came in person is put down as a conversation like any other (R032)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import select, text

from kefu.conversations.batch import Outgoing
from kefu.conversations.events import InboxChanged
from kefu.conversations.lifecycle import close, open_conversation
from kefu.conversations.model import Conversation, Inbox, Kind, Sender, Status
from kefu.conversations.saying import say_in
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Invalid
from kefu.core.events import record
from kefu.core.ids import uuid7
from kefu.customers import Customer, identify
from kefu.identity import Actor

CHANNEL = "in_person"
INBOX_NAME = "到店接待"
LONGEST_AGO = timedelta(days=30)
ONE_AT_A_TIME = text("select pg_advisory_xact_lock(hashtext('inbox of walk-ins'))")
Outcome = Literal["solved", "informed", "follow_up", "declined"]


@dataclass(frozen=True, slots=True)
class WalkIn:
    """What staff put down about a visit."""

    text: str
    outcome: Outcome
    at: datetime


async def record_walk_in(
    db: Session, customer: Customer, walk_in: WalkIn, *, by: Actor
) -> Conversation:
    """A closed conversation in the inbox of walk-ins, with a note of what was talked about."""
    check_moment(walk_in.at)
    inbox = await inbox_of_walk_ins(db, by=by)
    conversation = await open_conversation(
        db, inbox, customer, by=by.id, context={"outcome": walk_in.outcome}
    )
    conversation.created_at = walk_in.at
    conversation.assignee_id = by.id
    conversation.status = Status.ACTIVE
    conversation.waiting_since = None
    note = Outgoing(
        id=uuid7(),
        conversation=conversation.id,
        sender_type=Sender.AGENT,
        sender_id=by.id,
        kind=Kind.NOTE,
        text=walk_in.text,
        content={"walk_in": {"outcome": walk_in.outcome, "at": walk_in.at.isoformat()}},
        name=by.name,
        avatar=by.avatar,
    )
    await say_in(db, conversation, note)
    await close(db, conversation, by=by.id, reason=walk_in.outcome)
    return conversation


def check_moment(at: datetime) -> None:
    """Not in the future, and not so long ago that nobody remembers."""
    if at > now() + timedelta(minutes=1):
        raise Invalid("The visit lies in the future.", field="at")
    if at < now() - LONGEST_AGO:
        raise Invalid("The visit is more than 30 days ago.", field="at", limit="30 d")


async def inbox_of_walk_ins(db: Session, *, by: Actor) -> Inbox:
    """The inbox for visits in person; made at the first of them."""
    query = (
        select(Inbox)
        .where(Inbox.channel == CHANNEL, Inbox.archived_at.is_(None))
        .order_by(Inbox.id)
        .limit(1)
    )
    inbox = await db.scalar(query)
    if inbox is not None:
        return inbox
    await db.execute(ONE_AT_A_TIME)
    inbox = await db.scalar(query)
    if inbox is None:
        inbox = Inbox(name=INBOX_NAME, channel=CHANNEL)
        db.add(inbox)
        await db.flush()
        event = InboxChanged(subject=inbox.id, actor=by.id, change="created", channel=CHANNEL)
        await record(db, event)
    return inbox


async def new_customer(db: Session, *, name: str, phone: str | None, email: str | None) -> Customer:
    """Somebody whom nobody has put down yet; what they say of themselves proves nothing."""
    return await identify(db, identities=[], name=name, phone=phone, email=email)


def customer_or_new(customer: UUID | None, *, is_new: bool) -> None:
    """Either a customer we know, or a new one."""
    if (customer is None) != is_new:
        raise Invalid("Name the customer, or say who the new one is.", field="customer")
