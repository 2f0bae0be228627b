"""Jobs of analytics."""

from __future__ import annotations

from kefu.core.bottlenecks import forget_bottlenecks
from kefu.core.db import Database
from kefu.core.jobs import Payload, job


@job("analytics.forget_bottlenecks", schedule="10 4 * * *")
async def forget(_: Payload, database: Database) -> None:
    async with database.transaction() as db:
        await forget_bottlenecks(db)
