"""Tables of appointments: when somebody can come or call, and who is expected when."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kefu.commerce.model import one_of
from kefu.commerce.model_order_care import SOURCES
from kefu.core.clock import now
from kefu.core.db import Base
from kefu.core.ids import uuid7

APPOINTMENT_KINDS = ("installation", "repair", "usage")
APPOINTMENT_MODES = ("on_site", "remote")
APPOINTMENT_STATES = ("booked", "late", "under_way", "done", "cancelled", "no_show")


class AppointmentSlot(Base):
    """A time of the week at which so many appointments of a kind can be kept; local `HH:MM`."""

    __tablename__ = "appointment_slots"
    __table_args__ = (
        one_of("kind", APPOINTMENT_KINDS),
        one_of("mode", APPOINTMENT_MODES),
        CheckConstraint("weekday between 0 and 6 and capacity > 0", name="bounds"),
        UniqueConstraint("kind", "mode", "weekday", "starts"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    kind: Mapped[str] = mapped_column(Text)
    mode: Mapped[str] = mapped_column(Text)
    weekday: Mapped[int] = mapped_column(SmallInteger)
    starts: Mapped[str] = mapped_column(Text)
    ends: Mapped[str] = mapped_column(Text)
    capacity: Mapped[int]


class Appointment(Base):
    """Somebody comes, or calls, at a time; who does not is late, and the customer hears of it."""

    __tablename__ = "appointments"
    __table_args__ = (
        one_of("kind", APPOINTMENT_KINDS),
        one_of("mode", APPOINTMENT_MODES),
        one_of("state", APPOINTMENT_STATES),
        one_of("source", SOURCES),
        CheckConstraint("starts_at < ends_at", name="times"),
        Index("ix_appointments_starts_at_id", "starts_at", "id"),
        Index("ix_appointments_order_id", "order_id"),
        Index("ix_appointments_customer_id", "customer_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.id", ondelete="CASCADE"))
    customer_id: Mapped[UUID | None] = mapped_column(ForeignKey("customers.id"))
    kind: Mapped[str] = mapped_column(Text)
    mode: Mapped[str] = mapped_column(Text)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(Text, default="booked")
    technician_id: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"), index=True)
    note: Mapped[str] = mapped_column(Text, default="")
    moves: Mapped[int] = mapped_column(default=0)
    reminded_at: Mapped[datetime | None]
    late_at: Mapped[datetime | None]
    begun_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    source: Mapped[str] = mapped_column(Text, default="service")
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)
