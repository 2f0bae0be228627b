"""Routes of carriers and of logistics' settings."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from kefu.commerce.logistics import carriers
from kefu.commerce.logistics.settings import change_settings, notice_settings, settings_row
from kefu.commerce.logistics.timeliness import timeliness
from kefu.commerce.model_logistics import LogisticsSettings
from kefu.commerce.parcels.thresholds import Thresholds
from kefu.commerce.schemas_logistics import (
    CarrierChange,
    CarrierRow,
    NewCarrier,
    SettingsChange,
    SettingsRow,
    TimelinessRow,
)
from kefu.core.clock import now
from kefu.core.errors import Invalid
from kefu.core.http import Db
from kefu.identity import CurrentActor

router = APIRouter(prefix="/api/v1", tags=["logistics"])
LONGEST_DAYS = 366


@router.get("/carriers")
async def get_carriers(db: Db, actor: CurrentActor) -> list[CarrierRow]:
    actor.require("carrier.read")
    return [CarrierRow.model_validate(one) for one in await carriers.carriers(db)]


@router.post("/carriers", status_code=201)
async def post_carrier(body: NewCarrier, db: Db, actor: CurrentActor) -> CarrierRow:
    actor.require("carrier.edit")
    return CarrierRow.model_validate(await carriers.create_carrier(db, body.given(), by=actor))


@router.get("/carriers/timeliness")
async def get_timeliness(
    db: Db,
    actor: CurrentActor,
    since: Annotated[date | None, Query()] = None,
    until: Annotated[date | None, Query()] = None,
) -> list[TimelinessRow]:
    """Each carrier's deliveries by day, of the last 30 days by default."""
    actor.require("carrier.read")
    end = until or now().date()
    begin = since or end - timedelta(days=29)
    if not timedelta() <= end - begin <= timedelta(days=LONGEST_DAYS):
        raise Invalid(
            f"Choose from one day to {LONGEST_DAYS} days.", field="since", limit=LONGEST_DAYS
        )
    return [TimelinessRow.model_validate(row) for row in await timeliness(db, begin, end)]


@router.get("/carriers/{carrier_id}")
async def get_carrier(carrier_id: UUID, db: Db, actor: CurrentActor) -> CarrierRow:
    return CarrierRow.model_validate(await carriers.carrier_for(db, actor, carrier_id))


@router.patch("/carriers/{carrier_id}")
async def patch_carrier(
    carrier_id: UUID, body: CarrierChange, db: Db, actor: CurrentActor
) -> CarrierRow:
    actor.require("carrier.edit")
    carrier = await carriers.carrier_for(db, actor, carrier_id, lock=True)
    await carriers.change_carrier(db, carrier, body.given(), by=actor)
    return CarrierRow.model_validate(carrier)


@router.get("/logistics-settings")
async def get_settings(db: Db, actor: CurrentActor) -> SettingsRow:
    actor.require("anomaly.read")
    return shown(await settings_row(db))


@router.patch("/logistics-settings")
async def patch_settings(body: SettingsChange, db: Db, actor: CurrentActor) -> SettingsRow:
    actor.require("logistics.edit")
    await change_settings(db, body.given(), by=actor)
    return shown(await settings_row(db))


def shown(kept: LogisticsSettings) -> SettingsRow:
    return SettingsRow(
        thresholds=Thresholds().changed(kept.thresholds).as_dict(),
        usual=Thresholds().as_dict(),
        solve_hours=kept.solve_hours,
        department_id=kept.department_id,
        notices=notice_settings(kept),
    )
