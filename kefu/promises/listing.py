"""Lists of tasks: what is due next comes first, what has no due time last."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select, tuple_

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.paging import page_of, read_cursor
from kefu.identity import Actor, department_of, members_of_teams
from kefu.promises.access import visible_to
from kefu.promises.model import Task
from kefu.promises.schemas import TaskCounts, TaskFilter

NEVER = datetime(9999, 1, 1, tzinfo=UTC)
SOON = {"day": timedelta(days=1), "week": timedelta(days=7)}


async def tasks(db: Session, actor: Actor, wanted: TaskFilter) -> tuple[list[Task], str | None]:
    """The tasks an actor sees, narrowed."""
    due = func.coalesce(Task.due_at, NEVER)
    query = select(Task).where(visible_to(actor))
    if wanted.mine or wanted.box == "mine":
        query = query.where(Task.owner_id == actor.id)
    elif wanted.box == "team":
        query = query.where(of_the_team(actor))
    if wanted.due:
        query = query.where(due_within(wanted.due, now()))
    if wanted.state != "all":
        query = query.where(Task.done_at.is_(None) == (wanted.state == "open"))
    for column, value in (
        (Task.owner_id, wanted.owner_id),
        (Task.department_id, wanted.department_id),
        (Task.subject, wanted.subject),
    ):
        if value is not None:
            query = query.where(column == value)
    if after := read_cursor(wanted.cursor, datetime, UUID):
        query = query.where(tuple_(due, Task.id) > tuple_(*after))
    rows = (await db.scalars(query.order_by(due, Task.id).limit(wanted.limit + 1))).all()
    return page_of(rows, wanted.limit, lambda row: (row.due_at or NEVER, row.id))


def of_the_team(actor: Actor) -> ColumnElement[bool]:
    """What one's department has, and what colleagues of one's teams have."""
    return or_(
        Task.department_id == department_of(actor), Task.owner_id.in_(members_of_teams(actor))
    )


def due_within(due: str, at: datetime) -> ColumnElement[bool]:
    if due == "none":
        return Task.due_at.is_(None)
    if due == "overdue":
        return and_(Task.due_at < at, Task.done_at.is_(None))
    return Task.due_at.between(at, at + SOON[due])


async def task_counts(db: Session, actor: Actor) -> TaskCounts:
    """The figures beside one's lists."""
    mine = Task.owner_id == actor.id
    free = and_(Task.owner_id.is_(None), Task.department_id == department_of(actor))
    counted = (
        await db.execute(
            select(
                func.count().filter(mine),
                func.count().filter(free),
                func.count().filter(mine, Task.due_at < now()),
            ).where(Task.done_at.is_(None), or_(mine, free))
        )
    ).one()
    return TaskCounts(mine=counted[0], free=counted[1], overdue=counted[2])
