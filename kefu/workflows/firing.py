"""Firing: timers and retries whose time has come are found by an index, each handled once."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import structlog
from sqlalchemy import text, update
from sqlalchemy.exc import InterfaceError, OperationalError

from kefu.core.clock import now
from kefu.core.db import Database, Session
from kefu.workflows.built_in import publish_built_in
from kefu.workflows.model_processes import Case, CaseWait
from kefu.workflows.stepping import ATTEMPTS, pause_after, set_aside
from kefu.workflows.waiting import fire_timer, retry_step

log = structlog.get_logger(__name__)
LONGEST_PAUSE = 1.0
SHORTEST_PAUSE = 0.05

# The case's row is locked, never the wait's: whoever advances a case locks in the same order.
DUE = text(
    "select w.id, w.case_id, w.token, w.kind from case_waits w "
    "join process_cases c on c.id = w.case_id "
    "where w.due_at <= :now order by w.due_at, w.id limit 1 for update of c skip locked"
)
NEXT = text("select min(due_at) from case_waits where due_at is not null")


async def fire_next_due(db: Session) -> bool:
    """Handle the wait that is due longest, in this transaction; false when none is due."""
    due = (await db.execute(DUE, {"now": now()})).one_or_none()
    if due is None:
        return False
    try:
        async with db.begin_nested():
            fire = fire_timer if due.kind == "timer" else retry_step
            await fire(db, due.case_id, due.token)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:  # noqa: BLE001 - one case must not hold up the others
        log.warning("case_not_fired", case=str(due.case_id), error=repr(error)[:300])
        await put_off(db, due.id, error)
    return True


async def put_off(db: Session, wait_id: object, error: Exception) -> None:
    """Try again later; after some attempts the case is set aside."""
    wait = await db.get(CaseWait, wait_id, populate_existing=True)
    if wait is None:
        return
    wait.attempts += 1
    wait.error = f"{type(error).__name__}: {error}"[:500]
    wait.due_at = now() + pause_after(wait.attempts)
    if wait.attempts >= ATTEMPTS:
        wait.due_at = None
        case = await db.get(Case, wait.case_id, populate_existing=True)
        assert case is not None
        await set_aside(db, case, wait.node, wait.error)
        await db.execute(update(Case).where(Case.id == case.id).values(state="stuck"))


async def keep_cases_going(database: Database) -> None:
    """Publish what is built in, then fire for ever; any number may run, in any process."""
    async with database.transaction() as db:
        published = await publish_built_in(db)
    if published:
        log.info("processes_published", keys=published)
    while True:
        try:
            while await _once(database):
                pass
            pause = await _until_next(database)
        except (OperationalError, InterfaceError, OSError) as error:
            log.warning("cases_wait", error=str(error)[:200])
            pause = LONGEST_PAUSE
        await asyncio.sleep(pause)


async def _once(database: Database) -> bool:
    async with database.transaction() as db:
        return await fire_next_due(db)


async def _until_next(database: Database) -> float:
    async with database.transaction() as db:
        following: datetime | None = await db.scalar(NEXT)
    if following is None:
        return LONGEST_PAUSE
    left = (following - now()) / timedelta(seconds=1)
    return min(max(left, SHORTEST_PAUSE), LONGEST_PAUSE)
