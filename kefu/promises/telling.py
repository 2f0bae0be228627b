"""Telling: which agent hears of a clock that ran out, and of a task."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kefu.core.db import Session
from kefu.core.events import Fact
from kefu.identity import department_heads, team_heads
from kefu.notifications import Notice, Ways, announce, names_subjects, notify_all, withdraw
from kefu.promises.events import ClockWarned, PromiseBroken
from kefu.promises.model import TASK, Task
from kefu.promises.tasks import DUE, REMINDER
from kefu.promises.wording import words_of

WARNED, BROKEN = ClockWarned.kind, PromiseBroken.kind
ASSIGNED, OVERDUE, REMINDED = "task.assigned", "task.overdue", "task.reminder"
TASK_KINDS = {DUE: OVERDUE, REMINDER: REMINDED}
SHOWN = ("clock_kind", "started_at", "due_at")
IDLE = "idle"  # what follows from idleness is for the subject's own capability to say

announce(WARNED, zh="承诺时限即将到期", en="A promised time is nearly over")
announce(BROKEN, zh="承诺时限已超时", en="A promised time is over", ways=Ways(mail=False))
announce(ASSIGNED, zh="您有新任务", en="You have a new task")
announce(REMINDED, zh="任务提醒", en="A reminder of a task")
announce(OVERDUE, zh="任务已到期", en="A task is due", ways=Ways(mail=True))


@names_subjects(TASK)
async def name_tasks(db: Session, ids: Collection[UUID], locale: str) -> dict[UUID, str]:
    tasks = await db.scalars(select(Task).where(Task.id.in_(ids)))
    return {task.id: words_of(task, locale).title for task in tasks}


async def tell_of_clocks(db: Session, facts: Iterable[Fact]) -> None:
    """Tell the assignee and the head of the team, once each."""
    said = [fact for fact in facts if fact.details["clock_kind"] != IDLE]
    heads = await team_heads(db, [named(fact, "team") for fact in said])
    notices = []
    for fact in said:
        team = named(fact, "team")
        agents = {named(fact, "assignee"), heads.get(team) if team else None}
        notices += [notice(fact, agent, fact.kind) for agent in agents if agent]
    await notify_all(db, notices)


async def untell_clocks(db: Session, subjects: Iterable[UUID]) -> None:
    await withdraw(db, BROKEN, subjects)


async def tell_of_due_tasks(db: Session, facts: Iterable[Fact]) -> None:
    """Tell the owner, or where a task has none the head of its department."""
    due = {
        fact.subject: fact
        for fact in facts
        if fact.details["subject_kind"] == TASK and fact.details["clock_kind"] in TASK_KINDS
    }
    rows = await db.scalars(select(Task).where(Task.id.in_(due), Task.done_at.is_(None)))
    open_tasks = rows.all()
    heads = await department_heads(db, [task.department_id for task in open_tasks])
    notices = []
    for task in open_tasks:
        agent = task.owner_id or heads.get(task.department_id or task.id)
        if agent:
            fact = due[task.id]
            notices.append(notice(fact, agent, TASK_KINDS[fact.details["clock_kind"]]))
    await notify_all(db, notices)


async def tell_of_new_tasks(db: Session, facts: Iterable[Fact]) -> None:
    said = list(facts)
    heads = await department_heads(db, [named(fact, "department") for fact in said])
    notices = []
    for fact in said:
        department = named(fact, "department")
        agent = named(fact, "owner") or (heads.get(department) if department else None)
        if agent:
            notices.append(notice(fact, agent, ASSIGNED))
    await notify_all(db, notices)


async def untell_tasks(db: Session, subjects: Iterable[UUID]) -> None:
    done = set(subjects)
    for kind in (ASSIGNED, REMINDED, OVERDUE):
        await withdraw(db, kind, done)


def notice(fact: Fact, agent: UUID, kind: str) -> Notice:
    return Notice(
        agent=agent,
        kind=kind,
        subject_kind=fact.details.get("subject_kind", TASK),
        subject=fact.subject,
        conversation=fact.conversation,
        actor=fact.actor,
        params={name: fact.details[name] for name in SHOWN if name in fact.details},
    )


def named(fact: Fact, name: str) -> UUID | None:
    value: Any = fact.details.get(name)
    return UUID(value) if value else None
