"""The doors of processes: who sees which case and task, and who may do a task."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, true

from kefu.core.db import Session
from kefu.core.errors import Forbidden, NotFound
from kefu.identity import Actor, department_of
from kefu.workflows.model_processes import Case, CaseTask, Process, ProcessVersion


def is_mine(actor: Actor) -> ColumnElement[bool]:
    """Tasks that an actor has, or could take: their department's, and their role's."""
    return or_(CaseTask.owner_id == actor.id, is_ours(actor))


def is_ours(actor: Actor) -> ColumnElement[bool]:
    """Tasks that nobody has taken and that wait for this actor's department or role.

    What is drawn for nobody in particular waits for everyone who steers cases.
    """
    free = CaseTask.owner_id.is_(None)
    for_us = or_(CaseTask.department_id == department_of(actor), CaseTask.role == actor.role)
    if actor.may("case.steer"):
        nobodys = CaseTask.department_id.is_(None) & CaseTask.role.is_(None)
        for_us = or_(for_us, nobodys)
    return free & for_us


def tasks_visible_to(actor: Actor) -> ColumnElement[bool]:
    """All tasks for those who see all cases, else one's own and those of one's department."""
    if actor.may("case.read_all"):
        return true()
    return or_(
        CaseTask.owner_id == actor.id,
        CaseTask.closed_by == actor.id,
        CaseTask.role == actor.role,
        CaseTask.department_id == department_of(actor),
    )


def cases_visible_to(actor: Actor) -> ColumnElement[bool]:
    if actor.may("case.read_all"):
        return true()
    had = select(CaseTask.id).where(CaseTask.case_id == Case.id, tasks_visible_to(actor))
    return or_(Case.started_by == actor.id, had.exists())


async def case_for(db: Session, actor: Actor, case_id: UUID) -> Case:
    actor.require("case.read")
    case: Case | None = await db.scalar(
        select(Case).where(Case.id == case_id, cases_visible_to(actor))
    )
    if case is None:
        raise NotFound("There is no such case.")
    return case


async def task_for(db: Session, actor: Actor, task_id: UUID) -> CaseTask:
    actor.require("case.read")
    task: CaseTask | None = await db.scalar(
        select(CaseTask).where(CaseTask.id == task_id, tasks_visible_to(actor))
    )
    if task is None:
        raise NotFound("There is no such task.")
    return task


async def task_to_do(db: Session, actor: Actor, task_id: UUID) -> CaseTask:
    """A task that this actor may take and do: theirs, their department's, or any for a leader."""
    task = await task_for(db, actor, task_id)
    actor.require("case_task.do")
    if actor.may("case.steer"):
        return task
    theirs = await db.scalar(select(CaseTask.id).where(CaseTask.id == task_id, is_mine(actor)))
    if theirs is None and task.is_open():
        raise Forbidden("This task waits for somebody else.", code="not_yours")
    return task


async def process_for(db: Session, actor: Actor, key: str, *, lock: bool = False) -> Process:
    actor.require("process.read")
    query = select(Process).where(Process.key == key)
    process: Process | None = await db.scalar(query.with_for_update() if lock else query)
    if process is None:
        raise NotFound("There is no such process.")
    return process


async def version_for(db: Session, process: Process, number: int) -> ProcessVersion:
    version: ProcessVersion | None = await db.scalar(
        select(ProcessVersion).where(
            ProcessVersion.process_id == process.id, ProcessVersion.number == number
        )
    )
    if version is None:
        raise NotFound("There is no such version.")
    return version
