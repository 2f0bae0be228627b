"""Preferring: by which channel customers like to be reached."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import func, select

from kefu.core.db import Session
from kefu.customers.model_portraits import CHANNEL, PortraitTrait, Talk


async def preferred_channels(db: Session, customers: Collection[UUID]) -> dict[UUID, str]:
    """What the portrait says, else the channel of the last conversation; unknown ones left out."""
    last = await db.execute(
        select(Talk.customer_id, Talk.channel)
        .where(Talk.customer_id.in_(customers))
        .order_by(Talk.customer_id, Talk.last_at)
    )
    found = {row.customer_id: row.channel for row in last}
    said = await db.execute(
        select(
            PortraitTrait.customer_id,
            func.coalesce(PortraitTrait.given, PortraitTrait.learned).label("channel"),
        ).where(PortraitTrait.customer_id.in_(customers), PortraitTrait.attribute == CHANNEL)
    )
    return found | {row.customer_id: row.channel for row in said}
