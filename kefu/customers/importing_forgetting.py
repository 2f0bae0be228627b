"""Forgetting imports: the file and its refused rows hold personal data, and go after some days."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from kefu.core.clock import now
from kefu.core.db import Database
from kefu.core.files import Storage
from kefu.customers.importing import forget_refusals
from kefu.customers.model_imports import BUSY, CustomerImport

KEPT_FOR = timedelta(days=7)
AT_ONCE = 50


async def forget_imports(database: Database, storage: Storage) -> int:
    """Forget the rows of imports that nobody touched for a week; their counts stay."""
    async with database.transaction() as db:
        rows = await db.scalars(
            select(CustomerImport)
            .where(
                CustomerImport.created_at < now() - KEPT_FOR,
                CustomerImport.forgotten_at.is_(None),
                CustomerImport.status.not_in(BUSY),
            )
            .limit(AT_ONCE)
            .with_for_update(skip_locked=True)
        )
        old = rows.all()
        for made in old:
            await forget_refusals(db, made)
            made.sample, made.checked = [], made.checked | {"refused": []}
            made.forgotten_at = now()
        for made in old:
            await storage.delete(made.key)
    return len(old)
