"""Waiting: messages, signals and times reach the cases that wait for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kefu.core.db import Session
from kefu.core.errors import Conflict
from kefu.core.events import record
from kefu.workflows.events_processes import CaseResumed
from kefu.workflows.forms import merged
from kefu.workflows.model_processes import RUNNING, STUCK, Case, CaseWait
from kefu.workflows.running import check_open, go_on, locked_case
from kefu.workflows.saying import said


async def awaits(db: Session, case_id: UUID) -> set[str]:
    """The messages that a case waits for now: what its subject may still do."""
    rows = await db.scalars(
        select(CaseWait.name).where(CaseWait.case_id == case_id, CaseWait.kind == "message")
    )
    return set(rows)


async def send_message(
    db: Session,
    case_id: UUID,
    name: str,
    data: Mapping[str, Any] | None = None,
    *,
    by: UUID | None = None,
) -> Case:
    """Tell a case what happened outside; `Conflict` when nothing in it waits for that."""
    case = await told(db, case_id, "message", name, data, by=by)
    if case is None:
        raise Conflict(
            "The case does not wait for this (any more).", code="not_awaited", detail=name[:100]
        )
    return case


async def send_signal(
    db: Session, name: str, data: Mapping[str, Any] | None = None, *, by: UUID | None = None
) -> int:
    """Tell every case that waits for it; returns how many did."""
    waiting = await db.scalars(
        select(CaseWait.case_id)
        .where(CaseWait.kind == "signal", CaseWait.name == name)
        .distinct()
        .order_by(CaseWait.case_id)
    )
    reached = [await told(db, case, "signal", name, data, by=by) for case in waiting.all()]
    return sum(case is not None for case in reached)


async def told(
    db: Session,
    case_id: UUID,
    kind: str,
    name: str,
    data: Mapping[str, Any] | None,
    *,
    by: UUID | None,
) -> Case | None:
    case, version, run = await locked_case(db, case_id)
    check_open(case)
    waits = await db.scalars(
        select(CaseWait)
        .where(CaseWait.case_id == case_id, CaseWait.kind == kind, CaseWait.name == name)
        .order_by(CaseWait.id)
    )
    tokens = [wait.token for wait in waits]
    if not tokens:
        return None
    case.data = merged(case.data, data, field="data")
    run.conditions.data = case.data
    open_events = {task.id for task in run.waiting()}
    for token in tokens:
        if token in open_events:
            run.fire(token)
    await go_on(db, case, version, run, by=by)
    return case


async def fire_timer(db: Session, case_id: UUID, token: UUID) -> None:
    """The time of a timer has come."""
    case, version, run = await locked_case(db, case_id)
    if case.is_open() and token in {task.id for task in run.waiting()}:
        run.fire(token)
        await go_on(db, case, version, run, by=None)


async def retry_step(db: Session, case_id: UUID, token: UUID) -> None:
    """Try a step again whose pause is over."""
    case, version, run = await locked_case(db, case_id)
    if case.is_open():
        await go_on(db, case, version, run, by=None, retry=token)


async def repeat_case(db: Session, case_id: UUID, *, by: UUID | None) -> Case:
    """Try everything again that was set aside in a case."""
    case, version, run = await locked_case(db, case_id)
    if case.state != STUCK:
        raise Conflict("Nothing of this case was set aside.", code="not_set_aside")
    waits = await db.scalars(
        select(CaseWait).where(CaseWait.case_id == case_id, CaseWait.due_at.is_(None))
    )
    case.state, case.error = RUNNING, None
    await record(db, said(CaseResumed, case, by))
    for wait in waits.all():
        if wait.kind == "step":
            wait.attempts = 0
            await go_on(db, case, version, run, by=by, retry=wait.token)
    return case
