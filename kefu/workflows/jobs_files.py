"""Jobs of case files: bytes that nobody may see any more are deleted."""

from __future__ import annotations

from typing import Any

from kefu.core.db import Database
from kefu.core.files import storage_for
from kefu.core.jobs import job
from kefu.core.settings import settings
from kefu.workflows.case_files import DELETE_JOB


@job(DELETE_JOB)
async def delete_case_files(payload: dict[str, Any], _database: Database) -> None:
    storage = storage_for(settings())
    for key in payload["keys"]:
        await storage.delete(key)
