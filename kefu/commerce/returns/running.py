"""Running: the case's process, which says where an outcome leads in the drawing it started with.

The drawing decides: where an administrator has drawn another way, or a task of their own between
two nodes, the case goes there. A case whose process is not in force (an old one that was loaded,
a desk without drawings) goes the ways that are built in.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from kefu.commerce.model_returns import ReturnCase
from kefu.commerce.returns.nodes import APPLY, DONE, ENDS
from kefu.core.db import Session
from kefu.core.errors import NotFound
from kefu.workflows import Case, CaseTask, claim_task, complete_task, start_case

SUBJECT = "return"


async def start_process(
    db: Session, case: ReturnCase, *, by: UUID | None, entry: str | None = None
) -> None:
    """Start the process of this kind of case, from the node `entry` where one is given."""
    case.process_id = None
    try:
        process = await start_case(
            db,
            case.kind,
            subject_kind=SUBJECT,
            subject=case.id,
            customer=case.customer_id,
            data={"entry": entry} if entry else {},
            by=by,
            historic=case.historic,
        )
    except NotFound:  # no such drawing is in force: the built-in ways hold
        return
    case.process_id = process.id


async def restart_process(db: Session, case: ReturnCase, node: str, *, by: UUID) -> None:
    """A case that had ended begins a second run of its process, at this node."""
    await start_process(db, case, by=by, entry=node)


async def process_moved(
    db: Session, case: ReturnCase, outcome: str, *, drawn: str, by: UUID | None
) -> str:
    """Complete the task of the node where the case stands; returns where the case is then.

    On the fast track the process starts behind the review, which is passed all the same.
    """
    if case.process_id is None or (case.node == APPLY and case.fast_track):
        return drawn
    task = await task_at(db, case)
    if task is not None:
        await complete_task(db, task.id, {"outcome": outcome}, by=by)
    return await standing(db, case, drawn) or drawn


async def process_taken(db: Session, case: ReturnCase, *, by: UUID) -> None:
    """Whoever takes the case has taken the task of its process."""
    task = await task_at(db, case) if case.process_id else None
    if task is not None and task.claimed_at is None:
        await claim_task(db, task.id, by=by)


async def standing(db: Session, case: ReturnCase, drawn: str | None = None) -> str | None:
    """Where the process stands: the wanted node if it is open, else the first; or its end."""
    process = await db.get(Case, case.process_id) if case.process_id else None
    if process is None:
        return None
    if not process.is_open():
        return process.outcome if process.outcome in ENDS else DONE
    nodes = [task.node for task in await tasks_of(db, case)]
    if drawn in nodes:
        return drawn
    return nodes[0] if nodes else None


async def task_at(db: Session, case: ReturnCase) -> CaseTask | None:
    return next((task for task in await tasks_of(db, case) if task.node == case.node), None)


async def tasks_of(db: Session, case: ReturnCase) -> list[CaseTask]:
    """The open tasks of the run that the case is in now."""
    rows = await db.scalars(
        select(CaseTask)
        .where(CaseTask.case_id == case.process_id, CaseTask.closed_at.is_(None))
        .order_by(CaseTask.id)
    )
    return list(rows)
