"""Jobs of imports."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kefu.commerce.importing.stopping import end_lost
from kefu.commerce.importing.uploading import IMPORT_JOB, forget_refused, import_upload
from kefu.core.db import Database
from kefu.core.jobs import every, job


@job(IMPORT_JOB, attempts=3)
async def import_file(payload: dict[str, Any], database: Database) -> None:
    await import_upload(database, UUID(payload["import"]))


@job("commerce.forget_refused_rows", schedule=every(hours=24))
async def forget_refused_rows(_payload: dict[str, Any], database: Database) -> None:
    async with database.transaction() as db:
        await forget_refused(db)


@job("commerce.end_lost_imports", schedule=every(minutes=5))
async def end_lost_imports(_payload: dict[str, Any], database: Database) -> None:
    async with database.transaction() as db:
        await end_lost(db)
