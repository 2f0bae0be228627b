"""What appointments tell: when somebody comes or calls, and when nobody did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from kefu.commerce.events_order_care import OrderCareEvent


@dataclass(frozen=True, kw_only=True)
class AppointmentEvent(OrderCareEvent):
    """The subject is the appointment."""

    order: UUID
    appointment_kind: str
    mode: str
    starts_at: datetime


@dataclass(frozen=True, kw_only=True)
class AppointmentBooked(AppointmentEvent):
    kind: ClassVar[str] = "appointment.booked"
    source: str


@dataclass(frozen=True, kw_only=True)
class AppointmentMoved(AppointmentEvent):
    kind: ClassVar[str] = "appointment.moved"
    former: datetime


@dataclass(frozen=True, kw_only=True)
class AppointmentReminded(AppointmentEvent):
    kind: ClassVar[str] = "appointment.reminded"


@dataclass(frozen=True, kw_only=True)
class AppointmentLate(AppointmentEvent):
    """Its time has come and nobody has begun: the customer is to be told before they ask."""

    kind: ClassVar[str] = "appointment.late"


@dataclass(frozen=True, kw_only=True)
class AppointmentBegun(AppointmentEvent):
    kind: ClassVar[str] = "appointment.begun"


@dataclass(frozen=True, kw_only=True)
class AppointmentEnded(AppointmentEvent):
    kind: ClassVar[str] = "appointment.ended"
    end: str
