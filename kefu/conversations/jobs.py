"""Jobs of conversations."""

from __future__ import annotations

from typing import Any

from kefu.conversations.retention import (
    forget_old_undos,
    inboxes_with_retention,
    run_retention,
)
from kefu.core.db import Database
from kefu.core.jobs import job


@job("conversations.retention", schedule="30 3 * * *")
async def keep_no_longer(_payload: dict[str, Any], database: Database) -> None:
    async with database.transaction() as db:
        wanted = await inboxes_with_retention(db)
        await forget_old_undos(db)
    for inbox in wanted:
        await run_retention(database, inbox)
