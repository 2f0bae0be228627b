"""Jobs of customer imports: the dry run, the run, and forgetting the files."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kefu.core.db import Database
from kefu.core.errors import Refusal
from kefu.core.files import storage_for
from kefu.core.jobs import job
from kefu.core.settings import settings
from kefu.customers.importing import CHECK_JOB, RUN_JOB
from kefu.customers.importing_forgetting import forget_imports
from kefu.customers.importing_resuming import resume_imports
from kefu.customers.importing_run import check_import, fail, run_import


@job(CHECK_JOB)
async def check(payload: dict[str, Any], database: Database) -> None:
    import_id = UUID(payload["import"])
    try:
        await check_import(database, storage_for(settings()), import_id)
    except Refusal as refusal:
        await fail(database, import_id, refusal.title)


@job(RUN_JOB)
async def run(payload: dict[str, Any], database: Database) -> None:
    import_id = UUID(payload["import"])
    try:
        await run_import(database, storage_for(settings()), import_id)
    except Refusal as refusal:
        await fail(database, import_id, refusal.title)


@job("customers.forget_imports", schedule="40 3 * * *")
async def forget(_: dict[str, Any], database: Database) -> None:
    await forget_imports(database, storage_for(settings()))


@job("customers.resume_imports", schedule="*/5 * * * *")
async def resume(_: dict[str, Any], database: Database) -> None:
    await resume_imports(database)
