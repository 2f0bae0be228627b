"""The doors: cases and parcels as an actor may see them.

Whoever works with returns sees every case: the customer at the counter, the parcel on the belt
and the case in the queue are found before it is known whose they are.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import false, select, true
from sqlalchemy.sql.elements import ColumnElement

from kefu.commerce.model_returns import ReturnCase
from kefu.commerce.model_warehouse import WarehouseLocation, WarehouseParcel
from kefu.core.db import Session
from kefu.core.errors import NotFound
from kefu.identity import Actor


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The cases that this actor may list."""
    return true() if actor.may("return.read") else false()


async def return_for(db: Session, actor: Actor, case_id: UUID, *, lock: bool = False) -> ReturnCase:
    actor.require("return.read")
    query = select(ReturnCase).where(ReturnCase.id == case_id, visible_to(actor))
    if lock:
        query = query.with_for_update(key_share=True)
    found = await db.execute(query.execution_options(populate_existing=lock))
    case = found.scalar_one_or_none()
    if case is None:
        raise NotFound("There is no such case.")
    return case


async def locked_case(db: Session, case_id: UUID) -> ReturnCase | None:
    """A case for reactions and scans, which act for nobody in particular."""
    found = await db.execute(
        select(ReturnCase)
        .where(ReturnCase.id == case_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return found.scalar_one_or_none()


async def parcel_for(db: Session, actor: Actor, parcel_id: UUID) -> WarehouseParcel:
    actor.require("warehouse.read")
    found = await db.execute(
        select(WarehouseParcel).where(WarehouseParcel.id == parcel_id).with_for_update()
    )
    parcel = found.scalar_one_or_none()
    if parcel is None:
        raise NotFound("There is no such parcel.")
    return parcel


async def location_with(db: Session, location_id: UUID) -> WarehouseLocation:
    location = await db.get(WarehouseLocation, location_id)
    if location is None:
        raise NotFound("There is no such place in the warehouse.")
    return location
