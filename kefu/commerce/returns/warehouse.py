"""The transit warehouse: parcels are scanned in, lie somewhere for two days at most, and leave."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select

from kefu.commerce.events_returns import (
    ParcelEvent,
    ParcelMatched,
    ParcelMoved,
    ParcelScannedIn,
    ParcelScannedOut,
)
from kefu.commerce.model_returns import ReturnCase
from kefu.commerce.model_warehouse import WarehouseLocation, WarehouseParcel
from kefu.commerce.returns.counting import due_after
from kefu.commerce.returns.moving import advance
from kefu.commerce.returns.nodes import SEND_BACK
from kefu.commerce.returns.policy import policy
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Conflict, Invalid, NotFound
from kefu.core.events import record
from kefu.core.ids import uuid7
from kefu.promises import start_clock, stop_clock

SUBJECT = "parcel"
CLOCK = "parcel_turnover"


@dataclass(frozen=True, slots=True)
class Scanned:
    """What came of a scan: in, moved, already here, or in without a case that knows it."""

    result: str
    parcel: WarehouseParcel
    case: ReturnCase | None


async def scan_in(
    db: Session, code: str, location: WarehouseLocation, *, by: UUID, note: str = ""
) -> Scanned:
    """A parcel is laid down at a place: a new one is taken in, one that lies here is moved."""
    if not location.active:
        raise Invalid("This place is not used any more.", field="location_id")
    lying = await lying_parcel(db, code)
    if lying is not None:
        return await laid_elsewhere(db, lying, location, by=by)
    case = await case_with(db, code)
    rules = await policy(db)
    at = now()
    due = await due_after(db, rules, rules.turnover_hours, rules.turnover_counts, at=at)
    parcel = WarehouseParcel(
        id=uuid7(),
        code=code,
        case_id=case.id if case else None,
        location_id=location.id,
        note=note,
        in_at=at,
        in_by=by,
        due_at=due.at,
        counts=due.counts,
    )
    db.add(parcel)
    await tell(db, ParcelScannedIn, parcel, case, by=by, recognised=case is not None)
    await start_clock(
        db, subject_kind=SUBJECT, subject=parcel.id, kind=CLOCK, at=at, due_at=parcel.due_at
    )
    await receive(db, case, by=by)
    return Scanned("in" if case else "unknown", parcel, case)


async def laid_elsewhere(
    db: Session, parcel: WarehouseParcel, location: WarehouseLocation, *, by: UUID
) -> Scanned:
    case = await db.get(ReturnCase, parcel.case_id) if parcel.case_id else None
    if parcel.location_id == location.id:
        return Scanned("here", parcel, case)
    parcel.location_id = location.id
    await tell(db, ParcelMoved, parcel, case, by=by)
    return Scanned("moved", parcel, case)


async def receive(db: Session, case: ReturnCase | None, *, by: UUID) -> None:
    """The goods of the case are here; a second parcel of the same case changes nothing."""
    if case is not None and case.is_open() and case.node == SEND_BACK:
        await advance(db, case, "received", by=by)


async def scan_out(db: Session, code: str, *, purpose: str, by: UUID) -> Scanned:
    """The parcel leaves; its time in the warehouse ends here."""
    parcel = await lying_parcel(db, code)
    if parcel is None:
        raise NotFound("No parcel with this code lies in the warehouse.", field="code")
    at = now()
    parcel.out_at, parcel.out_by, parcel.purpose = at, by, purpose
    await stop_clock(db, parcel.id, CLOCK, at)
    case = await db.get(ReturnCase, parcel.case_id) if parcel.case_id else None
    hours = round((at - parcel.in_at).total_seconds() / 3600, 3)
    within = at <= parcel.due_at
    await tell(
        db, ParcelScannedOut, parcel, case, by=by, purpose=purpose, hours=hours, within=within
    )
    return Scanned("out", parcel, case)


async def match(db: Session, parcel: WarehouseParcel, number: str, *, by: UUID) -> Scanned:
    """Somebody found out whose parcel it is."""
    if parcel.case_id is not None:
        raise Conflict("This parcel belongs to a case already.", code="matched_already")
    case = await case_with(db, number)
    if case is None:
        raise Invalid("No case has this number.", field="number", code="no_such_case")
    parcel.case_id = case.id
    await tell(db, ParcelMatched, parcel, case, by=by)
    await receive(db, case, by=by)
    return Scanned("matched", parcel, case)


async def lying_parcel(db: Session, code: str) -> WarehouseParcel | None:
    """The parcel with this code that is in the warehouse now, locked."""
    found = await db.execute(
        select(WarehouseParcel)
        .where(WarehouseParcel.code == code, WarehouseParcel.out_at.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return found.scalar_one_or_none()


async def case_with(db: Session, code: str) -> ReturnCase | None:
    """The case that a label belongs to, by its own or its parcel's number, locked; open first."""
    found = await db.execute(
        select(ReturnCase)
        .where(or_(ReturnCase.number == code.upper(), ReturnCase.tracking_number == code))
        .order_by((ReturnCase.status != "open"), ReturnCase.id.desc())
        .limit(1)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return found.scalar_one_or_none()


async def tell(
    db: Session,
    kind: type[ParcelEvent],
    parcel: WarehouseParcel,
    case: ReturnCase | None,
    *,
    by: UUID | None,
    **more: Any,
) -> None:
    await record(
        db,
        kind(
            subject=parcel.id,
            customer=case.customer_id if case else None,
            actor=by,
            location=parcel.location_id,
            case=parcel.case_id,
            **more,
        ),
    )


async def put_location(db: Session, *, code: str, name: str, kind: str) -> WarehouseLocation:
    """A place with this code; one that was there is changed."""
    found = await db.scalar(
        select(WarehouseLocation).where(func.lower(WarehouseLocation.code) == code.lower())
    )
    location = found or WarehouseLocation(id=uuid7(), code=code)
    location.name, location.kind, location.active = name, kind, True
    db.add(location)
    await db.flush()
    return location


async def close_location(db: Session, location: WarehouseLocation) -> None:
    """A place that is not used any more; what still lies there has to be moved first."""
    lying = select(WarehouseParcel.id).where(
        WarehouseParcel.location_id == location.id, WarehouseParcel.out_at.is_(None)
    )
    if await db.scalar(lying.limit(1)):
        raise Conflict("Parcels still lie here. Please move them first.", code="in_use")
    location.active = False
