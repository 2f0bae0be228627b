"""Jobs of files: bytes that nobody may see any more, and uploads that were never sent."""

from __future__ import annotations

from typing import Any

from kefu.conversations.files import DELETE_JOB
from kefu.conversations.forgetting_files import forget_unsent_files
from kefu.core.db import Database
from kefu.core.files import storage_for
from kefu.core.jobs import job
from kefu.core.settings import settings


@job("conversations.forget_files", schedule="10 19 * * *")  # 03:10 where the shop is
async def forget_files(_payload: dict[str, Any], database: Database) -> None:
    await forget_unsent_files(database)


@job(DELETE_JOB)
async def delete_files(payload: dict[str, Any], _database: Database) -> None:
    storage = storage_for(settings())
    for key in payload["keys"]:
        await storage.delete(key)
