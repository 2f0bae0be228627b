"""What promises offer to automation: tasks, when they are given, due and done."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, select

from kefu.core.automation import About, SubjectKind, Trigger, Words, offer_subject, offer_trigger
from kefu.core.condition_fields import (
    Asking,
    Field,
    Fields,
    Operator,
    a_truth,
    choice,
    moment,
    reference,
    truth,
    with_emptiness,
)
from kefu.core.db import Session
from kefu.core.events import Fact
from kefu.promises.access import visible_to
from kefu.promises.events import ClockDue, TaskAssigned, TaskDone, TaskReopened
from kefu.promises.model import TASK, Task
from kefu.promises.tasks import DUE, REMINDER
from kefu.promises.wording import words_of


def is_overdue(value: bool, asking: Asking) -> Any:  # noqa: FBT001 - what a test compares with
    late = and_(Task.done_at.is_(None), Task.due_at < asking.at)
    return func.coalesce(late, False) == value


TASK_FIELDS: Fields = {
    "open": truth(Task.done_at.is_(None)),
    "overdue": Field("truth", {"is": Operator(a_truth, is_overdue)}),
    "due": moment(Task.due_at),
    "created": moment(Task.created_at),
    "owner": with_emptiness(
        reference("agent", lambda value, _: Task.owner_id.in_(value)), Task.owner_id.is_not(None)
    ),
    "department": with_emptiness(
        reference("department", lambda value, _: Task.department_id.in_(value)),
        Task.department_id.is_not(None),
    ),
    "about_kind": choice(Task.subject_kind, "conversation", "customer", "order", "return"),
}
TASK_WORDS: Words = {
    "open": ("未完成", "Is open"),
    "overdue": ("已逾期", "Is overdue"),
    "due": ("到期时间", "Due"),
    "created": ("创建时间", "Created"),
    "owner": ("负责人", "Owner"),
    "department": ("负责部门", "Department"),
    "about_kind": ("关于", "About"),
    "about_kind.conversation": ("会话", "A conversation"),
    "about_kind.customer": ("客户", "A customer"),
    "about_kind.order": ("订单", "An order"),
    "about_kind.return": ("退换货", "A return"),
    "late": ("逾期完成", "Was late"),
}


async def about_tasks(db: Session, ids: Collection[UUID]) -> dict[UUID, About]:
    rows = await db.scalars(select(Task).where(Task.id.in_(ids)))
    return {
        task.id: About(
            title=task.title,
            conversation=task.conversation,
            customer=task.customer,
            assignee=task.owner_id,
            say=partial(title_of, task),
        )
        for task in rows
    }


def title_of(task: Task, locale: str) -> str:
    return words_of(task, locale).title


def task_whose(clock_kind: str) -> Any:
    """The task of a clock that reached its time, if it is one of this kind."""

    def subject_of(fact: Fact) -> UUID | None:
        details = fact.details
        is_it = details["subject_kind"] == TASK and details["clock_kind"] == clock_kind
        return fact.subject if is_it else None

    return subject_of


offer_subject(
    SubjectKind(
        TASK,
        zh="任务",
        en="Task",
        id=Task.id,
        fields=TASK_FIELDS,
        visible=visible_to,
        about=about_tasks,
        words=TASK_WORDS,
    )
)
offer_trigger(
    Trigger("task.assigned", TaskAssigned.kind, TASK, "任务已分派", "A task was given"),
    Trigger(
        "task.done",
        TaskDone.kind,
        TASK,
        "任务已完成",
        "A task is done",
        fields={"late": truth(None)},
        words=TASK_WORDS,
    ),
    Trigger("task.reopened", TaskReopened.kind, TASK, "任务重新打开", "A task is open again"),
    Trigger(
        "task.overdue",
        ClockDue.kind,
        TASK,
        "任务到期未完成",
        "A task is due and not done",
        subject_of=task_whose(DUE),
    ),
    Trigger(
        "task.reminder",
        ClockDue.kind,
        TASK,
        "任务提醒时间到",
        "The time to be reminded of a task",
        subject_of=task_whose(REMINDER),
    ),
)
