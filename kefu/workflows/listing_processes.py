"""Lists of processes, their versions and releases, with what runs on them."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import defer

from kefu.core.db import Session
from kefu.workflows.model_processes import (
    RUNNING,
    STUCK,
    Case,
    Process,
    ProcessRelease,
    ProcessVersion,
)

MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class ProcessCounts:
    running: int = 0
    stuck: int = 0


async def processes(
    db: Session, *, key: str | None = None
) -> list[tuple[Process, int | None, ProcessCounts]]:
    """Processes by name, each with the number in force and what runs; few, so without pages."""
    query = (
        select(Process, ProcessVersion.number)
        .outerjoin(ProcessVersion, ProcessVersion.id == Process.current_id)
        .order_by(Process.name, Process.key)
        .limit(MOST_SHOWN)
    )
    rows = (await db.execute(query.where(Process.key == key) if key else query)).all()
    counted = await db.execute(
        select(
            Case.process_key,
            func.count().filter(Case.state == RUNNING),
            func.count().filter(Case.state == STUCK),
        )
        .where(Case.state.in_((RUNNING, STUCK)))
        .group_by(Case.process_key)
    )
    counts = {name: ProcessCounts(running, stuck) for name, running, stuck in counted}
    return [(process, number, counts.get(process.key, ProcessCounts())) for process, number in rows]


async def versions_of(db: Session, process: Process) -> list[ProcessVersion]:
    """All versions, the newest first, without their drawings."""
    light = (defer(ProcessVersion.xml), defer(ProcessVersion.spec), defer(ProcessVersion.plan))
    rows = await db.scalars(
        select(ProcessVersion)
        .options(*light)
        .where(ProcessVersion.process_id == process.id)
        .order_by(ProcessVersion.number.desc())
        .limit(MOST_SHOWN)
    )
    return list(rows)


async def releases_of(db: Session, process: Process) -> list[tuple[ProcessRelease, int]]:
    rows = await db.execute(
        select(ProcessRelease, ProcessVersion.number)
        .join(ProcessVersion, ProcessVersion.id == ProcessRelease.version_id)
        .where(ProcessRelease.process_id == process.id)
        .order_by(ProcessRelease.id.desc())
        .limit(MOST_SHOWN)
    )
    return [(release, number) for release, number in rows]


async def running_by_version(db: Session, process: Process) -> dict[UUID, int]:
    """How many open cases stay on each version."""
    rows = await db.execute(
        select(Case.version_id, func.count())
        .where(Case.process_key == process.key, Case.state.in_((RUNNING, STUCK)))
        .group_by(Case.version_id)
    )
    return dict(rows.all())
