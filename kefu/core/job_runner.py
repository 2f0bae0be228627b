"""The runner of jobs and their schedules; a worker process has one, any number may run."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Self

import orjson
import psycopg
import structlog
from pgqueuer import PgQueuer
from pgqueuer.adapters.drivers.psycopg import PsycopgDriver
from pgqueuer.core.executors import EntrypointExecutor, EntrypointExecutorParameters
from pgqueuer.domain.errors import FailingListenerError, RetryRequested
from pgqueuer.domain.models import Context, Schedule
from pgqueuer.domain.models import Job as Row
from pgqueuer.ports.driver import NotifyCallback
from prometheus_client import Counter, Histogram
from sqlalchemy import text
from sqlalchemy.exc import InterfaceError, OperationalError

from kefu.core.clock import now
from kefu.core.db import Database
from kefu.core.jobs import JOBS, NAMES, SCHEDULED, GiveUp, Job, Payload, enqueue, job, queries_over
from kefu.core.metrics import LATENCIES

log = structlog.get_logger(__name__)
BATCH = 5
AT_ONCE = 10
GRACE_SECONDS = 10.0
AWAY = (psycopg.OperationalError, OperationalError, InterfaceError, OSError, FailingListenerError)

KEPT = timedelta(days=3)
FORGOTTEN = 5000
# The log of a job that is still held says why it failed.
FORGET = [
    text(
        "delete from jobs.pgqueuer_log where id in (select l.id from jobs.pgqueuer_log l "
        "where l.created < :until and not exists "
        "(select from jobs.pgqueuer q where q.id = l.job_id) "
        "order by l.id limit :limit) returning id"
    ),
    text(
        "delete from jobs.pgqueuer_statistics where id in (select id from "
        "jobs.pgqueuer_statistics where created < :until order by id limit :limit) returning id"
    ),
]

JOBS_RUN = Counter("kefu_jobs", "Attempts at jobs, by outcome", ["job", "outcome"])
JOB_SECONDS = Histogram("kefu_job_seconds", "Time of an attempt", ["job"], buckets=LATENCIES)


def is_news(record: logging.LogRecord) -> bool:
    """PgQueuer logs every failure with its frames; one that a job foresaw has its line already."""
    return not (record.exc_info and isinstance(record.exc_info[1], GiveUp))


class JobRunner:
    """Takes jobs in batches and runs them beside each other in this process's event loop."""

    def __init__(self, database: Database, *, heartbeat: timedelta = timedelta(seconds=30)) -> None:
        self._database = database
        self._heartbeat = heartbeat

    async def run(self) -> None:
        """Run jobs for ever; a database that is away is waited for.

        When it is cancelled no new job is taken and those that run get some seconds to end. One
        that is cut off goes back to the queue, one that is killed returns after the heartbeat.
        """
        logging.getLogger("pgqueuer").addFilter(is_news)
        while True:
            try:
                await self._serve()
            except AWAY as error:
                log.warning("jobs_wait", error=str(error)[:200])
            await asyncio.sleep(1)

    async def _serve(self) -> None:
        async with AsyncExitStack() as stack:
            hands = await stack.enter_async_context(await self._database.connection())
            ears = await stack.enter_async_context(await self._database.connection())
            queuer = self._queuer(TwoConnections(hands, ears))
            work = asyncio.create_task(
                queuer.run(
                    batch_size=BATCH,
                    max_concurrent_tasks=AT_ONCE,
                    heartbeat_timeout=self._heartbeat,
                    dequeue_timeout=timedelta(seconds=2),
                    shutdown_on_listener_failure=True,
                )
            )
            try:
                await asyncio.shield(work)
            finally:
                queuer.shutdown.set()
                await asyncio.wait({work}, timeout=GRACE_SECONDS)

    def _queuer(self, driver: PsycopgDriver) -> PgQueuer:
        queuer = PgQueuer(driver, channel=NAMES.channel, queries=queries_over(driver))
        for known in JOBS.values():
            queuer.entrypoint(
                known.name, on_failure="hold", executor_factory=Attempts.of(known, self._database)
            )(nothing)
            if known.schedule:
                queuer.schedule(known.name, known.schedule)(self._enqueuing(known))
        return queuer

    def _enqueuing(self, job: Job) -> Callable[[Schedule], Awaitable[None]]:
        async def enqueue_it(_: Schedule) -> None:
            async with self._database.transaction() as db:
                await enqueue(db, job.name, {}, key=SCHEDULED)

        return enqueue_it


@job("jobs.forget", schedule="20 3 * * *")
async def forget(_: Payload, database: Database) -> None:
    """Drop the log of what was done long ago, some at a time; failed jobs themselves stay."""
    values = {"until": now() - KEPT, "limit": FORGOTTEN}
    for statement in FORGET:
        dropped = FORGOTTEN
        while dropped == FORGOTTEN:
            async with database.transaction() as db:
                dropped = len((await db.execute(statement, values)).all())


async def nothing(_: Row) -> None:
    """What PgQueuer registers; the executor below does the work."""


@dataclass
class Attempts(EntrypointExecutor):
    """One attempt at a job; a failure asks for the next one as long as there is one."""

    job: Job
    database: Database

    @classmethod
    def of(cls, job: Job, database: Database) -> Callable[[EntrypointExecutorParameters], Attempts]:
        return lambda parameters: cls(parameters, job=job, database=database)

    async def execute(self, job: Row, context: Context) -> None:  # noqa: ARG002 - PgQueuer's call
        began = time.perf_counter()
        outcome = "done"
        try:
            await self.job.run(orjson.loads(job.payload or b"{}"), self.database)
        except asyncio.CancelledError as stopped:
            outcome = "stopped"
            raise RetryRequested(timedelta(), "The worker was stopped.") from stopped
        except Exception as error:
            failures = job.attempts + 1
            if isinstance(error, GiveUp) or failures >= self.job.attempts:
                outcome = "failed"
                if isinstance(error, GiveUp):
                    log.warning("job_given_up", job=self.job.name, reason=str(error)[:300])
                raise
            outcome = "again"
            log.warning("job_again", job=self.job.name, failures=failures, error=repr(error)[:300])
            raise RetryRequested(self.job.pause_after(failures), repr(error)[:500]) from error
        finally:
            JOBS_RUN.labels(self.job.name, outcome).inc()
            JOB_SECONDS.labels(self.job.name).observe(time.perf_counter() - began)


Connection = psycopg.AsyncConnection[tuple[Any, ...]]


class TwoConnections(PsycopgDriver):
    """PgQueuer's driver with a second connection that only listens.

    On one connection a statement waits, up to a second, until listening pauses.
    """

    def __init__(self, hands: Connection, ears: Connection) -> None:
        super().__init__(hands)
        self._ears = PsycopgDriver(ears)

    async def add_listener(self, channel: str, callback: NotifyCallback) -> None:
        await self._ears.add_listener(channel, callback)

    async def remove_listener(self, channel: str, callback: NotifyCallback) -> None:
        await self._ears.remove_listener(channel, callback)

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        await self._ears.__aenter__()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._ears.__aexit__(*error)
        await super().__aexit__(*error)
