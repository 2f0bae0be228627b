"""Telling: which agent hears of a clock that ran out, and of a task."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kefu.core.db import Session
from kefu.core.events import Fact
from kefu.identity import department_heads, team_heads
from kefu.notifications import (
    Notice,
    Notification,
    Ways,
    Why,
    announce,
    explains,
    names_subjects,
    notify_all,
    withdraw,
)
from kefu.promises.events import ClockWarned, PromiseBroken
from kefu.promises.model import TASK, Policy, Task
from kefu.promises.tasks import DUE, REMINDER
from kefu.promises.wording import is_chinese, words_of

WARNED, BROKEN = ClockWarned.kind, PromiseBroken.kind
ASSIGNED, OVERDUE, REMINDED = "task.assigned", "task.overdue", "task.reminder"
TASK_KINDS = {DUE: OVERDUE, REMINDER: REMINDED}
SHOWN = ("clock_kind", "started_at", "due_at", "policy")
PROMISED = {"first_reply": ("首次回复", "a first reply"), "next_reply": ("回复", "a reply")}
IDLE = "idle"  # what follows from idleness is for the subject's own capability to say

announce(
    WARNED,
    zh="承诺时限即将到期",
    en="A promised time is nearly over",
    why=Why(
        zh="时效策略承诺的时间快到了。",
        en="Most of the time that a service policy promises is gone.",
        setting="policies",
    ),
)
announce(
    BROKEN,
    zh="承诺时限已超时",
    en="A promised time is over",
    ways=Ways(mail=False),
    why=Why(
        zh="时效策略承诺的时间已过，计时还在走。",
        en="The time that a service policy promises is over and its clock still ran.",
        setting="policies",
    ),
)
announce(
    ASSIGNED,
    zh="您有新任务",
    en="You have a new task",
    why=Why(
        zh="有人或流程把一项任务交给了您或您负责的部门。",
        en="Somebody or a process gave a task to you, or to the department you head.",
    ),
)
announce(
    REMINDED,
    zh="任务提醒",
    en="A reminder of a task",
    why=Why(
        zh="任务上设定的提醒时间到了。", en="The moment for a reminder, set on the task, has come."
    ),
)
announce(
    OVERDUE,
    zh="任务已到期",
    en="A task is due",
    ways=Ways(mail=True),
    why=Why(zh="任务到了截止时间还没有完成。", en="The task was not done when it was due."),
)


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


@explains(WARNED, BROKEN)
async def policy_behind(db: Session, notification: Notification, locale: str) -> str | None:
    """The policy by its name, and in which span it promises what; nothing where it is gone."""
    told = notification.params
    policy = await db.get(Policy, UUID(told["policy"])) if "policy" in told else None
    target = policy.targets.get(told["clock_kind"]) if policy else None
    if policy is None or target is None:
        return None
    chinese, english = PROMISED.get(told["clock_kind"], (told["clock_kind"],) * 2)
    started, due = (datetime.fromisoformat(told[name]) for name in ("started_at", "due_at"))
    ran = (due - started).total_seconds()
    minutes = f"{(target['seconds'] if target['business_time'] else ran) / 60:.1f}"
    span = minutes.removesuffix(".0")
    if is_chinese(locale):
        time = "个工作分钟" if target["business_time"] else "分钟"
        return f"时效策略“{policy.name}”承诺：{chinese}在 {span} {time}内。"
    time = "minutes of business time" if target["business_time"] else "minutes"
    return f"The policy “{policy.name}” promises {english} within {span} {time}."


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
