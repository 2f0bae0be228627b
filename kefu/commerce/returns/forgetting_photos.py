"""Forgetting photos: those taken for an inspection or a dispute that was never sent go after a day.

A picture of an application belongs to its case from the moment at which it is added: the
application was sent before.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from kefu.commerce.returns.photos import DELETE_JOB
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.jobs import enqueue

KEPT_FOR = timedelta(days=1)
AT_ONCE = 500
UNUSED = (
    "p.erased_at is null and p.purpose in ('inspection', 'dispute') "
    "and not exists (select from inspections i "
    "where i.case_id = p.case_id and i.photos @> to_jsonb(p.id::text)) "
    "and not exists (select from inspection_disputes d "
    "where d.case_id = p.case_id and d.photos @> to_jsonb(p.id::text))"
)
# A form that is being sent holds its pictures: they are passed over until tomorrow.
HOLD = text(
    f"select p.id from return_photos p where p.created_at < :before and {UNUSED} "  # noqa: S608 - ours
    "order by p.id limit :limit for update skip locked"
)
# Asked again with the locks held: a form may have been sent since the first look.
FORGET = text(
    f"delete from return_photos p where p.id = any(:photos) and {UNUSED} returning p.key"  # noqa: S608 - ours
)


async def forget_unused_photos(db: Session, limit: int = AT_ONCE) -> int:
    """Delete those of a day ago; the bytes go after the commit. Returns how many were looked at."""
    values: dict[str, Any] = {"before": now() - KEPT_FOR, "limit": limit}
    held: list[UUID] = list(await db.scalars(HOLD, values))
    if held:
        keys = list(await db.scalars(FORGET, {"photos": held}))
        if keys:
            await enqueue(db, DELETE_JOB, {"keys": keys})
    return len(held)
