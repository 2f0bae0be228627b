"""Case tasks: people see what they have to do, take it, give it back and complete it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Conflict, NotFound
from kefu.core.events import record
from kefu.workflows.case_files import check_files
from kefu.workflows.events_processes import CaseTaskClaimed, CaseTaskReleased
from kefu.workflows.forms import check_form, merged
from kefu.workflows.model_processes import DONE, Case, CaseTask
from kefu.workflows.plan import field_of
from kefu.workflows.running import check_open, go_on, locked_case
from kefu.workflows.saying import between, task_said
from kefu.workflows.settling import close_tasks, held


async def open_tasks(db: Session, subject: UUID) -> list[CaseTask]:
    """What is open in all cases about this record, oldest first."""
    rows = await db.scalars(
        select(CaseTask)
        .where(CaseTask.subject == subject, CaseTask.closed_at.is_(None))
        .order_by(CaseTask.id)
    )
    return list(rows)


async def complete_task(
    db: Session, task_id: UUID, form: Mapping[str, Any], *, by: UUID | None
) -> Case:
    """Check the form, close the task and let its case go on.

    `Invalid` names the field as `form.<key>`. When two complete it at the same time, one gets
    `Conflict`. Who may complete it is for the caller's door to decide.
    """
    case, version, run = await locked_case(db, await case_with(db, task_id))
    hold = await held(db, case.id)
    task = next((one for one in hold.tasks if one.id == task_id), None)
    if task is None:  # it was done meanwhile: the check says so
        task = await db.get_one(CaseTask, task_id, populate_existing=True)
    check_undone(task)
    check_open(case)
    fields = [field_of(one) for one in task.fields]
    task.form = check_form(fields, form)
    await check_files(db, task.id, fields, task.form)
    case.data = merged(case.data, task.form, field="form")
    run.conditions.data = case.data
    if by is not None and task.claimed_at is None:
        task.claimed_at = now()
        task.owner_id = task.owner_id or by
    close_tasks(case, [task], hold, how=DONE, at=now(), by=by)
    run.complete(task.token)
    await go_on(db, case, version, run, by=by, hold=hold)
    return case


async def claim_task(db: Session, task_id: UUID, *, by: UUID) -> CaseTask:
    """Take a task: from now on one works on it."""
    task, case, _version, _run = await locked_task(db, task_id)
    check_undone(task)
    if task.claimed_at is not None and task.owner_id != by:
        raise Conflict("Somebody else has taken this task.", code="already_claimed")
    if task.claimed_at is None:
        task.owner_id, task.claimed_at = by, now()
        waited = between(task.opened_at, task.claimed_at)
        await record(db, task_said(CaseTaskClaimed, case, task, by, waited=waited))
    return task


async def release_task(db: Session, task_id: UUID, *, by: UUID) -> CaseTask:
    """Give a task back to its department."""
    task, case, _version, _run = await locked_task(db, task_id)
    check_undone(task)
    if task.claimed_at is None:
        raise Conflict("Nobody has taken this task.", code="not_claimed")
    former = task_said(CaseTaskReleased, case, task, by)
    task.claimed_at = None
    if task.department_id is not None or task.role is not None:
        task.owner_id = None
    await record(db, former)
    return task


async def locked_task(db: Session, task_id: UUID) -> tuple[CaseTask, Case, Any, Any]:
    """A task with its case, which is locked first: whoever advances a case waits here."""
    case, version, run = await locked_case(db, await case_with(db, task_id))
    task = await db.get(CaseTask, task_id, populate_existing=True)
    assert task is not None
    if task.is_open():
        check_open(case)
    return task, case, version, run


async def case_with(db: Session, task_id: UUID) -> UUID:
    """The case of a task, which is the same for good: no query where the task was read before."""
    task = await db.get(CaseTask, task_id)
    if task is None:
        raise NotFound("There is no such task.")
    return task.case_id


def check_undone(task: CaseTask) -> None:
    if not task.is_open():
        raise Conflict(
            "This task is done already. Somebody was faster.", code="already_done", field="task"
        )
