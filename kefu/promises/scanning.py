"""Scanning: clocks whose time has come are found by an index and fired, each once."""

from __future__ import annotations

import asyncio
from datetime import datetime

import structlog
from prometheus_client import Counter, Histogram
from sqlalchemy import text
from sqlalchemy.exc import InterfaceError, OperationalError

from kefu.core.clock import now
from kefu.core.db import Database, Session
from kefu.core.events import record
from kefu.core.metrics import LATENCIES
from kefu.promises.clocks import COLUMNS, Clock
from kefu.promises.events import ClockDue, ClockEvent, ClockWarned, PromiseBroken

log = structlog.get_logger(__name__)
BATCH = 200
LONGEST_PAUSE = 1.0
SHORTEST_PAUSE = 0.05

# The moment kept in the row may be too early: a clock that started again or stopped keeps it, so
# that talk rewrites no index entry. Such a clock is only put to its moment, nothing is said of it.
# A clock that is found only after its due time (nobody scanned) is not warned of any more.
FIRE = text(
    "with due as (select id, stopped_at is null and paused_at is null as runs, "  # noqa: S608
    "case when warn_at is not null and warned_at is null then warn_at else due_at end as moment "
    "from clocks where fires_at <= :now order by fires_at limit :limit for update skip locked), "
    "looked as (update clocks c set fires_at = case when d.runs then d.moment end from due d "
    "where c.id = d.id and not (d.runs and d.moment <= :now)), "
    "fired as (update clocks c set "
    "warned_at = case when c.due_at > :now then cast(:now as timestamptz) else c.warned_at end, "
    "broken_at = case when c.due_at <= :now then cast(:now as timestamptz) end, "
    "broken = c.broken + (c.due_at <= :now and c.policy is not null)::int, "
    "fires_at = case when c.due_at > :now then c.due_at end "
    "from due d where c.id = d.id and d.runs and d.moment <= :now "
    f"returning {', '.join(f'c.{name}' for name in COLUMNS)}) "
    f"select (select count(*) from due), {', '.join(COLUMNS)} from (select) as always "
    "left join fired on true"
)
NEXT = text("select min(fires_at) from clocks where fires_at is not null")


FIRED = Counter("kefu_clocks_fired", "Clocks whose time had come, by what was said", ["kind"])
LATE = Histogram("kefu_clock_late_seconds", "From due to fired", buckets=LATENCIES)


async def scan(db: Session, limit: int = BATCH) -> int:
    """Fire those clocks that are due, in the order they were; returns how many."""
    _, fired = await look(db, limit)
    return fired


async def look(db: Session, limit: int) -> tuple[int, int]:
    """Look at up to `limit` clocks and fire those that are due: how many of each."""
    rows = (await db.execute(FIRE, {"now": now(), "limit": limit})).all()
    fired = [Clock(*row[1:]) for row in rows if row.id is not None]
    for clock in sorted(fired, key=lambda clock: clock.due_at):
        event = said_of(clock)
        await record(db, event)
        FIRED.labels(event.kind).inc()
        if clock.broken_at:
            LATE.observe((clock.broken_at - clock.due_at).total_seconds())
    return rows[0][0], len(fired)


def said_of(clock: Clock) -> ClockEvent:
    if clock.broken_at is None:
        return clock.event(ClockWarned)
    return clock.event(PromiseBroken if clock.policy else ClockDue)


class Scanner:
    """Scans for ever in the worker; any number may run, in any number of processes."""

    def __init__(self, database: Database, *, batch: int = BATCH) -> None:
        self._database = database
        self._batch = batch

    async def run(self) -> None:
        """Fire what is due; a database that is away is waited for."""
        while True:
            try:
                looked = await self.step()
                pause = 0.0 if looked == self._batch else await self._until_next()
            except (OperationalError, InterfaceError, OSError) as error:
                log.warning("scanner_waits", error=str(error)[:200])
                pause = LONGEST_PAUSE
            await asyncio.sleep(pause)

    async def step(self) -> int:
        """One pass in its own transaction; returns at how many clocks it looked."""
        async with self._database.transaction() as db:
            looked, _ = await look(db, self._batch)
        return looked

    async def _until_next(self) -> float:
        async with self._database.transaction() as db:
            following: datetime | None = await db.scalar(NEXT)
        if following is None:
            return LONGEST_PAUSE
        left = (following - now()).total_seconds()
        return min(max(left, SHORTEST_PAUSE), LONGEST_PAUSE)
