"""The worker process: fact readers, clocks, jobs; `kefu worker`, or started by the supervisor."""

from __future__ import annotations

import asyncio
import signal

import structlog
import uvloop

from kefu.core.logs import set_up_logs
from kefu.core.settings import Settings, settings
from kefu.entry.guardian import die_with_supervisor

log = structlog.get_logger(__name__)


def main() -> None:
    """Work until told to stop."""
    die_with_supervisor()
    chosen = settings()
    set_up_logs(chosen.log_level, json=chosen.log_json, process="worker")
    uvloop.run(run(chosen))


async def run(chosen: Settings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    log.info("worker_started", shards=chosen.facts_shards)
    await stop.wait()


if __name__ == "__main__":
    main()
