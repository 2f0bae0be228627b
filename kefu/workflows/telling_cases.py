"""Telling: who hears of a task in a case, of its due time, and of a case that was set aside."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from uuid import UUID

from sqlalchemy import select, update

from kefu.core.db import Session
from kefu.core.events import Fact, record
from kefu.identity import agents_who_may, department_heads
from kefu.notifications import Notice, Ways, Why, announce, names_subjects, notify_all, withdraw
from kefu.workflows.events_processes import CaseTaskOverdue
from kefu.workflows.model_processes import CASE_TASK, Case, CaseTask
from kefu.workflows.saying import task_said
from kefu.workflows.settling import DUE

ASSIGNED, DUE_SOON, OVERDUE = "case_task.assigned", "case_task.due_soon", "case_task.overdue"
SET_ASIDE = "case.set_aside"

announce(
    ASSIGNED,
    zh="流程中有您的待办",
    en="A process has a task for you",
    why=Why(
        zh="流程走到了由您办理的一步。",
        en="A process reached a step that is yours.",
        setting="processes",
    ),
)
announce(
    DUE_SOON,
    zh="流程待办即将超时",
    en="A task in a process is nearly overdue",
    why=Why(
        zh="流程图里这一步的时限快到了。",
        en="Most of the time that the process gives this step is gone.",
        setting="processes",
    ),
)
announce(
    OVERDUE,
    zh="流程待办已超时",
    en="A task in a process is overdue",
    ways=Ways(mail=True),
    why=Why(
        zh="流程图里这一步的时限已过。",
        en="The time that the process gives this step is over.",
        setting="processes",
    ),
)
announce(
    SET_ASIDE,
    zh="流程步骤执行失败，待处理",
    en="A step of a process failed for good",
    why=Why(
        zh="流程的一个自动步骤反复失败，已停下来等人处理。",
        en="An automatic step of a process failed again and again, and waits for a person.",
        setting="processes",
    ),
)


@names_subjects(CASE_TASK)
async def name_case_tasks(db: Session, ids: Collection[UUID], _: str) -> dict[UUID, str]:
    rows = await db.execute(select(CaseTask.id, CaseTask.name).where(CaseTask.id.in_(ids)))
    return {row.id: row.name for row in rows}


async def tell_owners(db: Session, facts: Iterable[Fact]) -> None:
    """A task that is somebody's own is told to them; a department finds its tasks in its box."""
    notices = [
        notice(fact, UUID(fact.details["task"]), UUID(fact.details["owner"]), ASSIGNED)
        for fact in facts
        if fact.details.get("owner") and not fact.details.get("historic")
    ]
    await notify_all(db, notices)


async def tell_of_due(db: Session, facts: Iterable[Fact], kind: str) -> None:
    """Whoever has the task, or the head of the department that has not taken it."""
    due = {
        fact.subject: fact
        for fact in facts
        if fact.details["subject_kind"] == CASE_TASK and fact.details["clock_kind"] == DUE
    }
    if not due:
        return
    tasks = (
        await db.scalars(select(CaseTask).where(CaseTask.id.in_(due), CaseTask.closed_at.is_(None)))
    ).all()
    heads = await department_heads(db, [task.department_id for task in tasks])
    notices = []
    for task in tasks:
        agents = {task.owner_id, heads.get(task.department_id or task.id)} - {None}
        fact = due[task.id]
        notices += [notice(fact, task.id, agent, kind) for agent in agents if agent]
    await notify_all(db, notices)
    if kind == OVERDUE:
        await say_overdue(db, tasks, due)


async def say_overdue(db: Session, tasks: Iterable[CaseTask], due: dict[UUID, Fact]) -> None:
    for task in tasks:
        case = await db.get(Case, task.case_id)
        assert case is not None
        await db.execute(
            update(CaseTask).where(CaseTask.id == task.id).values(overdue_at=due[task.id].at)
        )
        await record(db, task_said(CaseTaskOverdue, case, task, None))


async def tell_leaders(db: Session, facts: Iterable[Fact]) -> None:
    leaders = await agents_who_may(db, "process.edit")
    notices = [
        notice(fact, fact.subject, agent, SET_ASIDE, subject_kind="case")
        for fact in facts
        for agent in sorted(leaders)
    ]
    await notify_all(db, notices)


async def untell(db: Session, facts: Iterable[Fact]) -> None:
    tasks = [UUID(fact.details["task"]) for fact in facts]
    for kind in (ASSIGNED, DUE_SOON, OVERDUE):
        await withdraw(db, kind, tasks)


def notice(
    fact: Fact, subject: UUID, agent: UUID, kind: str, *, subject_kind: str = CASE_TASK
) -> Notice:
    shown = ("process", "node", "due_at")
    return Notice(
        agent=agent,
        kind=kind,
        subject_kind=subject_kind,
        subject=subject,
        conversation=None,
        actor=fact.actor,
        params={name: fact.details[name] for name in shown if name in fact.details},
    )
