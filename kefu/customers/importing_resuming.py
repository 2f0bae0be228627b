"""Resuming imports: what a killed command or process left half done goes on where it was."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import or_, select

from kefu.core.clock import now
from kefu.core.db import Database
from kefu.core.jobs import enqueue
from kefu.customers.importing import CHECK_JOB, RUN_JOB
from kefu.customers.model_imports import BUSY, CustomerImport

SILENT_FOR = timedelta(minutes=5)
"""A batch takes a second; an import that is silent for so long is nobody's work any more."""
AT_ONCE = 20


async def resume_imports(database: Database) -> int:
    """Give imports on which nobody works to the workers; one that is still queued is left alone."""
    async with database.transaction() as db:
        silent = CustomerImport.progressed_at < now() - SILENT_FOR
        rows = await db.scalars(
            select(CustomerImport)
            .where(
                CustomerImport.status.in_(BUSY),
                or_(silent, CustomerImport.progressed_at.is_(None)),
            )
            .order_by(CustomerImport.id)
            .limit(AT_ONCE)
            .with_for_update(skip_locked=True)
        )
        left = rows.all()
        for made in left:
            job = RUN_JOB
            if made.status == "checking":
                job, made.done = CHECK_JOB, 0
            made.progressed_at = now()
            await enqueue(db, job, {"import": made.id}, key=str(made.id))
    return len(left)
