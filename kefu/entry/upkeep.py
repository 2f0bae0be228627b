"""Upkeep: what the worker does beside reading facts: scanners of due rows, jobs, partitions."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from kefu.commerce.logistics.watching import Watchman
from kefu.conversations.firing import keep_firing
from kefu.conversations.partitions import ensure_partitions
from kefu.core.db import Database
from kefu.core.job_runner import JobRunner
from kefu.promises import Scanner
from kefu.workflows import keep_cases_going

log = structlog.get_logger(__name__)
PARTITIONS_EVERY = 24 * 3600

Work = Callable[[], Awaitable[None]]


def upkeep(database: Database) -> dict[str, Work]:
    """The pieces of work by name; each runs for ever and may be started again."""

    async def partitions() -> None:
        while True:
            async with database.transaction() as db:
                stray = await ensure_partitions(db)
            if stray:
                log.error("messages_outside_their_partitions", messages=stray)
            await asyncio.sleep(PARTITIONS_EVERY)

    return {
        "partitions": partitions,
        "clocks": Scanner(database).run,
        "due": lambda: keep_firing(database),
        "cases": lambda: keep_cases_going(database),
        "deliveries": Watchman(database).run,
        "jobs": JobRunner(database).run,
    }
