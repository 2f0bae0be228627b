"""Tables of logistics: carriers, what goes wrong on the way, and what is waited for."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Text, UniqueConstraint, desc
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from kefu.commerce.model import one_of
from kefu.commerce.parcels.anomalies import KINDS, SEVERITIES
from kefu.core.clock import now
from kefu.core.db import Base
from kefu.core.ids import uuid7
from kefu.customers import province_in

SHIPMENT, ORDER = "shipment", "order"
CLOSINGS = ("went_on", "ended", "handled")


class Carrier(Base):
    """A carrier; among those with an agreement the one with the lowest priority number is first."""

    __tablename__ = "carriers"
    __table_args__ = (CheckConstraint("priority >= 1", name="priority"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    code: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text)
    agreement: Mapped[bool] = mapped_column(default=False)
    agreement_until: Mapped[date | None] = mapped_column(Date)
    priority: Mapped[int] = mapped_column(default=100)
    active: Mapped[bool] = mapped_column(default=True)
    provinces: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    thresholds: Mapped[dict[str, Any]] = mapped_column(default=dict)
    silent_after_hours: Mapped[float] = mapped_column(default=6.0)
    heard_at: Mapped[datetime | None]
    silent_since: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)

    def serves(self, province: str | None) -> bool:
        """Whether it delivers there; one without a list delivers everywhere."""
        served = {province_in(one) for one in self.provinces}
        return not served or province_in(province or "") in served

    def has_agreement(self, on: date) -> bool:
        return self.agreement and (self.agreement_until is None or on <= self.agreement_until)


class CarrierDay(Base):
    """What a carrier delivered on one day, and how much of it in time."""

    __tablename__ = "carrier_days"

    carrier: Mapped[str] = mapped_column(Text, primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    delivered: Mapped[int] = mapped_column(default=0)
    promised: Mapped[int] = mapped_column(default=0)
    on_time: Mapped[int] = mapped_column(default=0)
    hours: Mapped[float] = mapped_column(default=0.0)
    problems: Mapped[int] = mapped_column(default=0)


class WaitingScan(Base):
    """A scan of a parcel that no shop has told us of yet."""

    __tablename__ = "waiting_scans"
    __table_args__ = (
        UniqueConstraint("tracking_number", "external_id"),
        Index("ix_waiting_scans_received_at", "received_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    carrier: Mapped[str | None] = mapped_column(Text)
    tracking_number: Mapped[str] = mapped_column(Text)
    external_id: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    code: Mapped[str] = mapped_column(Text)
    place: Mapped[str | None] = mapped_column(Text)
    province: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    text: Mapped[str | None] = mapped_column(Text)
    received_at: Mapped[datetime] = mapped_column(default=now)


class DeliveryWatch(Base):
    """When somebody looks next at a parcel, or at an order that has not left yet."""

    __tablename__ = "delivery_watches"
    __table_args__ = (
        Index("ix_delivery_watches_due_at", "due_at", postgresql_where="due_at is not null"),
        Index("ix_delivery_watches_order_id", "order_id"),
    )

    subject: Mapped[UUID] = mapped_column(primary_key=True)
    subject_kind: Mapped[str] = mapped_column(Text)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.id", ondelete="CASCADE"))
    due_at: Mapped[datetime | None]


class DeliveryAnomaly(Base):
    """Something wrong with a delivery, from when it was found until it is over."""

    __tablename__ = "delivery_anomalies"
    __table_args__ = (
        one_of("kind", KINDS),
        one_of("closing", CLOSINGS),
        CheckConstraint("urgency between 0 and 3", name="urgency"),
        Index(
            "uq_delivery_anomalies_open",
            "subject",
            "kind",
            unique=True,
            postgresql_where="closed_at is null",
        ),
        Index(
            "ix_delivery_anomalies_urgent",
            desc("urgency"),
            desc("opened_at"),
            desc("id"),
            postgresql_where="closed_at is null",
        ),
        Index("ix_delivery_anomalies_opened_at_id", desc("opened_at"), desc("id")),
        Index("ix_delivery_anomalies_order_id", "order_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    subject: Mapped[UUID]
    subject_kind: Mapped[str] = mapped_column(Text)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.id", ondelete="CASCADE"))
    shipment_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("shipments.id", ondelete="CASCADE"), index=True
    )
    customer_id: Mapped[UUID | None]
    order_number: Mapped[str] = mapped_column(Text)
    tracking_number: Mapped[str | None] = mapped_column(Text)
    carrier: Mapped[str | None] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    urgency: Mapped[int]
    since: Mapped[datetime]
    evidence: Mapped[dict[str, Any]] = mapped_column(default=dict)
    opened_at: Mapped[datetime] = mapped_column(default=now)
    due_at: Mapped[datetime]
    overdue_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    closing: Mapped[str | None] = mapped_column(Text)
    closed_by: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"))
    remedy: Mapped[str | None] = mapped_column(Text)
    task_id: Mapped[UUID | None]

    @property
    def severity(self) -> str:
        return SEVERITIES[self.urgency]


class LogisticsSettings(Base):
    """How patient we are, who is told, and what customers hear (one row)."""

    __tablename__ = "logistics_settings"

    id: Mapped[int] = mapped_column(primary_key=True, default=1, autoincrement=False)
    thresholds: Mapped[dict[str, Any]] = mapped_column(default=dict)
    solve_hours: Mapped[float] = mapped_column(default=2.0)
    department_id: Mapped[UUID | None] = mapped_column(ForeignKey("departments.id"))
    notices: Mapped[dict[str, Any]] = mapped_column(default=dict)
    changed_at: Mapped[datetime] = mapped_column(default=now)
