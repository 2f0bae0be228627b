"""Talk: counts over what customers write, added up per conversation; no words are kept here."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson
from sqlalchemy import func, select, text

from kefu.core.db import Session
from kefu.customers.model_portraits import Talk

COUNTS = (
    "messages",
    "characters",
    "questions",
    "technical",
    "pressing",
    "warm",
    "morning",
    "afternoon",
    "evening",
    "night",
)

ADD = text(
    f"insert into customer_talk (id, customer_id, channel, last_at, {', '.join(COUNTS)}) "  # noqa: S608 - our own column names
    f"select conversation, customer, channel, last_at, {', '.join(COUNTS)} "
    "from jsonb_to_recordset(cast(:rows as jsonb)) as counted(conversation uuid, customer uuid, "
    f"channel text, last_at timestamptz, {', '.join(f'{name} bigint' for name in COUNTS)}) "
    "order by conversation on conflict (id) do update set "
    "last_at = greatest(customer_talk.last_at, excluded.last_at), "
    + ", ".join(f"{name} = customer_talk.{name} + excluded.{name}" for name in COUNTS)
)


@dataclass(slots=True)
class TalkCount:
    """What is to be added for one conversation; hours are those where the shop is."""

    conversation: UUID
    customer: UUID
    channel: str
    last_at: datetime
    messages: int = 0
    characters: int = 0
    questions: int = 0
    technical: int = 0
    pressing: int = 0
    warm: int = 0
    morning: int = 0
    afternoon: int = 0
    evening: int = 0
    night: int = 0


async def add_talk(db: Session, counts: Sequence[TalkCount]) -> None:
    """Add to what was counted, in one statement that is the same for any number."""
    if counts:
        rows = orjson.dumps(sorted(counts, key=lambda one: one.conversation)).decode()
        await db.execute(ADD, {"rows": rows})


@dataclass(slots=True)
class Totals:
    """All talk of one customer; `channels` counts messages by channel."""

    counts: dict[str, int]
    channels: dict[str, int]


async def totals_of(db: Session, customers: Collection[UUID]) -> dict[UUID, Totals]:
    """The sums over all conversations of each customer, by one query."""
    rows = await db.execute(
        select(
            Talk.customer_id,
            Talk.channel,
            *[func.sum(getattr(Talk, name)).label(name) for name in COUNTS],
        )
        .where(Talk.customer_id.in_(customers))
        .group_by(Talk.customer_id, Talk.channel)
    )
    found: dict[UUID, Totals] = {}
    for row in rows:
        totals = found.setdefault(row.customer_id, Totals(dict.fromkeys(COUNTS, 0), {}))
        totals.channels[row.channel] = int(row.messages)
        for name in COUNTS:
            totals.counts[name] += int(getattr(row, name))
    return found
