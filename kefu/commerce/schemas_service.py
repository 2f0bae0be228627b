"""Shapes of self-service: what a customer says and what they see of their own order."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, StringConstraints

from kefu.core.shapes import Shape, line_of

Tail = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")]
Digits = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]


class CodeBody(Shape):
    number: line_of(80)  # type: ignore[valid-type]
    phone_tail: Tail


class CodeShown(BaseModel):
    """The same answer whether there is such an order or not."""

    code_id: UUID
    expires_at: datetime


class ProofBody(Shape):
    code_id: UUID
    code: Digits


class ProofShown(BaseModel):
    """`token` is null when the code does not fit."""

    token: str | None
    until: datetime | None


class OwnStep(BaseModel):
    name: Literal["placed", "paid", "shipped", "delivered", "cancelled"]
    at: datetime | None


class OwnLine(BaseModel):
    id: UUID
    title: str
    specs: dict[str, Any]
    sku: UUID | None
    quantity: int
    amount: int
    cancelled_quantity: int
    returned_quantity: int
    image: str | None


class OwnOption(BaseModel):
    id: UUID
    specs: dict[str, Any]
    price: int


class OwnScan(BaseModel):
    at: datetime
    status: str | None
    place: str | None
    text: str | None


class OwnShipment(BaseModel):
    direction: str
    carrier: str | None
    tracking_number: str | None
    status: str
    shipped_at: datetime | None
    delivered_at: datetime | None
    scans: list[OwnScan]


class OwnRefund(BaseModel):
    id: UUID
    amount: int
    reason: str
    status: str
    requested_at: datetime
    paid_at: datetime | None


class OwnInvoice(BaseModel):
    id: UUID
    kind: str
    medium: str
    title: str
    state: str
    number: str | None
    amount: int
    applied_at: datetime
    issued_at: datetime | None


class OwnChange(BaseModel):
    id: UUID
    kind: str
    state: str
    special: bool
    decision_note: str
    refusal: str | None
    requested_at: datetime


class OwnAfterSale(BaseModel):
    id: UUID
    kind: str
    requested_at: datetime


class OwnWindow(BaseModel):
    kind: str
    is_open: bool
    closes_at: datetime | None
    special: bool


class OwnOrder(BaseModel):
    """One's own order; telephone and street stay masked even here: the page may be shared."""

    id: UUID
    number: str
    shop: str
    status: str
    currency: str
    goods_amount: int
    shipping_amount: int
    discount_amount: int
    total_amount: int
    paid_amount: int
    refunded_amount: int
    placed_at: datetime
    promised_by: datetime | None
    recipient: str | None
    phone: str | None
    province: str | None
    city: str | None
    district: str | None
    steps: list[OwnStep]
    lines: list[OwnLine]
    shipments: list[OwnShipment]
    refunds: list[OwnRefund]
    invoices: list[OwnInvoice]
    changes: list[OwnChange]
    after_sales: list[OwnAfterSale]
    windows: list[OwnWindow]
    cancel_reasons: list[str]
    options: dict[UUID, list[OwnOption]]


class OwnCase(BaseModel):
    """How far the newest case of an order is."""

    kind: str
    status: str
    node: str


class OwnOrderRow(BaseModel):
    """One's own order in a list, with its newest case of returns."""

    id: UUID
    number: str
    status: str
    title: str
    pieces: int
    image: str | None
    currency: str
    total_amount: int
    placed_at: datetime
    promised_by: datetime | None
    case: OwnCase | None


class OrderPass(BaseModel):
    """Opens one own order in the pages of self-service, for a while."""

    token: str
    until: datetime


class OwnOrders(BaseModel):
    """`proven` is false where the visitor has not shown who they are: then there are none."""

    proven: bool
    items: list[OwnOrderRow]
