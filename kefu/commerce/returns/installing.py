"""Installing: a visit is booked, on site or from afar; a missed one is booked again."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kefu.commerce.events_returns import ReturnVisitPlanned
from kefu.commerce.model_returns import ReturnCase
from kefu.commerce.returns.moving import advance, check_at, open_step, set_clock
from kefu.commerce.returns.nodes import SCHEDULE, VISIT
from kefu.commerce.returns.telling import tell
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Invalid


async def book_visit(
    db: Session, case: ReturnCase, *, at: datetime, mode: str, by: UUID | None
) -> None:
    """Agree on a time; the case is late when nobody has been there by then."""
    check_at(case, SCHEDULE)
    if at <= now():
        raise Invalid("This time has passed.", field="at")
    case.visit_at, case.visit_mode = at, mode
    await advance(db, case, "booked", by=by)
    step = await open_step(db, case)
    step.due_at = case.node_due_at = at
    await set_clock(db, case, at=now())
    await tell(db, ReturnVisitPlanned, case, by=by, at=at, mode=mode)


async def finish_visit(db: Session, case: ReturnCase, *, came: bool, by: UUID) -> None:
    """It is done, or nobody came: then another time is needed."""
    check_at(case, VISIT)
    await advance(db, case, "completed" if came else "missed", by=by)
