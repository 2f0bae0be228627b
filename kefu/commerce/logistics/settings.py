"""Settings of logistics: patience, whom to tell, and what customers hear; one row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kefu.commerce.events_logistics import LogisticsSettingsChanged
from kefu.commerce.model_logistics import Carrier, LogisticsSettings
from kefu.commerce.model_notices import (
    CARE_NOTICES,
    PROBLEM_NOTICES,
    RETURN_NOTICES,
    STATUS_NOTICES,
)
from kefu.commerce.parcels.thresholds import Thresholds
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Invalid
from kefu.core.events import record
from kefu.identity import Actor, departments_named

ROW = 1
SUBJECT = UUID("6b656675-0000-5000-8000-6c6f67697374")
NOTICES: dict[str, Any] = {
    "kinds": [*STATUS_NOTICES, *PROBLEM_NOTICES, *CARE_NOTICES, *RETURN_NOTICES],
    "send_problems": False,
    "quiet": {"from": "22:00", "to": "08:00", "timezone": "Asia/Shanghai"},
}


@dataclass(frozen=True, slots=True)
class Limits:
    """The installation's thresholds, and those of carriers that have their own."""

    all: Thresholds
    own: Mapping[str, Thresholds]
    solve_within: timedelta

    def of(self, carrier: str | None) -> Thresholds:
        return self.own.get(carrier or "", self.all)


async def limits(db: Session) -> Limits:
    """Thresholds as they stand now: two statements on small tables."""
    kept = await settings_row(db)
    base = Thresholds().changed(kept.thresholds)
    rows = await db.execute(select(Carrier.code, Carrier.thresholds))
    own = {code: base.changed(given) for code, given in rows if given}
    return Limits(base, own, timedelta(hours=kept.solve_hours))


async def settings_row(db: Session, *, lock: bool = False) -> LogisticsSettings:
    """The row, made by the migration; a database without it gets what is usual."""
    kept = await db.get(
        LogisticsSettings, ROW, with_for_update=lock or None, populate_existing=lock
    )
    if kept is None:
        kept = LogisticsSettings(id=ROW, thresholds={}, solve_hours=2.0, notices={})
        db.add(kept)
        await db.flush()
    return kept


def notice_settings(kept: LogisticsSettings) -> dict[str, Any]:
    """What customers hear and when, with what is usual where nothing was decided."""
    return NOTICES | kept.notices


async def change_settings(db: Session, changes: Mapping[str, Any], *, by: Actor) -> None:
    """Change what was named; a department must exist."""
    kept = await settings_row(db, lock=True)
    department = changes.get("department_id")
    if department is not None and not await departments_named(db, [department]):
        raise Invalid("There is no such department.", field="department_id")
    for name, value in changes.items():
        setattr(kept, name, kept.notices | value if name == "notices" else value)
    kept.changed_at = now()
    changed = tuple(sorted(changes))
    await record(db, LogisticsSettingsChanged(subject=SUBJECT, actor=by.id, changed=changed))
