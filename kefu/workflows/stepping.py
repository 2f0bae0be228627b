"""Stepping: service tasks run the steps that capabilities offer; what fails is tried again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError

from kefu.core.clock import now
from kefu.core.db import Session, pushes_of
from kefu.core.errors import Refusal
from kefu.core.events import record
from kefu.workflows.engine import Run, StepTask
from kefu.workflows.events_processes import CaseSetAside
from kefu.workflows.forms import merged
from kefu.workflows.model_processes import Case, CaseWait
from kefu.workflows.offering import OFFERED, StepRefused
from kefu.workflows.plan import Node, Plan
from kefu.workflows.saying import said
from kefu.workflows.settling import Hold

log = structlog.get_logger(__name__)
ATTEMPTS = 5
FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(minutes=15)


def ready_steps(run: Run, hold: Hold) -> Iterator[Any]:
    """Steps that a token has come to and that nothing holds up."""
    return (
        task
        for task in run.ready()
        if isinstance(task.task_spec, StepTask) and not hold.holds(task.id)
    )


async def run_step(db: Session, case: Case, plan: Plan, run: Run, task: Any, *, hold: Hold) -> None:
    """Run one step in a savepoint of the caller's transaction."""
    node = plan.nodes[task.task_spec.name]
    pushed = len(pushes_of(db))
    try:
        async with db.begin_nested():
            given = await OFFERED.steps[node.step or ""].run(db, case, dict(node.params))
            await db.flush()
            case.data = merged(case.data, given, field="step")
    except (OperationalError, InterfaceError):
        raise  # the database is away: so is the whole transaction
    except Exception as error:  # noqa: BLE001 - whatever a step throws is kept beside its case
        del pushes_of(db)[pushed:]
        await db.refresh(case)
        await fail(db, case, plan, run, task, hold=hold, error=error)
        return
    run.complete(task.id)


async def fail(
    db: Session, case: Case, plan: Plan, run: Run, task: Any, *, hold: Hold, error: Exception
) -> None:
    node = plan.nodes[task.task_spec.name]
    refused = isinstance(error, StepRefused | Refusal)
    code = error.code if isinstance(error, StepRefused | Refusal) else ""
    edge = edge_for(plan, run, node, code) if refused else None
    if edge is not None:
        case.data = merged(case.data, {"step_error": code}, field="step")
        run.fire(edge.id)
        return
    wait = hold.waits.get(task.id) or CaseWait(
        case_id=case.id, token=task.id, node=node.id, kind="step", name=node.step or "", attempts=0
    )
    hold.waits[task.id] = wait
    hold.retry = None
    db.add(wait)
    wait.attempts += 1
    wait.error = f"{type(error).__name__}: {error}"[:500]
    tries_again = not refused and wait.attempts < ATTEMPTS
    wait.due_at = now() + pause_after(wait.attempts) if tries_again else None
    log.warning("step_failed", step=node.step, case=str(case.id), error=wait.error[:200])
    if not tries_again:
        hold.broken = True
        await set_aside(db, case, node.id, wait.error)


def edge_for(plan: Plan, run: Run, node: Node, code: str) -> Any | None:
    """The waiting error event at this step: the one of this code, or else the one of any."""
    edges = {
        event.id: event.event.name
        for event in plan.boundaries.get(node.id, [])
        if event.event is not None and event.event.name in ("", code)
    }
    waiting = [task for task in run.waiting() if task.task_spec.name in edges]
    return max(waiting, key=lambda task: edges[task.task_spec.name], default=None)


def pause_after(failures: int) -> timedelta:
    return min(FIRST_PAUSE * 4.0 ** (failures - 1), LONGEST_PAUSE)


async def set_aside(db: Session, case: Case, node: str, error: str) -> None:
    """Keep a case visibly for somebody to look at."""
    case.error = error
    await record(db, said(CaseSetAside, case, None, node=node))
