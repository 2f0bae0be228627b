"""Firing: due rows of conversations are found by an index, each handled once, in the worker."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

import structlog
from sqlalchemy import text
from sqlalchemy.exc import InterfaceError, OperationalError

from kefu.conversations.scheduled import fire_next_scheduled
from kefu.conversations.waking import wake_next
from kefu.core.clock import now
from kefu.core.db import Database, Session

log = structlog.get_logger(__name__)
LONGEST_PAUSE = 1.0
SHORTEST_PAUSE = 0.05

Fire = Callable[[Session], Awaitable[bool]]
DUE: Sequence[Fire] = (fire_next_scheduled, wake_next)
NEXT = text(
    "select least("
    "(select min(due_at) from scheduled_messages where status = 'pending'), "
    "(select min(snoozed_until) from conversations where status = 'snoozed'))"
)


async def fire_all_due(database: Database) -> int:
    """Handle everything whose time has come, each in its own transaction; returns how much."""
    fired = 0
    for fire in DUE:
        while await _once(database, fire):
            fired += 1
    return fired


async def _once(database: Database, fire: Fire) -> bool:
    async with database.transaction() as db:
        return await fire(db)


async def keep_firing(database: Database) -> None:
    """Fire for ever; any number may run, in any number of processes."""
    while True:
        try:
            await fire_all_due(database)
            pause = await _until_next(database)
        except (OperationalError, InterfaceError, OSError) as error:
            log.warning("firing_waits", error=str(error)[:200])
            pause = LONGEST_PAUSE
        await asyncio.sleep(pause)


async def _until_next(database: Database) -> float:
    async with database.transaction() as db:
        following: datetime | None = await db.scalar(NEXT)
    if following is None:
        return LONGEST_PAUSE
    left = (following - now()).total_seconds()
    return min(max(left, SHORTEST_PAUSE), LONGEST_PAUSE)
