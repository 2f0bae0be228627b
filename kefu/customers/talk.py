"""Talk: counts over what customers write, added up per conversation; no words are kept here."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

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
    """Add to what was counted, in one statement."""
    if not counts:
        return
    names = {"conversation": "id", "customer": "customer_id"}
    rows = [
        {names.get(one.name, one.name): getattr(count, one.name) for one in fields(TalkCount)}
        for count in sorted(counts, key=lambda one: one.conversation)
    ]
    adding = insert(Talk).values(rows)
    sums: dict[str, Any] = {name: getattr(Talk, name) + adding.excluded[name] for name in COUNTS}
    sums["last_at"] = func.greatest(Talk.last_at, adding.excluded.last_at)
    await db.execute(adding.on_conflict_do_update(index_elements=["id"], set_=sums))


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
