"""Sending: every message is checked, joins a batch, and is acknowledged once it is durable."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import Any
from uuid import UUID

import psycopg
import structlog
from sqlalchemy.exc import TimeoutError as PoolTimeout

from kefu.conversations.batch import Outgoing, Stored, store
from kefu.conversations.forced import send_slowly
from kefu.conversations.messages import message_push
from kefu.core.db import Database
from kefu.core.errors import Conflict, Forbidden, NotFound, Refusal, Unavailable
from kefu.core.metrics import BATCH_SIZE, SEND_SECONDS, SENDS
from kefu.core.realtime import Push, Realtime

log = structlog.get_logger(__name__)
BATCH = 400
QUEUE = 20_000
RETRY_SECONDS = 0.3

ALONE_AT_ONCE = 4
LOCKED_SECONDS = 0.003
SILENT_SECONDS = 3.0
AWAY = (psycopg.OperationalError, psycopg.InterfaceError, OSError)

Done = Callable[[Outgoing, Stored | Refusal], None]
Item = tuple[Outgoing, Done, float]


class Sending:
    """The message batcher of a web process.

    While one batch commits, the next gathers; a lone message waits for nothing. A message whose
    conversation is locked just now joins the next batch; one that changes its conversation's
    status goes alone, in a transaction of its own, and those behind it wait for it.
    """

    def __init__(self, database: Database, realtime: Realtime) -> None:
        self._database = database
        self._realtime = realtime
        self._queue: list[Item] = []
        self._awake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._alone: dict[UUID, deque[Item]] = {}
        self._tasks: set[asyncio.Future[None]] = set()
        self._few = asyncio.Semaphore(ALONE_AT_ONCE)
        self._connection: psycopg.AsyncConnection[tuple[Any, ...]] | None = None
        self._is_away = False
        self.on_away: Callable[[bool], None] = lambda _: None

    async def start(self) -> None:
        """Begin to take messages."""
        self._task = asyncio.create_task(self._run(), name="sending")

    async def stop(self) -> None:
        """Commit what waits, then end."""
        deadline = time.monotonic() + 5
        while (self._queue or self._tasks) and time.monotonic() < deadline:  # noqa: ASYNC110 - at the end
            await asyncio.sleep(0.02)
        if self._task is not None:
            self._task.cancel()
        if self._connection is not None:
            await self._connection.close()

    def submit(self, message: Outgoing, done: Done) -> None:
        """Queue a checked message; `done` is called once it is durable or refused."""
        if len(self._queue) >= QUEUE:
            done(message, Unavailable("Too many messages wait just now.", code="busy"))
            return
        self._queue.append((message, done, time.perf_counter()))
        self._awake.set()

    async def send(self, message: Outgoing) -> Stored:
        """Send and wait until it is durable; raises the refusal."""
        future: asyncio.Future[Stored | Refusal] = asyncio.get_running_loop().create_future()

        def done(_: Outgoing, result: Stored | Refusal) -> None:
            if not future.done():
                future.set_result(result)

        self.submit(message, done)
        result = await future
        if isinstance(result, Refusal):
            raise result
        return result

    async def _run(self) -> None:
        while True:
            await self._awake.wait()
            self._awake.clear()
            while self._queue:
                batch = self._next_batch()
                try:
                    await self._flush(batch)
                except Exception:
                    log.exception("batch_failed")
                    self._each_alone(batch)

    def _next_batch(self) -> list[Item]:
        """The next messages; a repeated id waits for the next batch, whoever must wait waits."""
        taken: list[Item] = []
        later: list[Item] = []
        seen: set[UUID] = set()
        for item in self._queue[:BATCH]:
            if item[0].conversation in self._alone:
                self._alone[item[0].conversation].append(item)
            elif item[0].id in seen:
                later.append(item)
            else:
                seen.add(item[0].id)
                taken.append(item)
        self._queue[:BATCH] = later
        return taken

    async def _flush(self, batch: list[Item]) -> None:
        if not batch:
            return
        try:
            if self._connection is None or self._connection.closed:
                self._connection = await self._database.connection()
            results = await self._stored(self._connection, [item[0] for item in batch])
        except AWAY as error:
            await self._wait_for_database(batch, error)
            return
        except psycopg.Error as error:
            log.warning("batch_one_by_one", error=str(error)[:300])
            self._each_alone(batch)
            return
        if not self._settle(batch, results):
            await asyncio.sleep(LOCKED_SECONDS)

    async def _stored(
        self, connection: psycopg.AsyncConnection[tuple[Any, ...]], batch: list[Outgoing]
    ) -> list[Stored]:
        """Store a batch; a database that says nothing for some seconds counts as away."""
        silence = asyncio.get_running_loop().call_later(SILENT_SECONDS, self._say_away, True)
        try:
            results = await store(connection, batch)
        finally:
            silence.cancel()
        self._say_away(False)
        return results

    def _say_away(self, away: bool) -> None:  # noqa: FBT001 - what call_later hands on
        if away != self._is_away:
            self._is_away = away
            self.on_away(away)

    async def _wait_for_database(self, batch: list[Item], error: Exception) -> None:
        """Put the batch back: sending it again is safe, the ids are the clients' own."""
        log.warning("database_away", waiting=len(batch), error=str(error)[:200])
        self._queue[:0] = batch
        self._say_away(True)
        if self._connection is not None:
            await self._connection.close()
            self._connection = None
        self._awake.set()
        await asyncio.sleep(RETRY_SECONDS)

    def _settle(self, batch: list[Item], results: list[Stored]) -> bool:
        """Answer each sender and tell the watchers; false when every conversation was locked."""
        moment = time.perf_counter()
        pushes: list[Push] = []
        locked: list[Item] = []
        for item, result in zip(batch, results, strict=True):
            message, done, since = item
            if result.verdict == "new":
                SEND_SECONDS.observe(moment - since)
                pushes.append(message_push(message, result))
                done(message, result)
            elif result.verdict == "locked":
                locked.append(item)
            elif result.verdict == "slow":
                self._send_alone(item)
            else:
                self._answer(item, result)
        self._queue[:0] = locked
        if pushes:
            SENDS.inc(len(pushes))
            BATCH_SIZE.observe(len(pushes))
            self._realtime.wake("facts")
            self._keep(asyncio.ensure_future(self._realtime.publish(pushes)))
        return len(locked) < len(batch)

    def _answer(self, item: Item, result: Stored) -> None:
        message, done, _ = item
        done(message, result if result.verdict == "known" else refusal_for(result.verdict))

    def _each_alone(self, batch: list[Item]) -> None:
        for item in batch:
            self._send_alone(item)

    def _send_alone(self, item: Item) -> None:
        """Let one message go alone; others of its conversation line up behind it."""
        conversation = item[0].conversation
        if conversation in self._alone:
            self._alone[conversation].append(item)
            return
        self._alone[conversation] = deque([item])
        self._keep(asyncio.ensure_future(self._line(conversation)))

    def _keep(self, task: asyncio.Future[None]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _line(self, conversation: UUID) -> None:
        """Send what stands in a conversation's line, one after the other."""
        line = self._alone[conversation]
        while line:
            async with self._few:
                if await self._one(line[0]):
                    line.popleft()
                    continue
            self._say_away(True)
            await asyncio.sleep(RETRY_SECONDS)
        del self._alone[conversation]

    async def _one(self, item: Item) -> bool:
        """One message in its own transaction; false when the database is away."""
        message, done, _ = item
        try:
            result = await send_slowly(self._database, message)
        except Refusal as refusal:
            done(message, refusal)
            return True
        except Exception as error:
            if isinstance(error, PoolTimeout) or isinstance(getattr(error, "orig", error), AWAY):
                log.warning("message_waits", error=str(error)[:200])
                return False
            log.exception("message_failed")
            done(message, Refusal("The message could not be stored.", code="not_stored"))
            return True
        self._say_away(False)
        if result.verdict == "new":
            SENDS.inc()
            await self._realtime.publish([message_push(message, result)])
        done(message, result)
        return True


def refusal_for(verdict: str) -> Refusal:
    """Why the statement did not take a message."""
    if verdict == "foreign":
        return Conflict("This message id was used already.", field="id", code="id_taken")
    if verdict == "blocked":
        return Forbidden("This conversation does not take messages from you.", code="blocked")
    return NotFound("There is no such conversation.", field="conversation")
