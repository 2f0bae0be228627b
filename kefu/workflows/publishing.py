"""Publishing: a drawing is drafted, checked, put into force, and taken back to an older version."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Conflict, Invalid, NotFound
from kefu.core.events import record
from kefu.workflows.checking import check_plan
from kefu.workflows.drawing import read_drawing, read_xml
from kefu.workflows.engine import Spec, parse_spec
from kefu.workflows.events_processes import ProcessDrafted, ProcessPublished
from kefu.workflows.findings import BadDrawing, Finding
from kefu.workflows.model_processes import Process, ProcessRelease, ProcessVersion
from kefu.workflows.plan import Plan

KEY = re.compile(r"^[a-z][a-z0-9_-]{1,39}$")


class BadProcess(Invalid):
    """A drawing that cannot be put into force; the problem document lists its findings."""

    code = "bad_process"

    def __init__(self, findings: list[Finding]) -> None:
        first = findings[0]
        super().__init__(first.title, field="xml", detail=first.element)
        self.findings = findings

    def problem(self) -> dict[str, Any]:
        rows = [
            {"code": one.code, "element": one.element, "detail": one.detail, "title": one.title}
            for one in self.findings[:100]
        ]
        return super().problem() | {"findings": rows}


def look_at(xml: str) -> tuple[Plan | None, list[Finding]]:
    """What a drawing says and what is wrong with it; nothing is changed."""
    try:
        root = read_xml(xml)
        plan, findings = read_drawing(root)
        findings = findings or check_plan(plan)
        if not findings:
            parse_spec(root, plan.process_id)
    except BadDrawing as bad:
        return None, [bad.finding]
    return plan, findings


async def create_process(db: Session, key: str, name: str, *, by: UUID | None) -> Process:
    if not KEY.match(key):
        raise Invalid("A key is a short word of small letters and digits.", field="key")
    if await db.scalar(select(Process.id).where(Process.key == key)) is not None:
        raise Invalid("There is a process of this key.", field="key", code="taken")
    process = Process(key=key, name=name)
    db.add(process)
    await db.flush()
    await record(db, ProcessDrafted(subject=process.id, actor=by, process=key))
    return process


async def save_draft(db: Session, process: Process, xml: str, *, by: UUID | None) -> list[Finding]:
    """Keep a drawing that somebody works on, sound or not; what cannot be read is refused."""
    try:
        read_xml(xml)
    except BadDrawing as bad:
        raise BadProcess([bad.finding]) from bad
    _plan, findings = look_at(xml)
    process.draft, process.drafted_by, process.drafted_at = xml, by, now()
    process.updated_at = now()
    await record(db, ProcessDrafted(subject=process.id, actor=by, process=process.key))
    return findings


async def discard_draft(db: Session, process: Process, *, by: UUID | None) -> None:
    process.draft, process.drafted_by, process.drafted_at = None, None, None
    await record(db, ProcessDrafted(subject=process.id, actor=by, process=process.key))


async def publish_process(
    db: Session, key: str, xml: str, *, by: UUID | None, name: str | None = None, why: str = ""
) -> ProcessVersion:
    """A new version in force for cases that start from now on; `BadProcess` lists what is wrong."""
    plan, findings = look_at(xml)
    if plan is None or findings:
        raise BadProcess(findings)
    process = await db.scalar(select(Process).where(Process.key == key).with_for_update())
    if process is None:
        process = await create_process(db, key, name or plan.name or key, by=by)
    if name:
        process.name = name
    last = await db.scalar(
        select(func.max(ProcessVersion.number)).where(ProcessVersion.process_id == process.id)
    )
    spec = parse_spec(read_xml(xml), plan.process_id)
    version = ProcessVersion(
        process_id=process.id,
        number=(last or 0) + 1,
        xml=xml,
        spec=spec.stored(),
        plan=plan.stored(),
        created_by=by,
    )
    db.add(version)
    await db.flush()
    process.draft, process.drafted_by, process.drafted_at = None, None, None
    await put_into_force(db, process, version, by=by, why=why)
    return version


async def roll_back(
    db: Session, process: Process, version: ProcessVersion, *, by: UUID | None, why: str
) -> None:
    """Put an older version into force again; running cases stay on theirs."""
    if version.process_id != process.id:
        raise NotFound("There is no such version.")
    if process.current_id == version.id:
        raise Conflict("This version is in force already.", code="in_force")
    await put_into_force(db, process, version, by=by, why=why, rollback=True)


async def put_into_force(
    db: Session,
    process: Process,
    version: ProcessVersion,
    *,
    by: UUID | None,
    why: str,
    rollback: bool = False,
) -> None:
    process.current_id, process.updated_at = version.id, now()
    db.add(ProcessRelease(process_id=process.id, version_id=version.id, why=why, by=by))
    published = ProcessPublished(
        subject=process.id,
        actor=by,
        process=process.key,
        number=version.number,
        rollback=rollback,
    )
    await record(db, published)


class Loaded:
    """A version as it runs, read once per process."""

    def __init__(self, version: ProcessVersion) -> None:
        self.id = version.id
        self.number = version.number
        self.plan = Plan.of(version.plan)
        self.spec = Spec.of(version.spec)


MOST_KEPT = 200
_kept: dict[UUID, Loaded] = {}


async def loaded(db: Session, version_id: UUID) -> Loaded:
    """A version as it runs; versions never change, so those read are kept."""
    found = _kept.get(version_id)
    if found is None:
        version = await db.get(ProcessVersion, version_id)
        assert version is not None
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        found = _kept[version_id] = Loaded(version)
    return found
