"""The message path: pairs of visitors and agents on real sockets, open loop.

A send is due by the clock and its latency counts from the due time, so that a stall counts for
every message it delayed. Half of the messages come from agents.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from dataclasses import dataclass, field

import orjson
import psycopg
import uvloop

from bench.client import Client, connect
from bench.people import Pair, make_pairs
from bench.results import Report, calibrate, percentile
from bench.system import System, running
from kefu.core.ids import uuid7
from kefu.core.reactions import GROUPS
from kefu.entry.collect import load_everything

TEXT = "亲,我的订单还没有收到,物流一直没有更新,麻烦帮我看一下好吗"  # 90 bytes
PACE = {"KEFU_VISITOR_PER_MINUTE": "100000", "KEFU_VISITOR_BURST": "10000"}
STEP = 0.005


@dataclass
class End:
    """One end of a conversation: what it sent, what it saw."""

    conversation: str
    client: Client | None = None
    seqs: list[int] = field(default_factory=list)
    others: list[int] = field(default_factory=list)
    lost: int = 0


@dataclass
class Load:
    """One run: when each message was due, when it was acknowledged and received."""

    due: dict[str, float] = field(default_factory=dict)
    acked: dict[str, float] = field(default_factory=dict)
    received: dict[str, float] = field(default_factory=dict)
    repeated: int = 0
    refused: list[str] = field(default_factory=list)


class Bench:
    def __init__(self, system: System, pairs: list[Pair]) -> None:
        self.system = system
        self.pairs = pairs
        self.ends: list[End] = []
        self.load = Load()

    async def open(self) -> None:
        """Connect every end and subscribe it."""
        for start in range(0, len(self.pairs), 50):
            opened = await asyncio.gather(
                *(self._open(pair) for pair in self.pairs[start : start + 50])
            )
            self.ends += [end for ends in opened for end in ends]

    async def _open(self, pair: Pair) -> tuple[End, End]:
        return (
            await self._end(pair, pair.visitor_token),
            await self._end(pair, pair.agent_token),
        )

    async def _end(self, pair: Pair, token: str) -> End:
        end = End(str(pair.conversation))
        ready = asyncio.get_running_loop().create_future()

        def first(payload: bytes) -> None:
            frame = orjson.loads(payload)
            if frame["t"] == "resumed":
                end.client.on_frame = lambda data: self._take(end, data)  # type: ignore[union-attr]
                ready.set_result(None)
            elif frame["t"] == "error":
                ready.set_exception(RuntimeError(str(frame)))

        end.client = await connect(self.system.port, first)
        hello = {
            "t": "hello",
            "token": token,
            "subscriptions": [{"conversation": end.conversation, "seq": 0}],
        }
        end.client.send(orjson.dumps(hello))
        await asyncio.wait_for(ready, 30)
        return end

    def _take(self, end: End, payload: bytes) -> None:
        moment = time.perf_counter()
        if payload.startswith(b'{"t":"ack"'):
            frame = orjson.loads(payload)
            self.load.repeated += frame["id"] in self.load.acked
            self.load.acked[frame["id"]] = moment
            end.seqs.append(frame["seq"])
        elif payload.startswith(b'{"t":"event"'):
            frame = orjson.loads(payload)
            if frame["kind"].startswith("message."):
                identifier = frame["data"]["id"]
                self.load.repeated += identifier in self.load.received
                self.load.received[identifier] = moment
                end.seqs.append(frame["seq"])
                end.others.append(frame["seq"])
        elif payload.startswith(b'{"t":"error"'):
            self.load.refused.append(payload.decode()[:300])

    async def send_for(self, rate: float, seconds: float) -> None:
        """Send `rate` messages a second, the ends in turn, each due by the clock."""
        began, sent, count = time.perf_counter(), 0, int(rate * seconds)
        while sent < count:
            moment = time.perf_counter()
            while sent < count and began + sent / rate <= moment:
                self._send(self.ends[(sent * 7919) % len(self.ends)], began + sent / rate)
                sent += 1
            await asyncio.sleep(STEP)

    def _send(self, end: End, due: float) -> None:
        identifier = str(uuid7())
        self.load.due[identifier] = due
        assert end.client is not None
        end.client.send(
            f'{{"t":"send","id":"{identifier}","conversation":"{end.conversation}",'
            f'"kind":"text","text":"{TEXT}"}}'.encode()
        )

    async def settle(self, seconds: float) -> float:
        """Wait until everything arrived; returns how long it took."""
        began = time.perf_counter()
        while time.perf_counter() - began < seconds:
            if len(self.load.received) >= len(self.load.due):
                break
            await asyncio.sleep(0.05)
        return time.perf_counter() - began


class LagWatch:
    """The age of the oldest message that a group of reactions has not read, four times a second.

    Only groups that react to messages count: the others move their cursors now and then.
    """

    QUERY = (
        "select coalesce(extract(epoch from clock_timestamp() - (select at from facts where id > "
        "(select min(position) from fact_cursors where group_name = any(%s)) "
        "and kind like 'message.%%' order by id limit 1)), 0)"
    )

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self.lags: list[float] = []

    async def run(self) -> None:
        groups = reacting_groups()
        async with await psycopg.AsyncConnection.connect(self._conninfo, autocommit=True) as db:
            while True:
                row = await (await db.execute(self.QUERY, (groups,))).fetchone()
                self.lags.append(max(0.0, float(row[0])) if row else 0.0)
                await asyncio.sleep(0.25)

    async def caught_up(self, seconds: float) -> float:
        """Wait until every group has read everything; returns how long it took."""
        began, seen = time.perf_counter(), len(self.lags)
        while time.perf_counter() - began < seconds:
            if any(lag == 0 for lag in self.lags[seen + 1 :]):
                break
            await asyncio.sleep(0.05)
        return time.perf_counter() - began


def reacting_groups() -> list[str]:
    """The groups of reactions that want what customers or agents say."""
    load_everything()
    said = {"message.received", "message.sent"}
    return [
        name
        for name, reactions in GROUPS.items()
        if any(reaction.kinds & said for reaction in reactions)
    ]


def latencies(load: Load, arrived: dict[str, float], since: float) -> list[float]:
    """Milliseconds from due to arrival, of the messages due after `since`."""
    return [
        (arrived[name] - due) * 1000
        for name, due in load.due.items()
        if due >= since and name in arrived
    ]


async def one_rate(bench: Bench, rate: float, warm: float, seconds: float) -> dict[str, float]:
    """One run at one rate; figures in milliseconds and seconds, processor time in µs a message."""
    bench.load = Load()
    spent = bench.system.processor_seconds()
    watch = LagWatch(bench.system.conninfo)
    task = asyncio.create_task(watch.run())
    since = time.perf_counter() + warm
    await bench.send_for(rate, warm + seconds)
    drained = await bench.settle(30)
    lag_p95 = percentile(watch.lags, 0.95)
    reacted = drained + await watch.caught_up(60)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    arrived = latencies(bench.load, bench.load.received, since)
    acks = latencies(bench.load, bench.load.acked, since)
    after = bench.system.processor_seconds()
    each = {
        f"cpu {name}": (after[name] - spent[name]) * 1e6 / max(1, len(bench.load.due))
        for name in spent
    }
    if bench.load.refused:
        print("  refused:", bench.load.refused[0])
    return each | {
        "p50": percentile(arrived, 0.50),
        "p95": percentile(arrived, 0.95),
        "p99": percentile(arrived, 0.99),
        "ack_p99": percentile(acks, 0.99),
        "lag_p95": lag_p95,
        "drained": drained,
        "reacted": reacted,
        "lost": float(len(bench.load.due) - len(bench.load.received)),
        "unacknowledged": float(len(bench.load.due) - len(bench.load.acked)),
        "repeated": float(bench.load.repeated),
    }


def disorder(bench: Bench) -> int:
    """Ends that miss a number of the table, saw one twice, or saw the others' out of order."""
    wrong = 0
    with psycopg.connect(bench.system.conninfo) as db:
        stored: dict[str, list[int]] = dict(
            db.execute(
                "select conversation_id::text, array_agg(seq order by seq) from messages group by 1"
            ).fetchall()
        )
    for end in bench.ends:
        if not end.seqs:
            continue
        wrong += sorted(end.seqs) != stored.get(end.conversation)
        wrong += end.others != sorted(end.others)
    return wrong


async def measure(system: System, pairs: list[Pair], scale: str, report: Report) -> None:
    small = scale == "small"
    bench = Bench(system, pairs)
    await bench.open()
    warm, seconds, runs = (2, 6, 1) if small else (10, 60, 3)
    for rate, bar in ((350, 40), (2500, 100)):
        found = [await one_rate(bench, rate, warm, seconds) for _ in range(runs)]
        middle = {key: statistics.median(one[key] for one in found) for key in found[0]}
        report.note(f"{rate}/s p50", middle["p50"], "ms")
        report.at_most(f"{rate}/s p99", middle["p99"], "ms", bar)
        report.note(f"{rate}/s ack p99", middle["ack_p99"], "ms")
        report.at_most(f"{rate}/s reaction lag p95", middle["lag_p95"], "s", 1)
        for name in ("load", "web", "worker", "postgres"):
            report.note(f"{rate}/s cpu {name}", middle[f"cpu {name}"], "µs/msg")
        _whole(report, f"{rate}/s", found)
    burst = await one_rate(bench, 4000, 0, 5 if small else 20)
    report.at_most("4000/s ack p99", burst["ack_p99"], "ms", 150)
    report.note("4000/s p99", burst["p99"], "ms")
    report.at_most("4000/s backlog gone", burst["drained"], "s", 20)
    report.at_most("4000/s reactions caught up", burst["reacted"], "s", 20)
    _whole(report, "4000/s", [burst])
    report.at_most("ends with gaps, repeats or disorder", disorder(bench), "", 0)


def _whole(report: Report, name: str, found: list[dict[str, float]]) -> None:
    for key in ("lost", "unacknowledged", "repeated"):
        report.at_most(f"{name} {key}", sum(one[key] for one in found), "", 0)


def run(scale: str) -> Report:
    """The whole bench."""
    report = Report("chat", scale)
    with running("chat", settings=PACE) as system:
        calibrate(report, system.conninfo)
        pairs = make_pairs(system.conninfo, 200 if scale == "small" else 1000)
        uvloop.run(measure(system, pairs, scale, report))
    return report
