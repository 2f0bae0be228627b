"""Schedules of identity."""

from __future__ import annotations

from kefu.core.db import Database
from kefu.core.jobs import Payload, every, job
from kefu.identity.lockouts import purge


@job("identity.purge", schedule=every(hours=6))
async def purge_addresses(_: Payload, database: Database) -> None:
    async with database.transaction() as db:
        await purge(db)
