"""Experience: one index over all channels, of a customer or of everybody (R031).

Four parts, each from 0 to 100 and each with its base: satisfaction (ratings, 1 as 0 and 5 as
100), promptness (promises kept of those that ran), continuity (conversations in which nothing had
to be said twice) and resolution (closed conversations that stayed closed). The index is the mean
of the parts that have a base.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kefu.conversations.model import Conversation, Inbox, Status
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.measures import Measured, absent, share
from kefu.promises import kept_and_broken

LOOKS_BACK = timedelta(days=365)
CONVERSATIONS_AT_MOST = 500
BEST_SCORE, WORST_SCORE = 5, 1


@dataclass(frozen=True, slots=True)
class Told:
    """What one conversation says about the experience."""

    channel: str
    score: int | None
    closed: bool
    reopened: bool
    repeated: bool
    kept: int
    broken: int


async def experience_of(db: Session, customer: UUID) -> Measured:
    """The index of one customer over the last year, its parts, and the same of each channel."""
    since = now() - LOOKS_BACK
    return by_channel(await told_in(db, customer=customer, since=since, until=now()))


async def told_in(
    db: Session, *, since: datetime, until: datetime, customer: UUID | None = None
) -> list[Told]:
    """What the conversations of this time say; of one customer at most the last 500."""
    query = (
        select(
            Conversation.id,
            Conversation.rating_score,
            Conversation.status,
            Conversation.reopened,
            Conversation.repeated_description,
            Inbox.channel,
        )
        .join(Inbox, Inbox.id == Conversation.inbox_id)
        .where(Conversation.created_at >= since, Conversation.created_at < until)
    )
    if customer is not None:
        query = (
            query.where(Conversation.customer_id == customer)
            .order_by(Conversation.created_at.desc())
            .limit(CONVERSATIONS_AT_MOST)
        )
    rows = (await db.execute(query)).all()
    promises = await kept_and_broken(db, [row.id for row in rows])
    return [told_by(row, promises.get(row.id, (0, 0))) for row in rows]


def told_by(row: Any, promises: tuple[int, int]) -> Told:
    return Told(
        channel=row.channel,
        score=row.rating_score,
        closed=row.status == Status.CLOSED,
        reopened=row.reopened > 0,
        repeated=row.repeated_description,
        kept=promises[0],
        broken=promises[1],
    )


def by_channel(told: Sequence[Told]) -> Measured:
    """The index of all, whose parts are its four components and the index of each channel."""
    channels = {
        f"channel.{channel}": index_of([one for one in told if one.channel == channel])
        for channel in sorted({one.channel for one in told})
    }
    whole = index_of(told)
    return Measured(
        whole.value, whole.numerator, whole.denominator, whole.reason, whole.parts | channels
    )


def index_of(told: Sequence[Told]) -> Measured:
    """The mean of the components that have a base; numerator and denominator are theirs."""
    parts = components(told)
    values = [part.value for part in parts.values() if part.value is not None]
    if not values:
        return replace(absent(), parts=parts)
    return Measured(sum(values) / len(values), sum(values), len(values), parts=parts)


def components(told: Iterable[Told]) -> dict[str, Measured]:
    scores = [one.score for one in told if one.score is not None]
    kept, broken = sum(one.kept for one in told), sum(one.broken for one in told)
    closed = [one for one in told if one.closed]
    everything = list(told)
    return {
        "satisfaction": share(
            sum(score - WORST_SCORE for score in scores), len(scores) * (BEST_SCORE - WORST_SCORE)
        ),
        "promptness": share(kept, kept + broken),
        "continuity": share(sum(not one.repeated for one in everything), len(everything)),
        "resolution": share(sum(not one.reopened for one in closed), len(closed)),
    }
