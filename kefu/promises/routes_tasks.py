"""HTTP of tasks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.http import Db
from kefu.core.shapes import Page
from kefu.core.subjects import known_as
from kefu.identity import Actor, AgentName, CurrentActor, agents_named, departments_named
from kefu.promises.access import task_for
from kefu.promises.listing import task_counts, tasks
from kefu.promises.model import Task
from kefu.promises.schemas import (
    NewTask,
    Person,
    TaskAbout,
    TaskChange,
    TaskCounts,
    TaskFilter,
    TaskRow,
)
from kefu.promises.tasks import (
    change_task,
    claim_task,
    complete_task,
    create_task,
    reopen_task,
)
from kefu.promises.wording import words_of

router = APIRouter(prefix="/api/v1/tasks", tags=["tasks"])


@router.get("")
async def get_tasks(
    wanted: Annotated[TaskFilter, Query()], db: Db, actor: CurrentActor
) -> Page[TaskRow]:
    items, following = await tasks(db, actor, wanted)
    return Page(items=await task_rows(db, actor, items), next_cursor=following)


@router.get("/counts")
async def get_counts(db: Db, actor: CurrentActor) -> TaskCounts:
    return await task_counts(db, actor)


@router.post("", status_code=201)
async def post_task(body: NewTask, db: Db, actor: CurrentActor) -> TaskRow:
    given = body.model_dump(exclude={"about"})
    if body.about:
        given |= {"subject_kind": body.about.kind, "subject": body.about.id}
    if body.owner_id is None and body.department_id is None:
        given["owner_id"] = actor.id
    return await task_row(db, actor, await create_task(db, given, by=actor.id))


@router.get("/{task_id}")
async def get_task(task_id: UUID, db: Db, actor: CurrentActor) -> TaskRow:
    return await task_row(db, actor, await task_for(db, actor, task_id))


@router.patch("/{task_id}")
async def patch_task(task_id: UUID, body: TaskChange, db: Db, actor: CurrentActor) -> TaskRow:
    task = await task_for(db, actor, task_id, lock=True)
    await change_task(db, task, body.model_dump(exclude_unset=True), by=actor.id)
    return await task_row(db, actor, task)


@router.put("/{task_id}/claim")
async def put_claim(task_id: UUID, db: Db, actor: CurrentActor) -> TaskRow:
    task = await task_for(db, actor, task_id, lock=True)
    await claim_task(db, task, by=actor.id)
    return await task_row(db, actor, task)


@router.put("/{task_id}/completion")
async def put_completion(task_id: UUID, db: Db, actor: CurrentActor) -> TaskRow:
    task = await task_for(db, actor, task_id, lock=True)
    await complete_task(db, task, by=actor.id)
    return await task_row(db, actor, task)


@router.delete("/{task_id}/completion")
async def delete_completion(task_id: UUID, db: Db, actor: CurrentActor) -> TaskRow:
    task = await task_for(db, actor, task_id, lock=True)
    await reopen_task(db, task, by=actor.id)
    return await task_row(db, actor, task)


async def task_row(db: Session, actor: Actor, task: Task) -> TaskRow:
    return (await task_rows(db, actor, [task]))[0]


async def task_rows(db: Session, actor: Actor, items: Sequence[Task]) -> list[TaskRow]:
    """Tasks with the names a list shows, in a fixed number of queries for any number of them."""
    people = await agents_named(db, [i for task in items for i in (task.owner_id, task.created_by)])
    departments = await departments_named(db, [task.department_id for task in items])
    abouts = {task.id: about(task) for task in items}
    known = await known_as(db, actor, {(one.kind, one.id) for one in abouts.values() if one})
    at = now()
    return [
        TaskRow(
            owner=person(task.owner_id, people),
            created_by=person(task.created_by, people),
            department=department(task.department_id, departments),
            about=(found := abouts[task.id]),
            subjects=known.get((found.kind, found.id), []) if found else [],
            overdue=task.is_overdue(at),
            **words_of(task, actor.locale)._asdict(),
            **{name: getattr(task, name) for name in PLAIN},
        )
        for task in items
    ]


PLAIN = (
    *("id", "conversation", "customer", "due_at", "remind_at", "done_at"),
    *("created_at", "updated_at"),
)


def person(agent_id: UUID | None, people: dict[UUID, AgentName]) -> Person | None:
    named = people.get(agent_id) if agent_id else None
    return Person(id=named.id, name=named.name, avatar=named.avatar) if named else None


def department(department_id: UUID | None, names: dict[UUID, str]) -> Person | None:
    if department_id is None or department_id not in names:
        return None
    return Person(id=department_id, name=names[department_id])


def about(task: Task) -> TaskAbout | None:
    if task.subject is None or task.subject_kind is None:
        return None
    return TaskAbout(kind=task.subject_kind, id=task.subject)
