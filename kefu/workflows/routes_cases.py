"""HTTP of cases and of what people have to do in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, cast
from uuid import UUID

from fastapi import APIRouter, Query
from sqlalchemy import select

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Conflict
from kefu.core.http import Db
from kefu.core.shapes import Page
from kefu.core.subjects import known_as
from kefu.identity import Actor, CurrentActor, agents_named, departments_named
from kefu.workflows.access_processes import case_for, task_for, task_to_do
from kefu.workflows.case_files import files_of
from kefu.workflows.case_maps import Stay, case_map
from kefu.workflows.case_tasks import claim_task, complete_task, release_task
from kefu.workflows.listing_cases import case_tasks, cases, counts
from kefu.workflows.model_processes import Case, CaseTask, CaseWait, Process
from kefu.workflows.routes_processes import person
from kefu.workflows.running import cancel_case
from kefu.workflows.schemas_processes import (
    CaseDetail,
    CaseFilter,
    CaseRow,
    Completion,
    Counts,
    FieldRow,
    FileRow,
    Person,
    StayRow,
    TaskCounts,
    TaskFilter,
    TaskRow,
    WaitRow,
)
from kefu.workflows.waiting import repeat_case

case_router = APIRouter(prefix="/api/v1/cases", tags=["cases"])
task_router = APIRouter(prefix="/api/v1/case-tasks", tags=["case tasks"])


@case_router.get("")
async def get_cases(
    wanted: Annotated[CaseFilter, Query()], db: Db, actor: CurrentActor
) -> Page[CaseRow]:
    items, following = await cases(db, actor, wanted)
    return Page(items=await case_rows(db, items), next_cursor=following)


@case_router.get("/{case_id}")
async def get_case(case_id: UUID, db: Db, actor: CurrentActor) -> CaseDetail:
    return await case_detail(db, await case_for(db, actor, case_id))


@case_router.put("/{case_id}/cancellation")
async def put_cancellation(case_id: UUID, db: Db, actor: CurrentActor) -> CaseDetail:
    await case_for(db, actor, case_id)
    return await case_detail(db, await cancel_case(db, case_id, by=actor.id))


@case_router.put("/{case_id}/repetition")
async def put_repetition(case_id: UUID, db: Db, actor: CurrentActor) -> CaseDetail:
    """Try again what was set aside."""
    await case_for(db, actor, case_id)
    return await case_detail(db, await repeat_case(db, case_id, by=actor.id))


@task_router.get("")
async def get_tasks(
    wanted: Annotated[TaskFilter, Query()], db: Db, actor: CurrentActor
) -> Page[TaskRow]:
    items, following = await case_tasks(db, actor, wanted)
    return Page(items=await task_rows(db, actor, items), next_cursor=following)


@task_router.get("/counts")
async def get_counts(db: Db, actor: CurrentActor) -> TaskCounts:
    return TaskCounts(**await counts(db, actor))


@task_router.get("/{task_id}")
async def get_task(task_id: UUID, db: Db, actor: CurrentActor) -> TaskRow:
    return (await task_rows(db, actor, [await task_for(db, actor, task_id)]))[0]


@task_router.put("/{task_id}/claim")
async def put_claim(task_id: UUID, db: Db, actor: CurrentActor) -> TaskRow:
    await task_to_do(db, actor, task_id)
    return (await task_rows(db, actor, [await claim_task(db, task_id, by=actor.id)]))[0]


@task_router.delete("/{task_id}/claim")
async def delete_claim(task_id: UUID, db: Db, actor: CurrentActor) -> TaskRow:
    await task_to_do(db, actor, task_id)
    return (await task_rows(db, actor, [await release_task(db, task_id, by=actor.id)]))[0]


@task_router.put("/{task_id}/completion")
async def put_completion(task_id: UUID, body: Completion, db: Db, actor: CurrentActor) -> TaskRow:
    task = await task_to_do(db, actor, task_id)
    if task.screen is not None:
        raise Conflict(
            "This task is done on a page of its own.", code="own_screen", detail=task.screen
        )
    await complete_task(db, task_id, body.form, by=actor.id)
    return (await task_rows(db, actor, [task]))[0]


async def case_rows(db: Session, items: Sequence[Case]) -> list[CaseRow]:
    """Cases with their process's name and where they are, in two more queries for any number."""
    names = await process_names(db, {case.process_key for case in items})
    open_now = await db.execute(
        select(CaseTask.case_id, CaseTask.name)
        .where(CaseTask.case_id.in_([case.id for case in items]), CaseTask.closed_at.is_(None))
        .order_by(CaseTask.id)
    )
    where: dict[UUID, list[str]] = {}
    for case_id, name in open_now:
        where.setdefault(case_id, []).append(name)
    rows = []
    for case in items:
        row = CaseRow.model_validate(case)
        row.process_name, row.open_nodes = names.get(case.process_key, ""), where.get(case.id, [])
        rows.append(row)
    return rows


async def process_names(db: Session, keys: set[str]) -> dict[str, str]:
    rows = await db.execute(select(Process.key, Process.name).where(Process.key.in_(keys)))
    return dict(rows.all())


async def case_detail(db: Session, case: Case) -> CaseDetail:
    await db.flush()
    shown = await case_map(db, case)
    waits = await db.scalars(
        select(CaseWait).where(CaseWait.case_id == case.id).order_by(CaseWait.id)
    )
    (row,) = await case_rows(db, [case])
    return CaseDetail(
        **row.model_dump(),
        number=shown.version,
        xml=shown.xml,
        data=case.data,
        stays=await stay_rows(db, shown.stays),
        waits=[
            WaitRow(
                node=wait.node,
                kind=wait.kind,
                name=wait.name,
                due_at=wait.due_at,
                attempts=wait.attempts,
                error=wait.error,
            )
            for wait in waits
        ],
    )


async def stay_rows(db: Session, stays: Sequence[Stay]) -> list[StayRow]:
    people = await agents_named(db, [stay.by for stay in stays])
    departments = await departments_named(db, [stay.department for stay in stays])
    at = now()
    return [
        StayRow(
            node=stay.node,
            name=stay.name,
            kind=stay.kind,
            entered_at=stay.entered_at,
            claimed_at=stay.claimed_at,
            left_at=stay.left_at,
            how=stay.how,
            by=person(stay.by, people),
            department=department(stay.department, departments),
            due_at=stay.due_at,
            counts=cast("Counts", stay.counts),
            overdue=stay.due_at is not None and (stay.left_at or at) > stay.due_at,
            task=stay.task,
        )
        for stay in stays
    ]


async def task_rows(db: Session, actor: Actor, items: Sequence[CaseTask]) -> list[TaskRow]:
    """Tasks with the names a list shows, in a fixed number of queries for any number of them."""
    people = await agents_named(
        db, [who for task in items for who in (task.owner_id, task.closed_by)]
    )
    departments = await departments_named(db, [task.department_id for task in items])
    names = await process_names(db, {task.process_key for task in items})
    files = await files_of(db, items)
    known = await known_as(db, actor, {(task.subject_kind, task.subject) for task in items})
    at = now()
    return [
        TaskRow(
            process_name=names.get(task.process_key, ""),
            department=department(task.department_id, departments),
            owner=person(task.owner_id, people),
            closed_by=person(task.closed_by, people),
            fields=[FieldRow(**one) for one in task.fields],
            files=[FileRow.model_validate(one) for one in files.get(task.id, [])],
            subjects=known.get((task.subject_kind, task.subject), []),
            overdue=task.is_overdue(at),
            **{name: getattr(task, name) for name in PLAIN},
        )
        for task in items
    ]


PLAIN = (
    *("id", "case_id", "process_key", "node", "name", "subject_kind", "subject", "customer"),
    *("role", "screen", "form", "opened_at", "claimed_at", "due_at", "counts"),
    *("closed_at", "closed"),
)


def department(department_id: UUID | None, names: dict[UUID, str]) -> Person | None:
    if department_id is None or department_id not in names:
        return None
    return Person(id=department_id, name=names[department_id])
