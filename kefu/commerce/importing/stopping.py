"""Stopping: an import that was cut off says so, and does not look as if it still ran."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import and_, func, or_, select

from kefu.commerce.events import ImportFinished
from kefu.commerce.model_imports import CommerceImport
from kefu.core.clock import now
from kefu.core.db import Database, Session
from kefu.core.events import record


class Failure(NamedTuple):
    """Why an import ended before its time, in English and by its code."""

    said: str
    code: str
    params: Mapping[str, Any] = MappingProxyType({})

    def columns(self) -> dict[str, Any]:
        return {
            "failure": self.said,
            "failure_code": self.code,
            "failure_params": dict(self.params),
        }


STOPPED = Failure(
    "It was stopped half way. What came before is kept; import the file again for the rest.",
    "import_stopped",
)
BROKEN = Failure(
    "Something went wrong. What came before is kept; import the file again for the rest.",
    "import_broken",
)
LOST = Failure(
    "Nothing was heard of it any more. What came before is kept; please import the file again.",
    "import_lost",
)
SILENT = timedelta(minutes=15)
NEVER_BEGUN = timedelta(hours=24)


async def note_stopped(database: Database, import_id: UUID) -> None:
    """Whoever ran this import ends; one that came to its end stays as it is."""
    async with database.transaction() as db:
        found = await db.get(CommerceImport, import_id, with_for_update=True)
        if found is not None and found.finished_at is None:
            await end(db, found, STOPPED)


async def end_lost(db: Session) -> int:
    """End those of which nothing was heard for long: their process died without a word."""
    at = now()
    heard = func.coalesce(CommerceImport.told_at, CommerceImport.started_at)
    rows = await db.scalars(
        select(CommerceImport)
        .where(
            CommerceImport.finished_at.is_(None),
            or_(
                and_(CommerceImport.status == "running", heard < at - SILENT),
                and_(
                    CommerceImport.status == "waiting", CommerceImport.created_at < at - NEVER_BEGUN
                ),
            ),
        )
        .order_by(CommerceImport.id)
        .with_for_update(skip_locked=True)
    )
    lost = rows.all()
    for one in lost:
        await end(db, one, LOST)
    return len(lost)


async def end(db: Session, one: CommerceImport, failure: Failure) -> None:
    one.status, one.finished_at = "failed", now()
    for name, value in failure.columns().items():
        setattr(one, name, value)
    await db.flush()
    finished = ImportFinished(
        subject=one.id,
        actor=one.started_by,
        import_kind=one.kind,
        status=one.status,
        created=one.created,
        changed=one.changed,
        unchanged=one.unchanged,
        refused=one.refused,
    )
    await record(db, finished)
