"""The worker process: fact readers, clocks, jobs; `kefu worker`, or started by the supervisor."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import structlog
import uvloop
from prometheus_client import start_http_server
from sqlalchemy.exc import DBAPIError

from kefu.core.ceiling import Ceiling
from kefu.core.db import Database
from kefu.core.fact_tail import FactTail
from kefu.core.logs import set_up_logs
from kefu.core.reactions import GROUPS, Reader
from kefu.core.realtime import realtime_for
from kefu.core.settings import Settings, settings
from kefu.core.uptime import keep_alive
from kefu.entry.alarms import CeilingWatch
from kefu.entry.collect import load_everything
from kefu.entry.guardian import die_with_supervisor, wait_for_database
from kefu.entry.tuning import give_way, keep_pauses_short, sessions_give_way, uncollected
from kefu.entry.upkeep import upkeep
from kefu.identity import first_administrator_link, has_administrator

log = structlog.get_logger(__name__)
AGAIN_AFTER = 1.0


def main() -> None:
    """Work until told to stop."""
    die_with_supervisor()
    chosen = settings()
    set_up_logs(chosen.log_level, json=chosen.log_json, process="worker")
    give_way()
    with uncollected():
        load_everything(without=("routes", "demo"))
    wait_for_database()
    uvloop.run(run(chosen))


async def run(chosen: Settings) -> None:
    """Read facts, fire what is due and run jobs, until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    realtime = realtime_for(
        redis_url=chosen.redis_url, hub_path=str(chosen.hub_path) if chosen.hub_path else None
    )
    database = Database(chosen.database_url or "", pool=chosen.db_pool, realtime=realtime)
    ceiling = Ceiling(database)
    sessions_give_way(database)
    readers = readers_on(database, ceiling, shards=chosen.facts_shards)
    await realtime.start()
    tasks = [
        asyncio.create_task(reader.run(realtime), name=f"reader-{reader.group}")
        for reader in readers
    ]
    tasks += [
        asyncio.create_task(_keep_running(name, work), name=name)
        for name, work in (
            upkeep(database) | {"alarms": CeilingWatch(database, ceiling).run}
        ).items()
    ]
    tasks.append(asyncio.create_task(keep_alive(database, "worker"), name="uptime"))
    await _offer_first_link(database)
    keep_pauses_short()
    log.info("worker_started", readers=[reader.group for reader in readers])
    with served_metrics(chosen):
        await stop.wait()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await realtime.stop()
    await database.close()


@contextmanager
def served_metrics(chosen: Settings) -> Iterator[None]:
    """Serve this worker's own figures where the operator wants them; the work does not wait."""
    if chosen.worker_metrics_port is None:
        yield
        return
    try:
        server, thread = start_http_server(chosen.worker_metrics_port, addr=chosen.host)
    except OSError as error:
        log.warning("metrics_not_served", port=chosen.worker_metrics_port, error=str(error))
        yield
        return
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def readers_on(database: Database, ceiling: Ceiling, *, shards: int) -> list[Reader]:
    """A reader for each group of reactions; they share one ceiling and one tail of the log."""
    tail = FactTail(database)
    return [
        Reader(database, group, shards=shards, ceiling=ceiling, tail=tail)
        for group in sorted(GROUPS)
    ]


async def _offer_first_link(database: Database) -> None:
    """Where nobody administers yet, print the one-time link that makes the first administrator."""
    try:
        async with database.transaction() as db:
            if await has_administrator(db):
                return
            link = await first_administrator_link(db)
    except (DBAPIError, OSError) as error:
        log.warning("first_link_not_made", error=str(error)[:200])
        return
    print(f"Nobody administers this Kefu yet. Open this link once: {link.url}", flush=True)


async def _keep_running(name: str, work: Callable[[], Awaitable[None]]) -> None:
    """Start a piece of work again when it fails: the database may be away for a while."""
    while True:
        try:
            await work()
        except Exception as error:  # noqa: BLE001 - one piece of work must not end the others
            log.warning("work_failed", work=name, error=repr(error)[:300])
        await asyncio.sleep(AGAIN_AFTER)


if __name__ == "__main__":
    main()
