"""The transit warehouse over HTTP: scans in and out, what lies where, and for how long."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from sqlalchemy import select

from kefu.commerce.model_returns import ReturnCase
from kefu.commerce.model_warehouse import WarehouseLocation, WarehouseParcel
from kefu.commerce.returns.access import location_with, parcel_for
from kefu.commerce.returns.listing import parcels_for, stock
from kefu.commerce.returns.warehouse import (
    Scanned,
    close_location,
    match,
    put_location,
    scan_in,
    scan_out,
)
from kefu.commerce.schemas_inspections import (
    Departure,
    Intake,
    LocationRow,
    Matching,
    NewLocation,
    ParcelRow,
    ScanShown,
    StockRow,
)
from kefu.core.clock import now
from kefu.core.http import Db
from kefu.core.paging import Cursor, Limit
from kefu.core.shapes import Page
from kefu.identity import CurrentActor

router = APIRouter(prefix="/api/v1/warehouse", tags=["warehouse"])


@router.get("/locations")
async def list_locations(db: Db, _: CurrentActor) -> list[LocationRow]:
    rows = await db.scalars(
        select(WarehouseLocation).where(WarehouseLocation.active).order_by(WarehouseLocation.code)
    )
    return [location_row(one) for one in rows]


@router.post("/locations", status_code=201)
async def post_location(db: Db, _: CurrentActor, body: NewLocation) -> LocationRow:
    """A place by its code; one that was there is named anew and used again."""
    return location_row(await put_location(db, code=body.code, name=body.name, kind=body.kind))


@router.delete("/locations/{location_id}", status_code=204)
async def delete_location(db: Db, _: CurrentActor, location_id: UUID) -> None:
    await close_location(db, await location_with(db, location_id))


@router.post("/intake", status_code=201)
async def post_intake(db: Db, actor: CurrentActor, body: Intake) -> ScanShown:
    """Scan a parcel at a place: it comes in, or is moved, and its case goes on."""
    location = await location_with(db, body.location_id)
    scanned = await scan_in(db, body.code, location, by=actor.id, note=body.note)
    return await shown(db, scanned)


@router.post("/departures", status_code=201)
async def post_departure(db: Db, actor: CurrentActor, body: Departure) -> ScanShown:
    return await shown(db, await scan_out(db, body.code, purpose=body.purpose, by=actor.id))


@router.put("/parcels/{parcel_id}/case")
async def put_case(db: Db, actor: CurrentActor, parcel_id: UUID, body: Matching) -> ScanShown:
    """A parcel that nobody knew belongs to this case, by the case's or its parcel's number."""
    parcel = await parcel_for(db, actor, parcel_id)
    return await shown(db, await match(db, parcel, body.number, by=actor.id))


@router.get("/parcels")
async def list_parcels(
    db: Db,
    _: CurrentActor,
    lying: bool = True,  # noqa: FBT001, FBT002 - flags of the address
    unknown: bool = False,  # noqa: FBT001, FBT002
    overdue: bool = False,  # noqa: FBT001, FBT002
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ParcelRow]:
    """Parcels in the warehouse, the one that lies longest first; or those that left."""
    found, following = await parcels_for(
        db, lying=lying, unknown=unknown, overdue=overdue, cursor=cursor, limit=limit
    )
    rows = [parcel_row(one.parcel, one.location, one.case) for one in found]
    return Page(items=rows, next_cursor=following)


@router.get("/stock")
async def show_stock(db: Db, _: CurrentActor) -> list[StockRow]:
    """Returned goods by model and place, with what their inspection said."""
    return [StockRow(**row) for row in await stock(db)]


async def shown(db: Db, scanned: Scanned) -> ScanShown:
    location = await location_with(db, scanned.parcel.location_id)
    row = parcel_row(scanned.parcel, location, scanned.case)
    return ScanShown.model_validate({"result": scanned.result, "parcel": row})


def parcel_row(
    parcel: WarehouseParcel, location: WarehouseLocation, case: ReturnCase | None
) -> ParcelRow:
    same = (
        *("id", "code", "case_id", "note", "in_at", "due_at", "counts", "alarmed_at", "out_at"),
        "purpose",
    )
    return ParcelRow(
        **{name: getattr(parcel, name) for name in same},
        case_number=case.number if case else None,
        location=location.code,
        overdue=parcel.out_at is None and parcel.due_at < now(),
    )


def location_row(one: WarehouseLocation) -> LocationRow:
    return LocationRow(**{name: getattr(one, name) for name in LocationRow.model_fields})
