"""Real time over Redis publish/subscribe, for processes on many machines."""

from __future__ import annotations

import asyncio
import contextlib

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from kefu.core.ids import uuid7
from kefu.core.realtime.port import Push, Realtime, packed, unpacked

log = structlog.get_logger(__name__)
PUSHES, WAKES = "kefu:pushes", "kefu:wakes"
BACKLOG = 10_000
PAUSE, SEND_SECONDS = 0.5, 5.0


class RedisRealtime(Realtime):
    """Publishes to Redis beside delivering here; while Redis is away, others learn by heartbeat."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._redis = Redis.from_url(url, socket_timeout=None, socket_connect_timeout=2)
        self._me = uuid7().bytes
        self._queue: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue(BACKLOG)
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        self._tasks = [
            asyncio.create_task(self._listen(), name="redis-listen"),
            asyncio.create_task(self._send(), name="redis-send"),
        ]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        with contextlib.suppress(RedisError, OSError):
            await self._redis.aclose()

    async def publish(self, pushes: list[Push]) -> None:
        self.deliver(pushes)
        self._enqueue(PUSHES, packed(pushes))

    def wake(self, name: str) -> None:
        self.woken(name)
        self._enqueue(WAKES, name.encode())

    def _enqueue(self, channel: str, body: bytes) -> None:
        if self._queue.full():
            self._queue.get_nowait()  # the oldest goes: its readers catch up by heartbeat
        self._queue.put_nowait((channel, self._me + body))

    async def _send(self) -> None:
        """Hand on in order; while Redis is away what waits stays, up to the newest `BACKLOG`."""
        while True:
            channel, body = await self._queue.get()
            while True:
                if await self._is_published(channel, body):
                    break
                await asyncio.sleep(PAUSE)

    async def _is_published(self, channel: str, body: bytes) -> bool:
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await self._redis.publish(channel, body)
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("redis_away", error=repr(error)[:200])
            return False
        return True

    async def _listen(self) -> None:
        while True:
            try:
                async with self._redis.pubsub() as pubsub:
                    await pubsub.subscribe(PUSHES, WAKES)
                    async for item in pubsub.listen():
                        self._take(item)
            except (RedisError, OSError) as error:
                log.warning("redis_away", error=repr(error)[:200])
            await asyncio.sleep(PAUSE)

    def _take(self, item: dict[str, bytes | str]) -> None:
        data = item.get("data")
        if item.get("type") != "message" or not isinstance(data, bytes) or data[:16] == self._me:
            return
        channel = item.get("channel")
        if channel == PUSHES.encode():
            self.deliver(unpacked(data[16:]))
        else:
            self.woken(data[16:].decode())
