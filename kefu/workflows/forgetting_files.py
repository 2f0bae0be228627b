"""Forgetting files: what was added to a task and is in no form that was sent goes after a day."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.jobs import enqueue
from kefu.workflows.case_files import DELETE_JOB

KEPT_FOR = timedelta(days=1)
AT_ONCE = 500
UNUSED = (
    "f.erased_at is null and not exists (select from case_tasks t, jsonb_each(t.form) answer "
    "where t.id = f.task_id and answer.value @> to_jsonb(f.id::text))"
)
# A form that is being sent holds its files: they are passed over, and looked at again tomorrow.
HOLD = text(
    f"select f.id from case_files f where f.created_at < :before and {UNUSED} "  # noqa: S608 - ours
    "order by f.id limit :limit for update skip locked"
)
# Asked again with the locks held: a form may have been sent since the first look.
FORGET = text(
    f"delete from case_files f where f.id = any(:files) and {UNUSED} returning f.key"  # noqa: S608 - ours
)


async def forget_unused_files(db: Session, limit: int = AT_ONCE) -> int:
    """Delete those of a day ago; the bytes go after the commit. Returns how many were looked at."""
    values: dict[str, Any] = {"before": now() - KEPT_FOR, "limit": limit}
    held: list[UUID] = list(await db.scalars(HOLD, values))
    if held:
        keys = list(await db.scalars(FORGET, {"files": held}))
        if keys:
            await enqueue(db, DELETE_JOB, {"keys": keys})
    return len(held)
