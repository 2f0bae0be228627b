"""Idle visitors: memory for each, and how fast all of them are back after the server was killed."""

from __future__ import annotations

import asyncio
import os
import random
import resource
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

import orjson
import psycopg
import uvloop

from bench.client import Client, connect
from bench.people import Pair, make_pairs
from bench.results import Report, calibrate
from bench.system import System, running
from kefu.core.ids import uuid7

AT_ONCE = 100


@dataclass
class Visitor:
    """A visitor's client: says hello with what it knows, again after every loss, and re-sends."""

    pair: Pair
    port: int
    client: Client | None = None
    seq: int = 0
    seen: set[int] = field(default_factory=set)
    pending: dict[str, bytes] = field(default_factory=dict)
    resumed: asyncio.Event = field(default_factory=asyncio.Event)

    async def stay(self, gate: asyncio.Semaphore) -> None:
        """Be connected, whatever happens."""
        pause = 0.2
        while True:
            if self.client is None or self.client.lost:
                self.resumed.clear()
                try:
                    async with gate:
                        await self.join()
                    pause = 0.2
                except (OSError, ConnectionError, TimeoutError):
                    await asyncio.sleep(pause * random.uniform(0.5, 1.5))
                    pause = min(pause * 2, 3)
                    continue
            await asyncio.sleep(0.25)

    async def join(self) -> None:
        self.client = await connect(self.port, self.take)
        hello = {
            "t": "hello",
            "token": self.pair.visitor_token,
            "subscriptions": [{"conversation": str(self.pair.conversation), "seq": self.seq}],
        }
        self.client.send(orjson.dumps(hello))
        await asyncio.wait_for(self.resumed.wait(), 20)
        for frame in self.pending.values():
            self.client.send(frame)

    def take(self, payload: bytes) -> None:
        frame = orjson.loads(payload)
        if frame["t"] == "resumed":
            for message in frame["messages"]:
                self._know(message["seq"])
            self.resumed.set()
        elif frame["t"] == "ack":
            self.pending.pop(frame["id"], None)
            self._know(frame["seq"])
        elif frame["t"] == "event" and frame.get("seq"):
            self._know(frame["seq"])

    def _know(self, seq: int) -> None:
        self.seen.add(seq)
        self.seq = max(self.seq, seq)

    def write(self, text: str) -> None:
        identifier = str(uuid7())
        frame = orjson.dumps(
            {
                "t": "send",
                "id": identifier,
                "conversation": str(self.pair.conversation),
                "kind": "text",
                "text": text,
            }
        )
        self.pending[identifier] = frame
        if self.client is not None and not self.client.lost:
            self.client.send(frame)


async def until(condition: Callable[[], bool], seconds: float) -> float:
    """Wait until `condition()` holds; the seconds it took, or the limit."""
    began = time.perf_counter()
    while time.perf_counter() - began < seconds:
        if condition():
            break
        await asyncio.sleep(0.1)
    return time.perf_counter() - began


async def measure(system: System, pairs: list[Pair], scale: str, report: Report) -> None:
    web = system.child("web")
    before = web.memory_info().rss
    visitors = [Visitor(pair, system.port) for pair in pairs]
    gate = asyncio.Semaphore(AT_ONCE)
    tasks = [asyncio.create_task(visitor.stay(gate)) for visitor in visitors]

    def all_there() -> bool:
        return all(one.resumed.is_set() for one in visitors)

    took = await until(all_there, 180)
    report.note(f"{len(pairs)} connected", took, "s")
    await asyncio.sleep(60 if scale == "full" else 10)
    used = web.memory_info().rss - before
    report.at_most("memory per idle visitor", used / len(pairs) / 1024, "KiB", 22)
    for number, visitor in enumerate(visitors[:200]):
        visitor.write(f"第 {number} 条")
    os.kill(web.pid, signal.SIGKILL)
    for number, visitor in enumerate(visitors[:200]):
        visitor.write(f"之后第 {number} 条")
    await asyncio.sleep(0.5)
    back = await until(lambda: all_there() and not any(v.pending for v in visitors), 90)
    report.at_most("all resumed after kill -9", back + 0.5, "s", 30)
    report.at_most("messages lost or doubled", wrong(system, visitors), "", 0)
    for task in tasks:
        task.cancel()


def wrong(system: System, visitors: list[Visitor]) -> int:
    """Conversations whose stored numbers are not exactly those that their visitor knows."""
    with psycopg.connect(system.conninfo) as db:
        stored: dict[UUID, list[int]] = dict(
            db.execute(
                "select conversation_id, array_agg(seq order by seq) from messages group by 1"
            ).fetchall()
        )
    expected = {one.pair.conversation: 2 if at < 200 else 0 for at, one in enumerate(visitors)}
    return sum(
        sorted(one.seen) != stored.get(one.pair.conversation, [])
        or len(one.seen) != expected[one.pair.conversation]
        for one in visitors
    )


def run(scale: str) -> Report:
    """The whole bench."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65536), hard))
    report = Report("sockets", scale)
    with running("sockets") as system:
        calibrate(report, system.conninfo)
        pairs = make_pairs(system.conninfo, 5000 if scale == "full" else 1000, agents=False)
        uvloop.run(measure(system, pairs, scale, report))
    return report
