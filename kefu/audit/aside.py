"""Facts set aside: what a reaction could not take, seen and replayed by an administrator."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from kefu.audit.events import FactsReplayed
from kefu.core.db import Session
from kefu.core.errors import NotFound
from kefu.core.events import record
from kefu.core.paging import page_of, read_cursor
from kefu.core.reactions import FactAside, replay_aside


async def set_aside(
    db: Session, *, cursor: str | None, limit: int
) -> tuple[list[FactAside], str | None]:
    """What waits to be replayed, newest first."""
    query = select(FactAside).where(FactAside.resolved_at.is_(None))
    after = read_cursor(cursor, int)
    if after is not None:
        query = query.where(FactAside.id < after[0])
    rows = list(await db.scalars(query.order_by(FactAside.id.desc()).limit(limit + 1)))
    return page_of(rows, limit, lambda row: (row.id,))


async def replay(db: Session, *, group: str, subject: UUID, by: UUID) -> int:
    """React again, in order, to what was set aside of a subject; returns how many succeeded."""
    waiting = await db.scalar(
        select(FactAside.id)
        .where(
            FactAside.group_name == group,
            FactAside.subject == subject,
            FactAside.resolved_at.is_(None),
        )
        .limit(1)
    )
    if waiting is None:
        raise NotFound("Nothing of this subject is set aside in this group.", field="subject")
    replayed = await replay_aside(db, group, subject)
    await record(db, FactsReplayed(subject=subject, actor=by, group=group, replayed=replayed))
    return replayed
