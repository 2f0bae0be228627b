"""Running: cases start, go on until somebody or something is awaited, and end."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Conflict, NotFound
from kefu.core.events import record
from kefu.workflows.engine import Run
from kefu.workflows.events_processes import CaseCancelled, CaseEnded, CaseStarted
from kefu.workflows.expressions import BadExpression
from kefu.workflows.forms import merged
from kefu.workflows.model_processes import (
    CANCELLED,
    ENDED,
    RUNNING,
    STUCK,
    WITHDRAWN,
    Case,
    Process,
)
from kefu.workflows.plan import END, Plan
from kefu.workflows.publishing import Loaded, loaded
from kefu.workflows.saying import between, said
from kefu.workflows.settling import Hold, close_all, held, settle
from kefu.workflows.stepping import ready_steps, run_step

Data = dict[str, Any]
MOST_TOKENS = 3_000
MOST_STEPS = 200


async def start_case(
    db: Session,
    key: str,
    *,
    subject_kind: str,
    subject: UUID,
    customer: UUID | None = None,
    data: Data | None = None,
    by: UUID | None = None,
    historic: bool = False,
) -> Case:
    """Start a case on the version in force and run it until somebody or something is awaited.

    `historic` cases come from an import: no clock runs and nobody is told.
    """
    current = await db.scalar(select(Process.current_id).where(Process.key == key))
    if current is None:
        raise NotFound("There is no such process in force.", field="process")
    version = await loaded(db, current)
    case = Case(
        process_key=key,
        version_id=version.id,
        subject_kind=subject_kind,
        subject=subject,
        customer=customer,
        state=RUNNING,
        data=merged({}, data, field="data"),
        engine={},
        historic=historic,
        started_by=by,
        started_at=now(),
        updated_at=now(),
    )
    db.add(case)
    await db.flush()
    await record(db, said(CaseStarted, case, by, version=version.number))
    await go_on(db, case, version, Run(version.spec, case.data), by=by)
    return case


async def locked_case(db: Session, case_id: UUID) -> tuple[Case, Loaded, Run]:
    """A case to be advanced: its row is locked, its tokens are read."""
    case = await db.scalar(
        select(Case)
        .where(Case.id == case_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if case is None:
        raise NotFound("There is no such case.")
    version = await loaded(db, case.version_id)
    return case, version, Run.of(case.engine, version.spec, case.data) if case.is_open() else None  # type: ignore[return-value]


async def go_on(
    db: Session,
    case: Case,
    version: Loaded,
    run: Run,
    *,
    by: UUID | None,
    retry: UUID | None = None,
    hold: Hold | None = None,
) -> None:
    """Move all tokens until they rest, run the steps they reach, and write down where they are.

    A step that waits for its next try is left alone, unless it is the one to `retry`. `hold` is
    what was read of the case before something of it changed.
    """
    if hold is None:
        hold = await held(db, case.id, retry)
    move(run)
    for _ in range(MOST_STEPS):
        task = next(ready_steps(run, hold), None)
        if task is None:
            break
        await hold.say(db)
        await run_step(db, case, version.plan, run, task, hold=hold)
        run.conditions.data = case.data
        move(run)
    case.engine, case.updated_at = run.stored(), now()
    await settle(db, case, version.plan, run, hold, by=by)
    if run.is_over():
        await end(db, case, version.plan, run, by=by)


def move(run: Run) -> None:
    """Refuse what a drawing's checks cannot foresee: values a condition cannot compare."""
    try:
        run.go_on()
    except BadExpression as error:
        raise Conflict(
            "A condition of this process cannot be reckoned with these values.",
            code="bad_condition",
            detail=str(error)[:200],
        ) from error
    if run.size() > MOST_TOKENS:
        raise Conflict("This case has gone round too often.", code="case_too_long")


async def end(db: Session, case: Case, plan: Plan, run: Run, *, by: UUID | None) -> None:
    names = [task.task_spec.name for task in run.left]
    ends = [name for name in names if name in plan.nodes and plan.nodes[name].kind == END]
    top = [name for name in ends if plan.nodes[name].parent is None]
    case.state, case.ended_at, case.error = ENDED, now(), None
    case.outcome = (top or ends or [None])[-1]
    seconds = between(case.started_at, now())
    await record(db, said(CaseEnded, case, by, outcome=case.outcome, seconds=seconds))


async def cancel_case(db: Session, case_id: UUID, *, by: UUID | None) -> Case:
    """End a case from outside: open tasks are withdrawn, nothing of it goes on."""
    case = await db.get(Case, case_id, with_for_update=True, populate_existing=True)
    if case is None:
        raise NotFound("There is no such case.")
    if not case.is_open():
        raise Conflict("This case is over already.", code="case_over")
    await close_all(db, case, how=WITHDRAWN, by=by)
    case.state, case.ended_at, case.updated_at, case.error = CANCELLED, now(), now(), None
    await record(db, said(CaseCancelled, case, by, seconds=between(case.started_at, now())))
    return case


async def case_of(db: Session, subject: UUID, key: str | None = None) -> Case | None:
    """The newest case about this record, of this process if one is named."""
    query = select(Case).where(Case.subject == subject)
    if key is not None:
        query = query.where(Case.process_key == key)
    found: Case | None = await db.scalar(query.order_by(Case.id.desc()).limit(1))
    return found


def check_open(case: Case) -> None:
    if case.state not in (RUNNING, STUCK):
        raise Conflict("This case is over already.", code="case_over")
