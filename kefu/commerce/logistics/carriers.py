"""Carriers: with whom parcels go, whose agreement comes first, and who has fallen silent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from kefu.commerce.events_logistics import CarrierChanged, CarrierHeard, CarrierSilent
from kefu.commerce.logistics.alarming import SILENT, logisticians
from kefu.commerce.logistics.settings import settings_row
from kefu.commerce.model_logistics import Carrier
from kefu.commerce.model_orders import Order
from kefu.commerce.model_shipments import Shipment
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Conflict, NotFound
from kefu.core.events import record
from kefu.core.ids import uuid7
from kefu.identity import Actor
from kefu.notifications import notify, withdraw

ON_THE_WAY = ("created", "in_transit", "out_for_delivery", "exception")


async def carrier_for_label(
    db: Session, province: str | None = None, *, on: date | None = None
) -> Carrier | None:
    """The carrier for a new label: of those with an agreement the first one that serves there.

    Without any, the first carrier that serves there; nothing when there is none at all.
    """
    day = on or now().date()
    rows = await db.scalars(
        select(Carrier).where(Carrier.active).order_by(Carrier.priority, Carrier.code)
    )
    serving = [carrier for carrier in rows if carrier.serves(province)]
    agreed = [carrier for carrier in serving if carrier.has_agreement(day)]
    return next(iter(agreed or serving), None)


async def carriers(db: Session) -> list[Carrier]:
    """All of them: those in use first, by priority."""
    rows = await db.scalars(
        select(Carrier).order_by(Carrier.active.desc(), Carrier.priority, Carrier.code)
    )
    return list(rows)


async def carrier_for(
    db: Session, actor: Actor, carrier_id: UUID, *, lock: bool = False
) -> Carrier:
    actor.require("carrier.read")
    carrier = await db.get(
        Carrier, carrier_id, with_for_update=lock or None, populate_existing=lock
    )
    if carrier is None:
        raise NotFound("There is no such carrier.")
    return carrier


async def create_carrier(db: Session, given: Mapping[str, Any], *, by: Actor) -> Carrier:
    carrier = Carrier(id=uuid7(), **given)
    carrier.name_en = carrier.name_en or carrier.name
    try:
        async with db.begin_nested():
            db.add(carrier)
    except IntegrityError as error:
        raise Conflict("There is a carrier with this code.", field="code") from error
    await record(db, CarrierChanged(subject=carrier.id, actor=by.id, change="created"))
    return carrier


async def change_carrier(
    db: Session, carrier: Carrier, changes: Mapping[str, Any], *, by: Actor
) -> None:
    """Everything but its code, by which shops name it."""
    for name, value in changes.items():
        setattr(carrier, name, value)
    await record(db, CarrierChanged(subject=carrier.id, actor=by.id, change="changed"))


async def notice_silence(db: Session) -> int:
    """Tell logistics once when a carrier with parcels on the way is not heard for too long."""
    at = now()
    waiting = await _on_the_way(db)
    told = 0
    rows = await db.scalars(
        select(Carrier).where(Carrier.active).order_by(Carrier.id).with_for_update()
    )
    for carrier in rows.all():
        parcels = waiting.get(carrier.code, 0)
        since = carrier.heard_at or carrier.created_at
        silent = parcels > 0 and since + timedelta(hours=carrier.silent_after_hours) <= at
        if silent and carrier.silent_since is None:
            carrier.silent_since = at
            await _tell_silent(db, carrier, parcels)
            told += 1
        elif not silent and carrier.silent_since is not None:
            event = CarrierHeard(subject=carrier.id, silent_since=carrier.silent_since)
            carrier.silent_since = None
            await record(db, event)
            await withdraw(db, SILENT, [carrier.id])
    return told


async def _on_the_way(db: Session) -> dict[str, int]:
    rows = await db.execute(
        select(Shipment.carrier, func.count())
        .join(Order, Order.id == Shipment.order_id)
        .where(
            Shipment.status.in_(ON_THE_WAY),
            Shipment.carrier.is_not(None),
            Order.historic.is_(False),
        )
        .group_by(Shipment.carrier)
    )
    return {code: count for code, count in rows if code}


async def _tell_silent(db: Session, carrier: Carrier, parcels: int) -> None:
    event = CarrierSilent(subject=carrier.id, heard_at=carrier.heard_at, parcels=parcels)
    await record(db, event)
    await notify(
        db,
        await logisticians(db, await settings_row(db)),
        SILENT,
        subject_kind="carrier",
        subject=carrier.id,
        params={"carrier": carrier.name, "parcels": parcels},
    )
