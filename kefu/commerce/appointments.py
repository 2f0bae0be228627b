"""Appointments: somebody comes or calls at a time; who does not is late, and that is told first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from kefu.commerce.care_profiles import RuleBroken
from kefu.commerce.events_appointments import (
    AppointmentBegun,
    AppointmentBooked,
    AppointmentEnded,
    AppointmentEvent,
    AppointmentLate,
    AppointmentMoved,
    AppointmentReminded,
)
from kefu.commerce.model_appointments import Appointment, AppointmentSlot
from kefu.commerce.model_orders import Order
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Conflict, Invalid
from kefu.core.events import record
from kefu.core.ids import uuid7
from kefu.identity import agents_named, agents_who_may
from kefu.notifications import Ways, Why, announce, notify
from kefu.promises import (
    Start,
    Stop,
    Words,
    change_clocks,
    create_task,
    is_chinese,
    words_tasks,
)

SUBJECT = "appointment"
REMINDER, LATENESS = "appointment_reminder", "appointment_late"
REMIND_BEFORE = timedelta(hours=3)
LATE_AFTER = timedelta(minutes=15)
CONTACT_WITHIN = timedelta(minutes=30)
ZONE = ZoneInfo("Asia/Shanghai")
OPEN = ("booked", "late", "under_way")
AHEAD_AT_MOST = timedelta(days=90)

announce(
    AppointmentLate.kind,
    zh="预约已到时间，技术人员未到",
    en="An appointment is due and nobody has begun",
    ways=Ways(mail=True),
    why=Why(
        zh="预约时间过了 15 分钟，技术人员还没有开始。",
        en="15 minutes after the time of the appointment nobody had begun.",
        setting="appointment-slots",
    ),
)
announce(
    AppointmentReminded.kind,
    zh="您有即将到来的上门或远程预约",
    en="Your appointment is near",
    why=Why(
        zh="您是这次预约的技术人员，预约时间快到了。",
        en="You are the technician of this appointment, and it is near.",
        setting="appointment-slots",
    ),
)


async def book(
    db: Session,
    order: Order,
    *,
    kind: str,
    mode: str,
    starts_at: datetime,
    source: str = "service",
    by: UUID | None = None,
    note: str = "",
) -> Appointment:
    """Book a free slot for an order that was loaded with its lock."""
    if order.status in ("created", "cancelled"):
        raise RuleBroken("order_status", "Appointments are for paid orders.", field="status")
    slot = await free_slot(db, kind, mode, starts_at)
    appointment = Appointment(
        id=uuid7(),
        order_id=order.id,
        customer_id=order.customer_id,
        kind=kind,
        mode=mode,
        state="booked",
        starts_at=starts_at,
        ends_at=moment(starts_at.astimezone(ZONE).date(), slot.ends),
        note=note,
        source=source,
        created_by=by,
    )
    db.add(appointment)
    await db.flush()
    await set_clocks(db, appointment)
    await record(db, said(AppointmentBooked, appointment, by, source=source))
    return appointment


async def move(
    db: Session, appointment: Appointment, *, starts_at: datetime, by: UUID | None
) -> None:
    check_open(appointment)
    slot = await free_slot(db, appointment.kind, appointment.mode, starts_at)
    former = appointment.starts_at
    appointment.starts_at = starts_at
    appointment.ends_at = moment(starts_at.astimezone(ZONE).date(), slot.ends)
    appointment.state, appointment.late_at, appointment.reminded_at = "booked", None, None
    appointment.moves += 1
    await set_clocks(db, appointment)
    await record(db, said(AppointmentMoved, appointment, by, former=former))


async def send_technician(db: Session, appointment: Appointment, technician: UUID | None) -> None:
    """Say who comes; the reminder goes to them too."""
    check_open(appointment)
    if technician is not None and technician not in await agents_named(db, [technician]):
        raise Invalid("There is no such colleague.", field="technician_id")
    appointment.technician_id = technician


async def begin(db: Session, appointment: Appointment, *, by: UUID | None) -> None:
    """Somebody is there, or on the line."""
    if appointment.state not in ("booked", "late"):
        raise Conflict("This appointment does not wait to begin.", code="not_booked")
    appointment.state, appointment.begun_at = "under_way", now()
    await stop_clocks_of(db, appointment)
    await record(db, said(AppointmentBegun, appointment, by))


async def end(db: Session, appointment: Appointment, *, how: str, by: UUID | None) -> None:
    """It is over: done, cancelled, or nobody came."""
    check_open(appointment)
    if how == "done" and appointment.state != "under_way":
        raise Conflict("An appointment is done once it has begun.", code="not_begun")
    appointment.state, appointment.ended_at = how, now()
    await stop_clocks_of(db, appointment)
    await record(db, said(AppointmentEnded, appointment, by, end=how))


def check_open(appointment: Appointment) -> None:
    if appointment.state not in OPEN:
        raise Conflict("This appointment is over.", code="over", detail=appointment.state)


async def remind(db: Session, ids: Sequence[UUID]) -> None:
    """Its time is near: a fact for the customer's notice, a word to the technician."""
    for appointment in await locked(db, ids):
        if appointment.state != "booked" or appointment.reminded_at:
            continue
        appointment.reminded_at = now()
        await record(db, said(AppointmentReminded, appointment, None))
        if appointment.technician_id:
            await tell(db, AppointmentReminded.kind, {appointment.technician_id}, appointment)


async def note_late(db: Session, ids: Sequence[UUID]) -> None:
    """Nobody has begun: leaders are alarmed, and somebody is to call the customer first."""
    for appointment in await locked(db, ids):
        if appointment.state != "booked":
            continue
        appointment.state, appointment.late_at = "late", now()
        await record(db, said(AppointmentLate, appointment, None))
        leaders = await agents_who_may(db, "order.decide")
        await tell(db, AppointmentLate.kind, leaders, appointment)
        owner = appointment.created_by or min(leaders, default=None)
        if owner is not None:
            await create_task(db, call_first(appointment, owner), by=None)


def call_first(appointment: Appointment, owner: UUID) -> dict[str, Any]:
    return {
        "code": LATENESS,
        "owner_id": owner,
        "subject_kind": SUBJECT,
        "subject": appointment.id,
        "customer": appointment.customer_id,
        "due_at": now() + CONTACT_WITHIN,
    }


@words_tasks(LATENESS)
def say_late(_: Mapping[str, Any], locale: str) -> Words:
    chinese = "预约延误，请主动联系客户"
    return Words(chinese if is_chinese(locale) else "An appointment is late: call the customer")


async def tell(db: Session, kind: str, agents: set[UUID], appointment: Appointment) -> None:
    params = {"order": str(appointment.order_id), "starts_at": appointment.starts_at.isoformat()}
    await notify(db, agents, kind, subject_kind=SUBJECT, subject=appointment.id, params=params)


async def locked(db: Session, ids: Sequence[UUID]) -> Sequence[Appointment]:
    query = select(Appointment).where(Appointment.id.in_(ids)).order_by(Appointment.id)
    return (await db.scalars(query.with_for_update())).all()


async def free_slot(db: Session, kind: str, mode: str, starts_at: datetime) -> AppointmentSlot:
    """The slot that begins then, locked, if not all of its places are taken."""
    if not now() < starts_at <= now() + AHEAD_AT_MOST:
        raise Invalid("Choose a time in the next ninety days.", field="starts_at", limit=90)
    local = starts_at.astimezone(ZONE)
    slot = await db.scalar(
        select(AppointmentSlot)
        .where(
            AppointmentSlot.kind == kind,
            AppointmentSlot.mode == mode,
            AppointmentSlot.weekday == local.weekday(),
            AppointmentSlot.starts == local.strftime("%H:%M"),
        )
        .with_for_update()
    )
    if slot is None or local.second or local.microsecond:
        raise RuleBroken("no_slot", "Nobody comes or calls at this time.", field="starts_at")
    taken = await db.scalar(
        select(func.count()).where(
            Appointment.kind == kind,
            Appointment.mode == mode,
            Appointment.starts_at == starts_at,
            Appointment.state.in_(OPEN),
        )
    )
    if (taken or 0) >= slot.capacity:
        raise RuleBroken("slot_full", "This time is taken.", field="starts_at", limit=slot.capacity)
    return slot


async def free_times(
    db: Session, kind: str, mode: str, *, since: date, days: int
) -> list[tuple[datetime, datetime, int]]:
    """The beginnings and ends that can still be booked, with how many places are left."""
    slots = await db.scalars(
        select(AppointmentSlot)
        .where(AppointmentSlot.kind == kind, AppointmentSlot.mode == mode)
        .order_by(AppointmentSlot.starts)
    )
    by_day: dict[int, list[AppointmentSlot]] = {}
    for slot in slots:
        by_day.setdefault(slot.weekday, []).append(slot)
    rows = await db.execute(
        select(Appointment.starts_at, func.count().label("taken"))
        .where(Appointment.kind == kind, Appointment.mode == mode, Appointment.state.in_(OPEN))
        .where(Appointment.starts_at >= moment(since, "00:00"))
        .group_by(Appointment.starts_at)
    )
    taken = {row.starts_at: row.taken for row in rows}
    found = []
    for day in (since + timedelta(days=number) for number in range(days)):
        for slot in by_day.get(day.weekday(), ()):
            begin_at = moment(day, slot.starts)
            left = slot.capacity - taken.get(begin_at, 0)
            if begin_at > now() and left > 0:
                found.append((begin_at, moment(day, slot.ends), left))
    return found


def moment(day: date, clock: str) -> datetime:
    """A local time of a day; 24:00 is the end of it."""
    if clock == "24:00":
        return moment(day + timedelta(days=1), "00:00")
    return datetime.combine(day, time.fromisoformat(clock), ZONE)


async def set_clocks(db: Session, appointment: Appointment) -> None:
    """When to remind and from when it is late; a reminder whose time has passed is left out."""
    at = now()
    due = {
        REMINDER: appointment.starts_at - REMIND_BEFORE,
        LATENESS: appointment.starts_at + LATE_AFTER,
    }
    await change_clocks(
        db,
        [
            Start(
                subject_kind=SUBJECT,
                subject=appointment.id,
                kind=kind,
                at=at,
                customer=appointment.customer_id,
                due_at=due_at,
                restart=True,
            )
            if due_at > at
            else Stop(appointment.id, kind, at)
            for kind, due_at in due.items()
        ],
    )


async def stop_clocks_of(db: Session, appointment: Appointment) -> None:
    at = now()
    stops = [Stop(appointment.id, kind, at) for kind in (REMINDER, LATENESS)]
    await change_clocks(db, stops)


def said(
    kind: type[AppointmentEvent], appointment: Appointment, by: UUID | None, **more: Any
) -> AppointmentEvent:
    return kind(
        subject=appointment.id,
        customer=appointment.customer_id,
        actor=by,
        order=appointment.order_id,
        appointment_kind=appointment.kind,
        mode=appointment.mode,
        starts_at=appointment.starts_at,
        **more,
    )
