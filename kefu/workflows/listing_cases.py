"""Lists of cases and of what people have to do in them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.orm import defer

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.paging import page_of, read_cursor
from kefu.identity import Actor, department_of
from kefu.workflows.access_processes import cases_visible_to, is_mine, is_ours, tasks_visible_to
from kefu.workflows.model_processes import Case, CaseTask
from kefu.workflows.schemas_processes import CaseFilter, TaskFilter

NEVER = datetime(9999, 1, 1, tzinfo=UTC)


async def cases(db: Session, actor: Actor, wanted: CaseFilter) -> tuple[list[Case], str | None]:
    """Cases an actor sees, the newest first."""
    query = select(Case).options(defer(Case.engine)).where(cases_visible_to(actor))
    for column, value in (
        (Case.process_key, wanted.process),
        (Case.state, wanted.state),
        (Case.subject, wanted.subject),
        (Case.customer, wanted.customer),
    ):
        if value is not None:
            query = query.where(column == value)
    if wanted.node is not None:
        there = select(CaseTask.id).where(
            CaseTask.case_id == Case.id,
            CaseTask.node == wanted.node,
            CaseTask.closed_at.is_(None),
        )
        query = query.where(there.exists())
    if after := read_cursor(wanted.cursor, UUID):
        query = query.where(Case.id < after[0])
    rows = (await db.scalars(query.order_by(Case.id.desc()).limit(wanted.limit + 1))).all()
    return page_of(rows, wanted.limit, lambda row: (row.id,))


async def case_tasks(
    db: Session, actor: Actor, wanted: TaskFilter
) -> tuple[list[CaseTask], str | None]:
    """Tasks an actor sees; open ones by their due time, done ones newest first."""
    query = narrowed(select(CaseTask).where(tasks_visible_to(actor)), actor, wanted)
    if wanted.state == "done":
        if after := read_cursor(wanted.cursor, UUID):
            query = query.where(CaseTask.id < after[0])
        rows = await db.scalars(query.order_by(CaseTask.id.desc()).limit(wanted.limit + 1))
        return page_of(rows.all(), wanted.limit, lambda row: (row.id,))
    due = func.coalesce(CaseTask.due_at, NEVER)
    if after := read_cursor(wanted.cursor, datetime, UUID):
        query = query.where(tuple_(due, CaseTask.id) > tuple_(*after))
    rows = await db.scalars(query.order_by(due, CaseTask.id).limit(wanted.limit + 1))
    return page_of(rows.all(), wanted.limit, lambda row: (row.due_at or NEVER, row.id))


def narrowed(query: Select[Any], actor: Actor, wanted: TaskFilter) -> Select[Any]:
    if wanted.box == "mine":
        query = query.where((CaseTask.owner_id == actor.id) | (CaseTask.closed_by == actor.id))
    elif wanted.box == "department" and wanted.state == "open":
        query = query.where(is_ours(actor))
    elif wanted.box == "department":
        query = query.where(CaseTask.department_id == department_of(actor))
    query = query.where(CaseTask.closed_at.is_(None) == (wanted.state == "open"))
    for column, value in (
        (CaseTask.process_key, wanted.process),
        (CaseTask.node, wanted.node),
        (CaseTask.subject, wanted.subject),
        (CaseTask.case_id, wanted.case_id),
    ):
        if value is not None:
            query = query.where(column == value)
    if wanted.overdue:
        query = query.where(CaseTask.due_at < now())
    return query


async def counts(db: Session, actor: Actor) -> dict[str, int]:
    """What waits for an actor: taken by them, free in their department, and overdue of both."""
    mine = CaseTask.owner_id == actor.id
    row = (
        await db.execute(
            select(
                func.count().filter(mine).label("mine"),
                func.count().filter(is_ours(actor)).label("department"),
                func.count().filter(CaseTask.due_at < now()).label("overdue"),
            ).where(CaseTask.closed_at.is_(None), is_mine(actor))
        )
    ).one()
    return {"mine": row.mine, "department": row.department, "overdue": row.overdue}
