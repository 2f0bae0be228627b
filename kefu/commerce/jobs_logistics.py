"""Logistics' schedules."""

from __future__ import annotations

from kefu.commerce.logistics.carriers import notice_silence
from kefu.commerce.logistics.ingesting import forget_waiting
from kefu.commerce.logistics.settling import release_due
from kefu.commerce.logistics.timeliness import count_days
from kefu.core.db import Database
from kefu.core.jobs import Payload, every, job


@job("commerce.release_notices", schedule=every(minutes=1))
async def release_notices(_: Payload, database: Database) -> None:
    async with database.transaction() as db:
        await release_due(db)


@job("commerce.carrier_silence", schedule=every(minutes=5))
async def watch_carriers(_: Payload, database: Database) -> None:
    async with database.transaction() as db:
        await notice_silence(db)


@job("commerce.carrier_days", schedule=every(minutes=15))
async def count_carrier_days(_: Payload, database: Database) -> None:
    async with database.transaction() as db:
        await count_days(db)


@job("commerce.forget_waiting", schedule="20 4 * * *")
async def forget(_: Payload, database: Database) -> None:
    async with database.transaction() as db:
        await forget_waiting(db)
