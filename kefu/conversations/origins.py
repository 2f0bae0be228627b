"""Origins: why a message is there: who wrote it, scheduled it, or which rule or notice it is.

Customers never see it. A capability above that writes into conversations says where its own come
from:

    @explains_messages
    async def notice_behind(db, message) -> Origin | None: ...
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kefu.conversations.model import Conversation, Kind, Message, Sender
from kefu.conversations.model_tools import ScheduledMessage
from kefu.core.db import Session
from kefu.core.events import FactRow
from kefu.workflows import RuleBehind, SetOff, rules_behind, set_off_by

CUSTOMER, AGENT, SCHEDULED = "customer", "agent", "scheduled"
RULE, NOTICE, EVENT, UNKNOWN = "rule", "notice", "event", "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a message comes from; `about` holds ids, names of things and times, by kind.

    `decided_at` is when it was decided that it goes out: scheduled, or worded.
    """

    kind: str
    by: UUID | None = None
    decided_at: datetime | None = None
    due_at: datetime | None = None
    rule: RuleBehind | None = None
    set_off: SetOff | None = None
    about: dict[str, Any] = field(default_factory=dict)


Explain = Callable[[Session, Message], Awaitable[Origin | None]]
EXPLAINERS: list[Explain] = []


def explains_messages(explain: Explain) -> Explain:
    """Ask the function about messages that no person typed here."""
    EXPLAINERS.append(explain)
    return explain


async def origin_of(db: Session, conversation: Conversation, message: Message) -> Origin:
    """Who or what let this message be written."""
    if message.sender_type == Sender.CUSTOMER:
        return Origin(kind=CUSTOMER)
    if message.sender_type == Sender.AGENT:
        scheduled = await scheduled_as(db, conversation.id, message.id)
        return scheduled or Origin(kind=AGENT, by=message.sender_id)
    for explain in EXPLAINERS:
        if found := await explain(db, message):
            return found
    if ruled := await rule_of(db, message):
        return ruled
    if message.kind == Kind.SYSTEM:
        return Origin(kind=EVENT, about={"code": (message.content or {}).get("code")})
    return Origin(kind=UNKNOWN)


async def scheduled_as(db: Session, conversation: UUID, message: UUID) -> Origin | None:
    row = await db.scalar(
        select(ScheduledMessage).where(
            ScheduledMessage.conversation_id == conversation,
            ScheduledMessage.message_id == message,
        )
    )
    if row is None:
        return None
    return Origin(kind=SCHEDULED, by=row.agent_id, decided_at=row.created_at, due_at=row.due_at)


async def rule_of(db: Session, message: Message) -> Origin | None:
    """The rule that its fact names: both have the same moment, by which a fact is found."""
    cause = await db.scalar(
        select(FactRow.cause).where(
            FactRow.at == message.at,
            FactRow.conversation == message.conversation_id,
            FactRow.details["message"].astext == str(message.id),
            FactRow.cause.is_not(None),
        )
    )
    rule = (await rules_behind(db, [cause]))[0]
    if rule is None:
        return None
    set_off = await set_off_by(db, rule.id, subject=message.conversation_id, at=message.at)
    return Origin(kind=RULE, rule=rule, set_off=set_off)
