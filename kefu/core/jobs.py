"""Jobs: work outside the transaction, kept as rows by PgQueuer until it is done.

A job is enqueued in the caller's transaction and runs at least once, after the commit. It is
tried again with growing pauses; what fails for good is kept, with its error, until somebody
runs it again.
"""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Awaitable, Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache, partial
from typing import Any, ParamSpec, TypeVar, cast

import orjson
import psycopg
from pgqueuer.adapters.persistence import qb
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.domain.settings import DBSettings, Durability
from pgqueuer.domain.types import Channel
from pgqueuer.ports.driver import Driver
from psycopg.rows import dict_row
from sqlalchemy import text

from kefu.core.clock import now
from kefu.core.db import Database, Session
from kefu.core.events import plain

Given = ParamSpec("Given")
Result = TypeVar("Result")

Payload = dict[str, Any]
Run = Callable[[Payload, Database], Awaitable[None]]

ATTEMPTS = 8
FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(minutes=15)
SCHEDULED = "schedule"

# Spelled out, so that no stray variable like CHANNEL or TRIGGER can rename them.
NAMES = DBSettings(
    prefix="",
    db_schema="jobs",
    channel=Channel("kefu_jobs"),
    function="fn_pgqueuer_changed",
    trigger="tg_pgqueuer_changed",
    queue_table="pgqueuer",
    queue_table_log="pgqueuer_log",
    statistics_table="pgqueuer_statistics",
    schedules_table="pgqueuer_schedules",
    queue_status_type="pgqueuer_status",
    durability=Durability.durable,
)


class GiveUp(Exception):
    """Raised by a job that no further attempt can help."""


@dataclass(frozen=True, slots=True)
class Job:
    """What a name in the queue stands for; `schedule` is a cron line, seconds as a sixth field."""

    name: str
    run: Run
    attempts: int
    first_pause: timedelta
    schedule: str | None = None

    def pause_after(self, failures: int) -> timedelta:
        """How long to wait after so many failures."""
        return min(self.first_pause * 2.0 ** min(failures - 1, 30), LONGEST_PAUSE)


JOBS: dict[str, Job] = {}


def job(
    name: str,
    *,
    attempts: int = ATTEMPTS,
    first_pause: timedelta = FIRST_PAUSE,
    schedule: str | None = None,
) -> Callable[[Run], Run]:
    """Run the function for each job of this name; and, with a schedule, enqueue one then."""

    def register(run: Run) -> Run:
        if name in JOBS:
            raise ValueError(f"Two jobs are called {name}.")
        JOBS[name] = Job(name, run, attempts, first_pause, schedule)
        return run

    return register


def every(*, minutes: int = 0, hours: int = 0) -> str:
    """A schedule at equal distances: divisors of an hour in minutes, or of a day in hours."""
    if minutes and not hours and 60 % minutes == 0:
        return f"*/{minutes} * * * *"
    if hours and not minutes and 24 % hours == 0:
        return f"0 */{hours} * * *"
    raise ValueError("Say minutes that divide an hour, or hours that divide a day.")


async def enqueue(
    db: Session,
    name: str,
    payload: Payload,
    *,
    key: str | None = None,
    at: datetime | None = None,
) -> bool:
    """Add a job to this transaction; false when one with this key waits or runs already."""
    wait = max(at - now(), timedelta()) if at else timedelta()
    ids = await queries_over(cast("Driver", SessionDriver(db))).enqueue(
        name,
        orjson.dumps(plain(payload), default=plain),
        execute_after=wait,
        dedupe_key=f"{name}:{key}" if key is not None else None,
        on_conflict="skip",
    )
    return ids[0] is not None


@dataclass(frozen=True, slots=True)
class FailedJob:
    """A job that is tried no more, with the error of its last attempt."""

    id: int
    name: str
    payload: Payload
    attempts: int
    created_at: datetime
    failed_at: datetime
    error: str | None


async def failed_jobs(
    db: Session, *, before: int | None = None, limit: int = 50
) -> list[FailedJob]:
    """Jobs that failed for good, the newest first."""
    rows = await db.execute(FAILED, {"before": before, "limit": limit})
    return [
        FailedJob(row.id, row.entrypoint, orjson.loads(row.payload or b"{}"), *row[3:])
        for row in rows
    ]


FAILED = text(
    "select q.id, q.entrypoint, q.payload, q.attempts + 1, q.created, q.updated, "
    "l.traceback->>'exception_type' || ': ' || (l.traceback->>'exception_message') "
    "from jobs.pgqueuer q left join lateral (select traceback from jobs.pgqueuer_log "
    "where job_id = q.id and status = 'failed' order by created desc limit 1) l on true "
    "where q.status = 'failed' and (cast(:before as bigint) is null or q.id < :before) "
    "order by q.id desc limit :limit"
)


async def run_again(db: Session, ids: list[int]) -> None:
    """Put failed jobs back, with all their attempts."""
    await SessionDriver(db).execute(qb.QueryQueueBuilder(NAMES).build_requeue_jobs_query(), ids)


class SessionDriver:
    """PgQueuer's statements inside the session's own transaction: its rollback takes them back.

    PgQueuer's own driver refuses every connection that does not commit by itself. Enqueuing asks
    a driver for no more than this.
    """

    def __init__(self, db: Session) -> None:
        self._db = db

    async def fetch(self, query: str, *args: object) -> list[dict[str, object]]:
        connection = await self._connection()
        cursor = psycopg.AsyncRawCursor(connection, row_factory=dict_row)
        await cursor.execute(query, args or None)
        return await cursor.fetchall()

    async def execute(self, query: str, *args: object) -> str:
        cursor = psycopg.AsyncRawCursor(await self._connection())
        await cursor.execute(query, args or None)
        return cursor.statusmessage or ""

    async def _connection(self) -> psycopg.AsyncConnection[Any]:
        raw = await (await self._db.connection()).get_raw_connection()
        connection = raw.driver_connection
        assert isinstance(connection, psycopg.AsyncConnection)
        return connection


def queries_over(driver: Driver) -> Queries:
    """PgQueuer's statements on our names."""
    return Queries(
        driver,
        qbe=qb.QueryBuilderEnvironment(NAMES),
        qbq=qb.QueryQueueBuilder(NAMES),
        qbs=qb.QuerySchedulerBuilder(NAMES),
    )


async def compute(
    function: Callable[Given, Result], *args: Given.args, **named: Given.kwargs
) -> Result:
    """Call a function in a process of its own: what computes leaves the event loop alone."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_processes(), partial(function, *args, **named))


@lru_cache(maxsize=1)
def _processes() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))
