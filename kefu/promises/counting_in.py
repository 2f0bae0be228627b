"""Counting in: what names a calendar says so here, and a calendar that is named stays.

Whoever lets people choose a calendar tells by which names it knows those that chose one:

    counts_in("inbox", inboxes_open_by)
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from sqlalchemy import select

from kefu.core.db import Session
from kefu.core.errors import Conflict
from kefu.promises.model import Calendar, Policy

Names = Callable[[Session, Calendar], Awaitable[Sequence[str]]]
COUNTING: dict[str, Names] = {}
NAMED_AT_MOST = 5


def counts_in(kind: str, names: Names) -> None:
    """Things of this kind may name a calendar."""
    if kind in COUNTING:
        raise ValueError(f"Two kinds that name a calendar are called {kind}.")
    COUNTING[kind] = names


async def check_unused(db: Session, calendar: Calendar) -> None:
    """Refuse with the first kind as the field, and the names of all that would lose their hours."""
    used = {kind: await names(db, calendar) for kind, names in sorted(COUNTING.items())}
    kinds = [kind for kind, names in used.items() if names]
    if kinds:
        names = [name for kind in kinds for name in used[kind]]
        more = f" (+{len(names) - NAMED_AT_MOST})" if len(names) > NAMED_AT_MOST else ""
        raise Conflict(
            "This calendar is used. Please choose another one there first.",
            code="in_use",
            field=kinds[0],
            detail="、".join(names[:NAMED_AT_MOST]) + more,
        )


async def policies_in(db: Session, calendar: Calendar) -> Sequence[str]:
    query = select(Policy.name).where(Policy.calendar_id == calendar.id)
    return (await db.scalars(query.order_by(Policy.position, Policy.id))).all()


counts_in("policy", policies_in)
