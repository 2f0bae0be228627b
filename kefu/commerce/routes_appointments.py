"""Appointments over HTTP: free times, booking, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from sqlalchemy import select

from kefu.commerce.access import order_for
from kefu.commerce.appointments import begin, book, end, free_times, move, send_technician
from kefu.commerce.model_appointments import Appointment, AppointmentSlot
from kefu.commerce.model_orders import Order
from kefu.commerce.schemas_benefits import (
    AppointmentKind,
    AppointmentShown,
    AppointmentState,
    BookingBody,
    EndBody,
    FreeTime,
    Mode,
    MoveBody,
    SlotBody,
    SlotShown,
    TechnicianBody,
)
from kefu.commerce.showing_changes import name_of
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Conflict, Invalid, NotFound
from kefu.core.http import Db
from kefu.core.ids import uuid7
from kefu.core.paging import Cursor, Limit, cursor_of, read_cursor
from kefu.core.shapes import Page
from kefu.core.time_shapes import Moment
from kefu.identity import Actor, CurrentActor, agents_named

router = APIRouter(prefix="/api/v1", tags=["appointments"])


@router.get("/appointments")
async def get_appointments(
    db: Db,
    actor: CurrentActor,
    since: Annotated[Moment | None, Query()] = None,
    state: AppointmentState | None = None,
    order: UUID | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[AppointmentShown]:
    """Appointments in the order of their time."""
    actor.require("order.read")
    query = select(Appointment).order_by(Appointment.starts_at, Appointment.id)
    if since:
        query = query.where(Appointment.starts_at >= since)
    if state:
        query = query.where(Appointment.state == state)
    if order:
        query = query.where(Appointment.order_id == order)
    after = read_cursor(cursor, str, UUID)
    if after:
        last = await appointment_with(db, after[1])
        later = (Appointment.starts_at > last.starts_at) | (
            (Appointment.starts_at == last.starts_at) & (Appointment.id > last.id)
        )
        query = query.where(later)
    found = (await db.scalars(query.limit(limit + 1))).all()
    items = await shown_appointments(db, found[:limit])
    more = len(found) > limit
    following = cursor_of("at", found[limit - 1].id) if more else None
    return Page(items=items, next_cursor=following)


@router.get("/appointments/free-times")
async def get_free_times(
    db: Db,
    actor: CurrentActor,
    kind: AppointmentKind,
    mode: Mode,
    since: date | None = None,
    days: Annotated[int, Query(ge=1, le=31)] = 14,
) -> list[FreeTime]:
    """When somebody can still come or call."""
    actor.require("order.read")
    begin_day = max(since or now().date(), now().date())
    found = await free_times(db, kind, mode, since=begin_day, days=days)
    return [FreeTime(starts_at=begins, ends_at=ends, left=left) for begins, ends, left in found]


@router.post("/orders/{order_id}/appointments", status_code=201)
async def post_appointment(
    order_id: UUID, body: BookingBody, db: Db, actor: CurrentActor
) -> AppointmentShown:
    order = await order_for(db, actor, order_id, lock=True)
    return await shown(db, await book(db, order, **body.model_dump(), by=actor.id))


@router.put("/appointments/{appointment_id}/time")
async def put_time(
    appointment_id: UUID, body: MoveBody, db: Db, actor: CurrentActor
) -> AppointmentShown:
    appointment = await appointment_for(db, actor, appointment_id)
    await move(db, appointment, starts_at=body.starts_at, by=actor.id)
    return await shown(db, appointment)


@router.put("/appointments/{appointment_id}/technician")
async def put_technician(
    appointment_id: UUID, body: TechnicianBody, db: Db, actor: CurrentActor
) -> AppointmentShown:
    appointment = await appointment_for(db, actor, appointment_id)
    await send_technician(db, appointment, body.technician_id)
    return await shown(db, appointment)


@router.put("/appointments/{appointment_id}/beginning")
async def put_beginning(appointment_id: UUID, db: Db, actor: CurrentActor) -> AppointmentShown:
    """Somebody is there, or on the line."""
    appointment = await appointment_for(db, actor, appointment_id)
    await begin(db, appointment, by=actor.id)
    return await shown(db, appointment)


@router.put("/appointments/{appointment_id}/end")
async def put_end(
    appointment_id: UUID, body: EndBody, db: Db, actor: CurrentActor
) -> AppointmentShown:
    appointment = await appointment_for(db, actor, appointment_id)
    await end(db, appointment, how=body.how, by=actor.id)
    return await shown(db, appointment)


@router.get("/appointment-slots")
async def get_slots(db: Db, _: CurrentActor) -> list[SlotShown]:
    """The times of the week at which appointments can be kept."""
    found = await db.scalars(
        select(AppointmentSlot).order_by(
            AppointmentSlot.kind,
            AppointmentSlot.mode,
            AppointmentSlot.weekday,
            AppointmentSlot.starts,
        )
    )
    return [SlotShown.model_validate(one, from_attributes=True) for one in found]


@router.post("/appointment-slots", status_code=201)
async def post_slot(body: SlotBody, db: Db, _: CurrentActor) -> SlotShown:
    if body.starts >= body.ends:
        raise Invalid("A slot ends after it began.", field="ends")
    slot = AppointmentSlot(id=uuid7(), **body.model_dump())
    taken = await db.scalar(
        select(AppointmentSlot.id).where(
            AppointmentSlot.kind == slot.kind,
            AppointmentSlot.mode == slot.mode,
            AppointmentSlot.weekday == slot.weekday,
            AppointmentSlot.starts == slot.starts,
        )
    )
    if taken is not None:
        raise Conflict("There is such a slot already.", field="starts", code="slot_taken")
    db.add(slot)
    await db.flush()
    return SlotShown.model_validate(slot, from_attributes=True)


@router.delete("/appointment-slots/{slot_id}", status_code=204)
async def delete_slot(slot_id: UUID, db: Db, _: CurrentActor) -> None:
    """Offer it no more; what is booked stays."""
    slot = await db.get(AppointmentSlot, slot_id, with_for_update=True)
    if slot is None:
        raise NotFound("There is no such slot.")
    await db.delete(slot)


async def appointment_with(db: Session, appointment_id: UUID, *, lock: bool = False) -> Appointment:
    found = await db.get(
        Appointment, appointment_id, with_for_update=lock or None, populate_existing=lock
    )
    if found is None:
        raise NotFound("There is no such appointment.")
    return found


async def appointment_for(db: Session, actor: Actor, appointment_id: UUID) -> Appointment:
    actor.require("order.read")
    return await appointment_with(db, appointment_id, lock=True)


async def shown(db: Session, appointment: Appointment) -> AppointmentShown:
    await db.flush()
    return (await shown_appointments(db, [appointment]))[0]


async def shown_appointments(
    db: Session, appointments: Sequence[Appointment]
) -> list[AppointmentShown]:
    orders = {one.order_id for one in appointments}
    rows = await db.execute(select(Order.id, Order.number).where(Order.id.in_(orders)))
    numbers = {row.id: row.number for row in rows}
    agents = await agents_named(db, [one.technician_id for one in appointments])
    return [
        AppointmentShown.model_validate(
            {column.key: getattr(one, column.key) for column in Appointment.__table__.columns}
            | {
                "order_number": numbers[one.order_id],
                "technician": name_of(agents, one.technician_id),
            }
        )
        for one in appointments
    ]
