"""Jobs of returns: models that come back too often, goods never sent, pictures to forget."""

from __future__ import annotations

from typing import Any

from kefu.commerce.returns.anomalies import look
from kefu.commerce.returns.forgetting_photos import AT_ONCE, forget_unused_photos
from kefu.commerce.returns.photos import DELETE_JOB
from kefu.commerce.returns.policy import policy
from kefu.commerce.returns.sending_back import EXPIRED_AT_ONCE, expire
from kefu.core.db import Database
from kefu.core.files import storage_for
from kefu.core.jobs import every, job
from kefu.core.settings import settings


@job("returns.anomalies", schedule=every(hours=1))
async def look_for_jumps(_payload: dict[str, Any], database: Database) -> None:
    async with database.transaction() as db:
        await look(db)


@job("returns.expire", schedule=every(hours=1))
async def close_unsent(_payload: dict[str, Any], database: Database) -> None:
    closed = EXPIRED_AT_ONCE
    while closed == EXPIRED_AT_ONCE:
        async with database.transaction() as db:
            closed = await expire(db, await policy(db))


@job("returns.forget_photos", schedule="10 19 * * *")  # 03:10 where the shop is
async def forget_photos(_payload: dict[str, Any], database: Database) -> None:
    looked = AT_ONCE
    while looked == AT_ONCE:
        async with database.transaction() as db:
            looked = await forget_unused_photos(db)


@job(DELETE_JOB)
async def delete_photos(payload: dict[str, Any], _database: Database) -> None:
    storage = storage_for(settings())
    for key in payload["keys"]:
        await storage.delete(key)
