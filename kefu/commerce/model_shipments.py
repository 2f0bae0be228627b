"""Tables of shipments: parcels of an order, on the way out or back, and what carriers say."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kefu.commerce.model import one_of
from kefu.core.clock import now
from kefu.core.db import Base
from kefu.core.ids import uuid7

DIRECTIONS = ("outbound", "return")
SHIPMENT_STATUSES = (
    "created",
    "in_transit",
    "out_for_delivery",
    "delivered",
    "exception",
    "returned",
    "lost",
)


class Shipment(Base):
    """One parcel; `carrier` is the carrier's code in small letters."""

    __tablename__ = "shipments"
    __table_args__ = (
        one_of("direction", DIRECTIONS),
        one_of("status", SHIPMENT_STATUSES),
        UniqueConstraint("order_id", "direction", "tracking_number"),
        Index("ix_shipments_tracking_number", "tracking_number"),
        Index("ix_shipments_return_id", "return_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.id", ondelete="CASCADE"))
    return_id: Mapped[UUID | None]
    direction: Mapped[str] = mapped_column(Text, default="outbound")
    carrier: Mapped[str | None] = mapped_column(Text)
    tracking_number: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text, default="created")
    shipped_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    promised_by: Mapped[datetime | None]
    freight_insured: Mapped[bool] = mapped_column(default=False)
    last_event_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)


class TrackingEvent(Base):
    """One scan of a parcel; a carrier's repetition has the same `external_id`."""

    __tablename__ = "tracking_events"
    __table_args__ = (
        one_of("status", SHIPMENT_STATUSES),
        UniqueConstraint("shipment_id", "external_id"),
        Index("ix_tracking_events_shipment_id_at", "shipment_id", "at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    shipment_id: Mapped[UUID] = mapped_column(ForeignKey("shipments.id", ondelete="CASCADE"))
    external_id: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    code: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str | None] = mapped_column(Text)
    place: Mapped[str | None] = mapped_column(Text)
    province: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    text: Mapped[str | None] = mapped_column(Text)
    received_at: Mapped[datetime] = mapped_column(default=now)
