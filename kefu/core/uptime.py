"""Uptime: since when each kind of process has been answering, so that a gap is seen (R420).

Each process says every few seconds that it lives; one row is one stretch without a gap. Two
processes of one kind share a stretch: the kind is up while one of them is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import BigInteger, Identity, Index, Text, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Mapped, mapped_column

from kefu.core.clock import now
from kefu.core.db import Base, Database, Session

log = structlog.get_logger(__name__)
EVERY = timedelta(seconds=5)
SILENCE = timedelta(seconds=15)
PROCESSES = ("web", "worker")


class Uptime(Base):
    """A stretch of time in which processes of this kind answered."""

    __tablename__ = "uptimes"
    __table_args__ = (Index("ix_uptimes_process_until", "process", "until"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    process: Mapped[str] = mapped_column(Text)
    since: Mapped[datetime]
    until: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Stretch:
    """From when to when."""

    since: datetime
    until: datetime

    @property
    def seconds(self) -> float:
        return (self.until - self.since).total_seconds()


async def keep_alive(database: Database, process: str) -> None:
    """Say for ever that this process lives."""
    while True:
        try:
            async with database.transaction() as db:
                await say_alive(db, process)
        except (DBAPIError, OSError) as error:
            log.warning("uptime_not_noted", error=str(error)[:200])
        await asyncio.sleep(EVERY.total_seconds())


async def say_alive(db: Session, process: str) -> None:
    """Lengthen the last stretch; after a silence a new one begins."""
    at = now()
    await db.execute(text("select pg_advisory_xact_lock(hashtext(:name))"), {"name": process})
    last = (
        select(func.max(Uptime.id))
        .where(Uptime.process == process, Uptime.until >= at - SILENCE)
        .scalar_subquery()
    )
    lengthened = await db.execute(
        update(Uptime)
        .where(Uptime.id == last)
        .values(until=func.greatest(Uptime.until, at))
        .returning(Uptime.id)
    )
    if lengthened.first() is None:
        await db.execute(insert(Uptime).values(process=process, since=at, until=at))


async def stretches(db: Session, process: str, since: datetime, until: datetime) -> list[Stretch]:
    """When processes of this kind were up, clipped to this time, oldest first."""
    rows = await db.execute(
        select(Uptime.since, Uptime.until)
        .where(Uptime.process == process, Uptime.until > since, Uptime.since < until)
        .order_by(Uptime.since)
    )
    return [Stretch(max(began, since), min(ended, until)) for began, ended in rows]


async def first_seen(db: Session, process: str) -> datetime | None:
    """When a process of this kind said for the first time that it lives."""
    found: datetime | None = await db.scalar(
        select(func.min(Uptime.since)).where(Uptime.process == process)
    )
    return found


def gaps_between(up: Sequence[Stretch], since: datetime, until: datetime) -> list[Stretch]:
    """When it was down; what is shorter than the silence that is allowed for does not count."""
    edges = [since, *(edge for one in up for edge in (one.since, one.until)), until]
    found = [Stretch(edges[at], edges[at + 1]) for at in range(0, len(edges), 2)]
    return [gap for gap in found if gap.seconds > SILENCE.total_seconds()]


async def downtimes(
    db: Session, process: str, since: datetime, until: datetime
) -> tuple[float, list[Stretch]]:
    """Seconds that count, from the first sign of life on, and the gaps in them."""
    begun = await first_seen(db, process)
    if begun is None or begun >= until:
        return 0.0, []
    since = max(since, begun)
    up = await stretches(db, process, since, until)
    return (until - since).total_seconds(), gaps_between(up, since, until)
