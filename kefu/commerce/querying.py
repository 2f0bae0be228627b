"""Querying: how far an order is, in the same words on every channel, and how fast it is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kefu.commerce.events import OrderQueried
from kefu.commerce.model_orders import Order
from kefu.commerce.model_shipments import Shipment
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Invalid
from kefu.core.events import record

CHANNELS = ("website", "app", "phone", "chat", "email", "other")


@dataclass(frozen=True, slots=True)
class Standing:
    """What a customer is told of an order; nothing personal is in it."""

    number: str
    status: str
    placed_at: datetime
    paid_at: datetime | None
    shipped_at: datetime | None
    delivered_at: datetime | None
    promised_by: datetime | None
    refunded_amount: int
    currency: str
    parcels: list[dict[str, Any]]


async def standing_of(db: Session, order: Order) -> Standing:
    """How far the order and its parcels are."""
    parcels = await db.scalars(
        select(Shipment)
        .where(Shipment.order_id == order.id, Shipment.direction == "outbound")
        .order_by(Shipment.id)
    )
    return Standing(
        number=order.number,
        status=order.status,
        placed_at=order.placed_at,
        paid_at=order.paid_at,
        shipped_at=order.shipped_at,
        delivered_at=order.delivered_at,
        promised_by=order.promised_by,
        refunded_amount=order.refunded_amount,
        currency=order.currency,
        parcels=[
            {
                "carrier": one.carrier,
                "tracking_number": one.tracking_number,
                "status": one.status,
                "last_event_at": one.last_event_at,
            }
            for one in parcels
        ],
    )


async def answer_query(
    db: Session,
    order: Order,
    *,
    channel: str,
    asked_at: datetime,
    by: UUID | None = None,
    conversation: UUID | None = None,
) -> Standing:
    """Tell how far the order is; remembered with the time since it was asked."""
    if channel not in CHANNELS:
        raise Invalid("There is no such channel.", field="channel")
    seconds = (now() - asked_at).total_seconds()
    if seconds < 0:
        raise Invalid("This question lies in the future.", field="asked_at")
    queried = OrderQueried(
        subject=order.id,
        customer=order.customer_id,
        conversation=conversation,
        actor=by,
        channel=channel,
        seconds=round(seconds, 3),
        status=order.status,
    )
    await record(db, queried)
    return await standing_of(db, order)
