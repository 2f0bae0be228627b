"""Installing: a slot is booked, on site or from afar; a missed one is booked again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from kefu.commerce import appointments
from kefu.commerce.events_returns import ReturnVisitPlanned
from kefu.commerce.model_appointments import Appointment
from kefu.commerce.model_orders import Order
from kefu.commerce.model_returns import ReturnCase
from kefu.commerce.returns.access import locked_case
from kefu.commerce.returns.moving import PLAIN, advance, check_at, open_step, set_clock
from kefu.commerce.returns.nodes import SCHEDULE, VISIT
from kefu.commerce.returns.telling import tell
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.events import Fact

KINDS = {"on_site": "installation", "remote": "usage"}
"""Which kind of appointment a visit is: somebody comes to install, or explains from afar."""


async def book_visit(
    db: Session, case: ReturnCase, *, at: datetime, mode: str, by: UUID | None
) -> None:
    """Book a free slot; the case is late when nobody has been there by then."""
    check_at(case, SCHEDULE)
    order = await db.get_one(Order, case.order_id, with_for_update={"key_share": True})
    booked = await appointments.book(
        db,
        order,
        kind=KINDS[mode],
        mode=mode,
        starts_at=at,
        source="service" if by else "customer",
        by=by,
    )
    case.appointment_id, case.visit_at, case.visit_mode = booked.id, at, mode
    await advance(db, case, "booked", by=by)
    await plan_visit(db, case, at=at, by=by)


async def plan_visit(db: Session, case: ReturnCase, *, at: datetime, by: UUID | None) -> None:
    step = await open_step(db, case)
    case.visit_at = step.due_at = case.node_due_at = at
    step.counts = case.node_counts = PLAIN
    await set_clock(db, case, at=now())
    await tell(db, ReturnVisitPlanned, case, by=by, at=at, mode=case.visit_mode)


async def finish_visit(db: Session, case: ReturnCase, *, came: bool, by: UUID) -> None:
    """It is done, or nobody came: then another time is needed."""
    check_at(case, VISIT)
    booked = await open_appointment(db, case)
    if booked is not None:
        if came and booked.state != "under_way":
            await appointments.begin(db, booked, by=by)
        await appointments.end(db, booked, how="done" if came else "no_show", by=by)
    await advance(db, case, "completed" if came else "missed", by=by)


async def call_off_visit(db: Session, case: ReturnCase, *, by: UUID | None) -> None:
    """Nobody needs to come any more."""
    booked = await open_appointment(db, case)
    if booked is not None:
        await appointments.end(db, booked, how="cancelled", by=by)


async def open_appointment(db: Session, case: ReturnCase) -> Appointment | None:
    if case.appointment_id is None:
        return None
    booked = await db.get(
        Appointment, case.appointment_id, with_for_update=True, populate_existing=True
    )
    return booked if booked is not None and booked.state in appointments.OPEN else None


async def follow_appointments(db: Session, facts: Sequence[Fact]) -> None:
    """What was done with an appointment on its own page moves its case too."""
    meant = {fact.subject for fact in facts}
    rows = await db.execute(
        select(ReturnCase.id, ReturnCase.appointment_id)
        .where(ReturnCase.appointment_id.in_(meant))
        .order_by(ReturnCase.id)
    )
    actors = {fact.subject: fact.actor for fact in facts}
    for case_id, appointment_id in rows.all():
        case = await locked_case(db, case_id)
        booked = await db.get_one(Appointment, appointment_id, populate_existing=True)
        if case is not None and case.is_open() and case.node == VISIT:
            await follow(db, case, booked, by=actors[booked.id])


async def follow(db: Session, case: ReturnCase, booked: Appointment, *, by: UUID | None) -> None:
    if booked.state == "done":
        await advance(db, case, "completed", by=by)
    elif booked.state in ("no_show", "cancelled"):
        await advance(db, case, "missed", by=by)
    elif booked.starts_at != case.visit_at:
        await plan_visit(db, case, at=booked.starts_at, by=by)
