"""Shapes of requests and answers about orders."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from kefu.commerce.documents import Code, Note, OrderDocument, Status
from kefu.commerce.model_orders import ERROR_CAUSES
from kefu.commerce.waiting import EventDocument
from kefu.core.paging import Cursor
from kefu.core.shapes import Shape
from kefu.core.time_shapes import Moment

AT_ONCE = 1000
Cause = Literal["address", "item", "quantity", "amount", "duplicate", "other"]
Reason = Literal["call_customer", "check_identity", "ship_order", "refund", "complaint", "other"]
Channel = Literal["website", "app", "phone", "chat", "email", "other"]
assert Cause.__args__ == ERROR_CAUSES  # type: ignore[attr-defined]


class OrdersTold(Shape):
    """Orders of one shop, by its key. One order may also be sent as it is, with `shop` in it."""

    shop: Code
    historic: bool = False
    orders: Annotated[list[OrderDocument], Field(min_length=1, max_length=AT_ONCE)]

    @model_validator(mode="before")
    @classmethod
    def _one_order(cls, data: Any) -> Any:
        if isinstance(data, dict) and "number" in data and "orders" not in data:
            own = ("shop", "historic")
            order = {name: value for name, value in data.items() if name not in own}
            return {name: data[name] for name in own if name in data} | {"orders": [order]}
        return data


class TakenRow(BaseModel):
    number: str
    id: UUID
    result: Literal["created", "changed", "unchanged"]


class OrdersTaken(BaseModel):
    results: list[TakenRow]


class EventsTold(Shape):
    """Events of orders of one shop; those of unknown orders wait."""

    shop: Code
    events: Annotated[list[EventDocument], Field(min_length=1, max_length=AT_ONCE)]


class ToldRow(BaseModel):
    external_id: str
    result: Literal["applied", "waiting", "known"]


class EventsTaken(BaseModel):
    results: list[ToldRow]


class OrderNarrowing(Shape):
    """What a list of orders is narrowed by."""

    q: Annotated[str, Field(max_length=100)] = ""
    status: Status | None = None
    shop: UUID | None = None
    customer: UUID | None = None
    since: Moment | None = None
    until: Moment | None = None
    late: bool = False
    unfinished: bool = False


class OrderExport(OrderNarrowing):
    language: Literal["zh", "en"] = "zh"


class OrderFilter(OrderNarrowing):
    cursor: Cursor = None
    limit: int = Field(default=25, ge=1, le=100)


class ShopName(BaseModel):
    id: UUID
    key: str
    name: str


class CustomerName(BaseModel):
    id: UUID
    name: str
    tier: str


class OrderRow(BaseModel):
    """An order in a list; the telephone is masked."""

    id: UUID
    number: str
    shop: ShopName
    customer: CustomerName | None
    status: Status
    title: str
    pieces: int
    currency: str
    total_amount: int
    paid_amount: int
    refunded_amount: int
    recipient: str | None
    phone: str | None
    city: str | None
    channel: str
    source: Literal["shop", "service"]
    historic: bool
    unfinished_step: str | None
    placed_at: datetime
    paid_at: datetime | None
    shipped_at: datetime | None
    delivered_at: datetime | None
    completed_at: datetime | None
    cancelled_at: datetime | None
    promised_by: datetime | None
    is_late: bool


class LineRow(BaseModel):
    id: UUID
    position: int
    title: str
    specs: dict[str, Any]
    product_id: UUID | None
    sku_id: UUID | None
    image: str | None
    quantity: int
    unit_price: int
    discount: int
    amount: int
    cancelled_quantity: int
    returned_quantity: int


class PaymentRow(BaseModel):
    id: UUID
    method: str
    amount: int
    status: str
    paid_at: datetime | None
    failure: str | None


class SystemWord(BaseModel):
    """What one system says of a refund, who said it and when."""

    status: str
    operator: str | None
    at: datetime | None


class RefundRow(BaseModel):
    """A refund; `fits` is false where service and finance say different things."""

    id: UUID
    line_id: UUID | None
    return_id: UUID | None
    amount: int
    reason: str
    status: str
    crm: SystemWord | None
    finance: SystemWord | None
    fits: bool
    requested_at: datetime
    paid_at: datetime | None
    failure: str | None


class ScanRow(BaseModel):
    at: datetime
    code: str | None
    status: str | None
    place: str | None
    text: str | None


class ShipmentRow(BaseModel):
    id: UUID
    direction: Literal["outbound", "return"]
    carrier: str | None
    tracking_number: str | None
    status: str
    shipped_at: datetime | None
    delivered_at: datetime | None
    promised_by: datetime | None
    freight_insured: bool
    return_id: UUID | None
    tracking: list[ScanRow]


class ErrorRow(BaseModel):
    id: UUID
    cause: Cause
    note: str | None
    found_by: str | None
    found_at: datetime
    corrected_at: datetime | None


class ErrorListed(ErrorRow):
    order_id: UUID
    number: str


class OfferRow(BaseModel):
    name: str
    possible: bool
    reason: str | None
    until: datetime | None


class OrderDetail(OrderRow):
    """An order's page; the street is masked like the telephone."""

    external_id: str | None
    goods_amount: int
    shipping_amount: int
    discount_amount: int
    country: str | None
    province: str | None
    district: str | None
    street: str | None
    postcode: str | None
    note: str | None
    assisted_by: str | None
    promised_ship_by: datetime | None
    version: int | None
    source_updated_at: datetime | None
    attributes: dict[str, Any]
    lines: list[LineRow]
    payments: list[PaymentRow]
    refunds: list[RefundRow]
    shipments: list[ShipmentRow]
    errors: list[ErrorRow]
    allowed: list[OfferRow]


class NewError(Shape):
    cause: Cause
    note: Note | None = None


class Reveal(Shape):
    reason: Reason


class Revealed(BaseModel):
    recipient: str | None
    phone: str | None
    street: str | None
    postcode: str | None
    note: str | None


class Query(Shape):
    """A customer asked how far the order is, on this channel, at this moment."""

    channel: Channel
    asked_at: Moment
    conversation: UUID | None = None


class StandingRow(BaseModel):
    number: str
    status: Status
    placed_at: datetime
    paid_at: datetime | None
    shipped_at: datetime | None
    delivered_at: datetime | None
    promised_by: datetime | None
    refunded_amount: int
    currency: str
    parcels: list[dict[str, Any]]


class FinanceWord(Shape):
    """What the shop's books say of a refund."""

    status: Literal["requested", "approved", "paid", "failed", "refused"]
    operator: Annotated[str, Field(max_length=80)] | None = None
    at: Moment | None = None


class Mismatch(RefundRow):
    """A refund of which service and finance do not say the same.

    `why`: one of them says nothing, they say different things, or finance paid another amount.
    """

    order_id: UUID
    number: str
    case_number: str | None
    why: Literal["missing", "status", "amount"]
    finance_amount: int | None
    currency: str
    hours: float


class PurchaseSummary(BaseModel):
    """What a customer bought so far, by currency where there are several."""

    orders: int
    cancelled: int
    first_at: datetime | None
    last_at: datetime | None
    pieces_returned: int
    amounts: list[PurchaseAmount]


class PurchaseAmount(BaseModel):
    currency: str
    orders: int
    paid: int
    refunded: int
    value: int
