"""Sending: every message is checked, joins a batch, and is acknowledged once it is durable."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import psycopg
import structlog

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

Done = Callable[[Outgoing, Stored | Refusal], None]


class Sending:
    """The message batcher of a web process.

    While one batch commits, the next gathers; a lone message waits for nothing. Messages that
    the statement does not take (status changes, locked rows) go alone, each in its transaction.
    """

    def __init__(self, database: Database, realtime: Realtime) -> None:
        self._database = database
        self._realtime = realtime
        self._queue: list[tuple[Outgoing, Done, float]] = []
        self._awake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._alone: set[asyncio.Task[None]] = set()
        self._connection: psycopg.AsyncConnection[tuple[Any, ...]] | None = None
        self.on_away: Callable[[bool], None] = lambda _: None

    async def start(self) -> None:
        """Begin to take messages."""
        self._task = asyncio.create_task(self._run(), name="sending")

    async def stop(self) -> None:
        """Commit what waits, then end."""
        deadline = time.monotonic() + 5
        while (self._queue or self._alone) and time.monotonic() < deadline:
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
                except asyncio.CancelledError:
                    raise
                except Exception as error:  # noqa: BLE001 - the path itself must never die
                    log.error("batch_failed", exc_info=error)
                    self._each_alone(batch)

    def _next_batch(self) -> list[tuple[Outgoing, Done, float]]:
        """The next messages; one that repeats an id of this batch waits for the next."""
        taken, rest, seen = [], [], set()
        for item in self._queue[:BATCH]:
            if item[0].id in seen:
                rest.append(item)
            else:
                seen.add(item[0].id)
                taken.append(item)
        self._queue[:BATCH] = rest
        return taken

    async def _flush(self, batch: list[tuple[Outgoing, Done, float]]) -> None:
        try:
            if self._connection is None or self._connection.closed:
                self._connection = await self._database.connection()
                self.on_away(False)
            results = await store(self._connection, [item[0] for item in batch])
        except (psycopg.OperationalError, psycopg.InterfaceError, OSError) as error:
            await self._wait_for_database(batch, error)
            return
        except psycopg.Error as error:
            log.warning("batch_one_by_one", error=str(error)[:300])
            self._each_alone(batch)
            return
        self._settle(batch, results)

    async def _wait_for_database(
        self, batch: list[tuple[Outgoing, Done, float]], error: Exception
    ) -> None:
        """Put the batch back: sending it again is safe, the ids are the clients' own."""
        log.warning("database_away", waiting=len(batch), error=str(error)[:200])
        self._queue[:0] = batch
        self.on_away(True)
        if self._connection is not None:
            await self._connection.close()
            self._connection = None
        self._awake.set()
        await asyncio.sleep(RETRY_SECONDS)

    def _settle(self, batch: list[tuple[Outgoing, Done, float]], results: list[Stored]) -> None:
        moment = time.perf_counter()
        pushes: list[Push] = []
        stored = 0
        for item, result in zip(batch, results, strict=True):
            message, done, since = item
            verdict = result.verdict
            if verdict == "new":
                stored += 1
                SEND_SECONDS.observe(moment - since)
                pushes.append(message_push(message, result))
                done(message, result)
            elif verdict == "known":
                done(message, result)
            elif verdict in ("slow", "absent"):
                self._alone_later(item)
            else:
                done(message, refusal_for(verdict))
        if stored:
            SENDS.inc(stored)
            BATCH_SIZE.observe(stored)
            self._realtime.wake("facts")
        if pushes:
            task = asyncio.ensure_future(self._realtime.publish(pushes))
            self._alone.add(task)
            task.add_done_callback(self._alone.discard)

    def _each_alone(self, batch: list[tuple[Outgoing, Done, float]]) -> None:
        for item in batch:
            self._alone_later(item)

    def _alone_later(self, item: tuple[Outgoing, Done, float]) -> None:
        task = asyncio.create_task(self._send_alone(item))
        self._alone.add(task)
        task.add_done_callback(self._alone.discard)

    async def _send_alone(self, item: tuple[Outgoing, Done, float]) -> None:
        message, done, _ = item
        try:
            result = await send_slowly(self._database, message)
        except Refusal as refusal:
            done(message, refusal)
            return
        except Exception as error:  # noqa: BLE001 - whatever it was, the sender must hear of it
            await self._alone_failed(item, error)
            return
        if result.verdict == "new":
            SENDS.inc()
            await self._realtime.publish([message_push(message, result)])
        done(message, result)

    async def _alone_failed(self, item: tuple[Outgoing, Done, float], error: Exception) -> None:
        original = getattr(error, "orig", error)
        if isinstance(original, psycopg.OperationalError | psycopg.InterfaceError | OSError):
            self.on_away(True)
            await asyncio.sleep(RETRY_SECONDS)
            self._queue.append(item)
            self._awake.set()
            return
        log.error("message_failed", exc_info=error)
        item[1](item[0], Refusal("The message could not be stored.", code="not_stored"))


def refusal_for(verdict: str) -> Refusal:
    """Why the statement did not take a message."""
    if verdict == "foreign":
        return Conflict("This message id was used already.", field="id", code="id_taken")
    if verdict == "blocked":
        return Forbidden("This conversation does not take messages from you.", code="blocked")
    return NotFound("There is no such conversation.", field="conversation")
