"""Hand-over: what the next colleague finds, why things are as they are, and what was said twice.

The customer should not have to explain again (R022): whoever takes over sees the summary, the
order, who was here before and whether identity is proven. A message that says again what was
said before the last transfer marks the conversation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text

from kefu.conversations.events import DescriptionRepeated
from kefu.conversations.explaining import Hand, PriorityBehind, ways_of
from kefu.conversations.model import Conversation, Kind, Message, Sender
from kefu.core.db import Session
from kefu.core.events import FactRow, record
from kefu.customers import verified_until
from kefu.promises import Explained, explained

SAID_LINES = 3
LINE_CHARACTERS = 200
ALIKE = 0.6
LEAST_PAIRS = 5
COMPARED = 50
SUBJECT = "conversation"


@dataclass(frozen=True, slots=True)
class HandOver:
    """What somebody needs who takes a conversation over, and why it is where it is."""

    summary: str
    suggestion: str
    order: dict[str, Any] | None
    product: dict[str, Any] | None
    verified_until: datetime | None
    agents_met: int
    hands: list[Hand]
    priority: PriorityBehind
    repeated_description: bool
    promises: list[Explained]


async def hand_over_of(db: Session, conversation: Conversation) -> HandOver:
    """Everything for the next colleague, in a constant number of queries."""
    context = conversation.context or {}
    hands, priority = await ways_of(db, conversation)
    return HandOver(
        summary=conversation.summary,
        suggestion=await suggested_summary(db, conversation),
        order=context.get("order"),
        product=context.get("product"),
        verified_until=await verified_until(db, conversation.customer_id),
        agents_met=await agents_met(db, conversation.id),
        hands=hands,
        priority=priority,
        repeated_description=conversation.repeated_description,
        promises=await explained(
            db,
            SUBJECT,
            inbox=conversation.inbox_id,
            team=conversation.team_id,
            priority=conversation.priority,
        ),
    )


async def suggested_summary(db: Session, conversation: Conversation) -> str:
    """A first draft: what the customer began with and said last, and the order in view."""
    theirs = (
        select(Message.text)
        .where(
            Message.conversation_id == conversation.id,
            Message.sender_type == Sender.CUSTOMER,
            Message.kind == Kind.TEXT,
            Message.recalled_at.is_(None),
        )
        .limit(SAID_LINES)
    )
    first = (await db.scalars(theirs.order_by(Message.seq).limit(1))).all()
    last = (await db.scalars(theirs.order_by(Message.seq.desc()))).all()
    lines = [*first, *(line for line in reversed(last) if line not in first)]
    order = (conversation.context or {}).get("order") or {}
    if number := order.get("number") or order.get("id"):
        lines.insert(0, f"#{number}")
    return "\n".join(shortened(line) for line in lines)


def shortened(line: str) -> str:
    flat = " ".join(line.split())
    return flat if len(flat) <= LINE_CHARACTERS else flat[: LINE_CHARACTERS - 1] + "…"


async def agents_met(db: Session, conversation: UUID) -> int:
    """How many agents wrote to the customer here."""
    met = await db.scalar(
        select(func.count(func.distinct(Message.sender_id))).where(
            Message.conversation_id == conversation,
            Message.sender_type == Sender.AGENT,
            Message.kind != Kind.NOTE,
        )
    )
    return met or 0


# ------------------------------------------------------------------------- said again

HANDED_OVER = text(
    "select id from conversations "
    "where id = any(:ids) and transfers > 0 and not repeated_description"
)
SAID = text(
    "select conversation_id as id, text from messages where id = any(:messages) "
    "and sender_type = 'customer' and kind = 'text' and recalled_at is null"
)


async def mark_repetitions(db: Session, said: Mapping[UUID, UUID]) -> None:
    """Mark the conversations in which one of these messages repeats what was said before.

    `said` names the conversation of each message.
    """
    ids = list(set(said.values()))
    handed_over = set((await db.scalars(HANDED_OVER, {"ids": ids})).all())
    if not handed_over:
        return
    marked: set[UUID] = set()
    messages = [message for message, one in said.items() if one in handed_over]
    for row in await db.execute(SAID, {"messages": messages}):
        if row.id in marked or not is_telling(row.text):
            continue
        before = await said_before_transfer(db, row.id)
        if any(is_said_again(row.text, earlier) for earlier in before):
            marked.add(row.id)
            await mark(db, row.id)


async def said_before_transfer(db: Session, conversation: UUID) -> Sequence[str]:
    """What the customer had said, up to the last transfer."""
    last = (
        select(func.max(FactRow.details["seq"].as_integer()))
        .where(FactRow.conversation == conversation, FactRow.kind == "conversation.transferred")
        .scalar_subquery()
    )
    said = await db.scalars(
        select(Message.text)
        .where(
            Message.conversation_id == conversation,
            Message.seq < last,
            Message.sender_type == Sender.CUSTOMER,
            Message.kind == Kind.TEXT,
            Message.recalled_at.is_(None),
        )
        .order_by(Message.seq.desc())
        .limit(COMPARED)
    )
    return said.all()


async def mark(db: Session, conversation: UUID) -> None:
    row = await db.get(Conversation, conversation, with_for_update=True)
    if row is None or row.repeated_description:
        return
    row.repeated_description = True
    event = DescriptionRepeated(
        subject=row.id, conversation=row.id, customer=row.customer_id, transfers=row.transfers
    )
    await record(db, event)


def pairs_of(said: str) -> set[str]:
    """Neighbouring letters and signs, without spaces and punctuation."""
    letters = "".join(sign.lower() for sign in said if sign.isalnum())
    return {letters[at : at + 2] for at in range(len(letters) - 1)}


def is_telling(said: str) -> bool:
    """Whether it is long enough to describe something; a yes may be said twice."""
    return len(pairs_of(said)) >= LEAST_PAIRS


def is_said_again(said: str, earlier: str) -> bool:
    """Whether most of the one is in the other: 60 % of the shorter's pairs of letters."""
    one, other = pairs_of(said), pairs_of(earlier)
    shorter = min(len(one), len(other))
    return shorter >= LEAST_PAIRS and len(one & other) / shorter >= ALIKE
