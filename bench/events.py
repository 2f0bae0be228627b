"""Facts through five reactions that each write a row: rate, lag, and each effect once."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time

import psycopg
import uvloop

from bench.five_reactions import GROUP, TABLES
from bench.results import Report, calibrate, percentile
from bench.system import System, running
from kefu.core.ids import uuid7
from kefu.core.realtime import HubRealtime

WRITE = (
    "insert into facts (kind, subject, details, at) "
    "select 'bench.happened', s, jsonb_build_object('number', n), clock_timestamp() "
    "from unnest(%s::uuid[]) with ordinality as t(s, n)"
)
SUBJECTS = [uuid7() for _ in range(2000)]
TICK = 0.01


async def write(system: System, rate: float, seconds: float) -> int:
    """Write facts by the clock, a transaction each hundredth of a second, and wake the readers."""
    realtime = HubRealtime(str(system.hub))
    await realtime.start()
    async with await psycopg.AsyncConnection.connect(system.conninfo, autocommit=True) as db:
        began, written = time.perf_counter(), 0
        while (passed := time.perf_counter() - began) < seconds:
            due = int(passed * rate) - written
            if due > 0:
                subjects = [SUBJECTS[(written + k) % len(SUBJECTS)] for k in range(due)]
                await db.execute(WRITE, (subjects,))
                realtime.wake("facts")
                written += due
            await asyncio.sleep(TICK)
    await realtime.stop()
    return written


async def watch(conninfo: str, lags: list[tuple[float, float]]) -> None:
    """The age of the oldest unread fact, ten times a second: (moment, seconds)."""
    query = (
        "select coalesce(extract(epoch from clock_timestamp() - (select at from facts where id > "
        "(select min(position) from fact_cursors where group_name = %s) order by id limit 1)), 0)"
    )
    async with await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as db:
        while True:
            row = await (await db.execute(query, (GROUP,))).fetchone()
            lags.append((time.perf_counter(), max(0.0, float(row[0]) if row else 0.0)))
            await asyncio.sleep(0.1)


def start_worker(system: System) -> subprocess.Popen[bytes]:
    environment = os.environ | {"KEFU_DATABASE_URL": system.conninfo, "BENCH_HUB": str(system.hub)}
    return subprocess.Popen([sys.executable, "-m", "bench.five_reactions"], env=environment)


async def one_rate(system: System, rate: float, seconds: float) -> list[float]:
    """The lags during one run, the first fifth left out."""
    lags: list[tuple[float, float]] = []
    task = asyncio.create_task(watch(system.conninfo, lags))
    began = time.perf_counter()
    await write(system, rate, seconds)
    task.cancel()
    return [lag for at, lag in lags if at > began + seconds / 5]


async def until_read(conninfo: str, seconds: float) -> bool:
    query = (
        "select (select max(id) from facts where kind = 'bench.happened') <= "
        "(select min(position) from fact_cursors where group_name = %s)"
    )
    async with await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as db:
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            row = await (await db.execute(query, (GROUP,))).fetchone()
            if row and row[0]:
                return True
            await asyncio.sleep(0.1)
    return False


async def measure(system: System, scale: str, report: Report) -> None:
    seconds = 60 if scale == "full" else 10
    worker = start_worker(system)
    await asyncio.sleep(2)
    slow = await one_rate(system, 1000, seconds)
    report.at_most("1000/s lag p95", percentile(slow, 0.95) * 1000, "ms", 200)
    fast = await one_rate(system, 3000, seconds)
    half = len(fast) // 2
    growth = percentile(fast[half:], 0.5) - percentile(fast[:half], 0.5)
    report.note("3000/s lag p95", percentile(fast, 0.95) * 1000, "ms")
    report.at_most("3000/s lag growing", growth * 1000, "ms", 100)
    writing = asyncio.create_task(write(system, 1000, 6))
    await asyncio.sleep(2)
    worker.kill()
    worker.wait()
    await asyncio.sleep(1)
    worker = start_worker(system)
    await writing
    whole = await until_read(system.conninfo, 60)
    worker.kill()
    worker.wait()
    report.at_least("all read after kill -9", float(whole), "", 1)
    report.at_most("effects missing or doubled", miscounted(system.conninfo), "", 0)


def miscounted(conninfo: str) -> int:
    """Facts without exactly one effect in each table, and effects without a fact."""
    wrong = 0
    with psycopg.connect(conninfo) as db:
        facts = db.execute("select count(*) from facts where kind = 'bench.happened'").fetchone()
        for table in TABLES:
            found = db.execute(f"select count(*), count(distinct fact) from {table}").fetchone()  # noqa: S608 - our own table names
            assert facts is not None and found is not None  # noqa: PT018
            wrong += abs(facts[0] - found[1]) + found[0] - found[1]
    return wrong


def run(scale: str) -> Report:
    """The whole bench."""
    report = Report("events", scale)
    with running("events") as system:
        calibrate(report, system.conninfo)
        with psycopg.connect(system.conninfo) as db:
            for table in TABLES:
                db.execute(f"create table {table} (fact bigint, subject uuid)")
        uvloop.run(measure(system, scale, report))
    return report
