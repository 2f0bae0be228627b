"""Jobs of order care: changes are written into their shops."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kefu.commerce.settling import write_back
from kefu.commerce.writing_back import JOB
from kefu.core.db import Database
from kefu.core.jobs import job


@job(JOB)
async def write_order_change(payload: dict[str, Any], database: Database) -> None:
    await write_back(database, UUID(payload["change"]))
