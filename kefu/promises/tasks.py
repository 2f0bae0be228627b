"""Tasks: who does what by when; due times and reminders run on clocks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Conflict, Invalid
from kefu.core.events import plain, record
from kefu.identity import agents_named, departments_named
from kefu.promises.clocks import Change, Start, Stop, change_clocks, stop_clocks
from kefu.promises.events import TaskAssigned, TaskChanged, TaskDone, TaskEvent, TaskReopened
from kefu.promises.model import TASK, Task
from kefu.promises.wording import make_own, write_out

DUE = "task_due"
REMINDER = "task_reminder"


async def create_task(db: Session, given: Mapping[str, Any], *, by: UUID | None) -> Task:
    """A task for a person or a department; other capabilities say what it is about.

    What the product gives itself has a `code` and `params` instead of a title and a note.
    """
    task = Task(**given, created_by=by)
    write_out(task)
    await check_responsible(db, task)
    check_reminder(task)
    db.add(task)
    await db.flush()
    await set_clocks(db, task)
    await record(db, said(TaskAssigned, task, by), shown=shown(task))
    return task


async def change_task(
    db: Session, task: Task, changes: Mapping[str, Any], *, by: UUID | None
) -> None:
    former = (task.owner_id, task.department_id)
    if changes.keys() & {"title", "note"}:
        make_own(task)
    for name, value in changes.items():
        setattr(task, name, value)
    if (task.owner_id, task.department_id) != former:
        await check_responsible(db, task)
    check_reminder(task)
    task.updated_at = now()
    if task.is_open():
        await set_clocks(db, task)
    changed = said(TaskChanged, task, by, changed=tuple(sorted(changes)), former=former[0])
    await record(db, changed, shown=shown(task))
    if (task.owner_id, task.department_id) != former:
        await record(db, said(TaskAssigned, task, by))


async def claim_task(db: Session, task: Task, *, by: UUID) -> None:
    """Take what nobody has; of two at once the second is refused, as the row was locked."""
    if not task.is_open():
        raise Conflict("This task is done already.", code="already_done")
    if task.owner_id is not None and task.owner_id != by:
        raise Conflict("Somebody else has taken this task.", code="already_claimed")
    if task.owner_id is None:
        await change_task(db, task, {"owner_id": by}, by=by)


async def complete_task(db: Session, task: Task, *, by: UUID | None) -> None:
    """It is done; by nobody where what it was about settled itself."""
    if not task.is_open():
        raise Conflict("This task is done already.", code="already_done")
    at = now()
    late = task.is_overdue(at)
    task.done_at, task.done_by, task.updated_at = at, by, at
    await stop_clocks(db, [task.id], at)
    await record(db, said(TaskDone, task, by, late=late), shown=shown(task))


async def complete_tasks_about(db: Session, subject: UUID, *, by: UUID | None) -> None:
    """Whatever was to be done about it is done."""
    tasks = await db.scalars(
        select(Task)
        .where(Task.subject == subject, Task.done_at.is_(None))
        .order_by(Task.id)
        .with_for_update()
    )
    for task in tasks.all():
        await complete_task(db, task, by=by)


async def reopen_task(db: Session, task: Task, *, by: UUID) -> None:
    if task.is_open():
        raise Conflict("This task is still open.", code="still_open")
    task.done_at, task.done_by, task.updated_at = None, None, now()
    await set_clocks(db, task)
    await record(db, said(TaskReopened, task, by), shown=shown(task))


async def check_responsible(db: Session, task: Task) -> None:
    if task.owner_id is None and task.department_id is None:
        raise Invalid("A task needs an owner or a department.", field="owner_id")
    with db.no_autoflush:
        owners = await agents_named(db, [task.owner_id])
        departments = await departments_named(db, [task.department_id])
    if task.owner_id and not any(owner.status != "left" for owner in owners.values()):
        raise Invalid("There is no such colleague.", field="owner_id")
    if task.department_id and not departments:
        raise Invalid("There is no such department.", field="department_id")


def check_reminder(task: Task) -> None:
    if task.remind_at and task.due_at and task.remind_at > task.due_at:
        raise Invalid("The reminder comes before the task is due.", field="remind_at")


async def set_clocks(db: Session, task: Task) -> None:
    """Due time and reminder as clocks; a time that has passed already is not said again."""
    at = now()
    changes: list[Change] = []
    for kind, moment in ((DUE, task.due_at), (REMINDER, task.remind_at)):
        if moment is None or moment <= at:
            changes.append(Stop(task.id, kind, at))
        else:
            changes.append(clock_of(task, kind, moment, at))
    await change_clocks(db, changes)


def clock_of(task: Task, kind: str, moment: datetime, at: datetime) -> Start:
    return Start(
        subject_kind=TASK,
        subject=task.id,
        kind=kind,
        at=at,
        conversation=task.conversation,
        customer=task.customer,
        assignee=task.owner_id,
        due_at=moment,
        restart=True,
    )


def said(kind: type[TaskEvent], task: Task, by: UUID | None, **more: Any) -> TaskEvent:
    return kind(
        subject=task.id,
        conversation=task.conversation,
        customer=task.customer,
        actor=by,
        owner=task.owner_id,
        department=task.department_id,
        about_kind=task.subject_kind,
        about=task.subject,
        due_at=task.due_at,
        **more,
    )


def shown(task: Task) -> dict[str, Any]:
    """The task as its owner's screen gets it."""
    return {column.key: plain(getattr(task, column.key)) for column in Task.__table__.columns}
