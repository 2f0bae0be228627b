"""Shapes of coupons, price protection, freight insurance and appointments."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from kefu.core.shapes import Shape, text_of
from kefu.core.time_shapes import Moment

Amount = Annotated[int, Field(ge=0, le=10**10)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
CouponReason = Literal[
    "late_delivery", "quality", "price", "service", "birthday", "welcome", "other"
]
AppointmentKind = Literal["installation", "repair", "usage"]
Mode = Literal["on_site", "remote"]
AppointmentState = Literal["booked", "late", "under_way", "done", "cancelled", "no_show"]
ClockTime = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class CouponBody(Shape):
    customer_id: UUID
    shop_id: UUID | None = None
    kind: Literal["amount", "percent"] = "amount"
    value: Annotated[int, Field(ge=1, le=10**8)]
    currency: Currency = "CNY"
    least_amount: Amount = 0
    origin: Literal["campaign", "compensation", "care"] = "compensation"
    reason: CouponReason
    days: Annotated[int, Field(ge=1, le=366)] = 30


class CouponUse(Shape):
    order_id: UUID


class CouponShown(BaseModel):
    id: UUID
    code: str
    customer_id: UUID
    customer_name: str
    shop_id: UUID | None
    kind: Literal["amount", "percent"]
    value: int
    currency: str
    least_amount: int
    origin: str
    reason: str
    state: Literal["issued", "used", "revoked"]
    valid_from: datetime
    valid_until: datetime
    order_id: UUID | None
    discount: int | None
    used_at: datetime | None
    returns: int
    issued_by: str | None
    created_at: datetime


class LimitBody(Shape):
    per_coupon: Amount
    per_customer: Amount


class LimitShown(BaseModel):
    role: str
    per_coupon: int
    per_customer: int


class LineOnly(Shape):
    line: UUID
    conversation: UUID | None = None


class PriceProtectionShown(BaseModel):
    id: UUID
    line_id: UUID
    paid_price: int
    current_price: int
    quantity: int
    difference: int
    refund_id: UUID
    at: datetime


class FreightClaimShown(BaseModel):
    id: UUID
    shipment_id: UUID
    distance: Literal["same_province", "other_province"]
    amount: int
    currency: str
    refund_id: UUID
    at: datetime


class PriceRuleBody(Shape):
    days: Annotated[int, Field(ge=0, le=366)]
    counts_from: Literal["placed", "delivered"] = "placed"
    most_per_line: Amount | None = None


class PriceRuleShown(BaseModel):
    shop_id: UUID | None
    days: int
    counts_from: str
    most_per_line: int | None


class FreightRuleBody(Shape):
    same_province: Amount
    other_province: Amount
    warehouse_province: text_of(40) = ""  # type: ignore[valid-type]
    days: Annotated[int, Field(ge=0, le=366)]


class FreightRuleShown(BaseModel):
    shop_id: UUID | None
    same_province: int
    other_province: int
    warehouse_province: str
    days: int


class BenefitRules(BaseModel):
    """The general rules first, then those of single shops."""

    price_protection: list[PriceRuleShown]
    freight: list[FreightRuleShown]
    limits: list[LimitShown]


class BookingBody(Shape):
    kind: AppointmentKind
    mode: Mode
    starts_at: Moment
    note: text_of(500) = ""  # type: ignore[valid-type]


class MoveBody(Shape):
    starts_at: Moment


class TechnicianBody(Shape):
    technician_id: UUID | None


class EndBody(Shape):
    how: Literal["done", "cancelled", "no_show"]


class AppointmentShown(BaseModel):
    id: UUID
    order_id: UUID
    order_number: str
    customer_id: UUID | None
    kind: AppointmentKind
    mode: Mode
    state: AppointmentState
    starts_at: datetime
    ends_at: datetime
    technician_id: UUID | None
    technician: str | None
    note: str
    moves: int
    reminded_at: datetime | None
    late_at: datetime | None
    begun_at: datetime | None
    ended_at: datetime | None


class FreeTime(BaseModel):
    starts_at: datetime
    ends_at: datetime
    left: int


class SlotBody(Shape):
    """Local times of Asia/Shanghai; the end is after the beginning."""

    kind: AppointmentKind
    mode: Mode
    weekday: Annotated[int, Field(ge=0, le=6)]
    starts: ClockTime
    ends: ClockTime
    capacity: Annotated[int, Field(ge=1, le=1000)]


class SlotShown(BaseModel):
    id: UUID
    kind: AppointmentKind
    mode: Mode
    weekday: int
    starts: str
    ends: str
    capacity: int
