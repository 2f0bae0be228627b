"""Lists of tasks: what is due next comes first, what has no due time last."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import func, select, tuple_

from kefu.core.db import Session
from kefu.core.paging import page_of, read_cursor
from kefu.identity import Actor
from kefu.promises.access import visible_to
from kefu.promises.model import Task
from kefu.promises.schemas import TaskFilter

NEVER = datetime(9999, 1, 1, tzinfo=UTC)


async def tasks(db: Session, actor: Actor, wanted: TaskFilter) -> tuple[list[Task], str | None]:
    """The tasks an actor sees, narrowed."""
    due = func.coalesce(Task.due_at, NEVER)
    query = select(Task).where(visible_to(actor))
    if wanted.mine:
        query = query.where(Task.owner_id == actor.id)
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
