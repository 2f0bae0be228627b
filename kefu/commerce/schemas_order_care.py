"""Shapes of order care: what is asked of an order, windows, policies, and what is shown of them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from kefu.commerce.change_rules import MOST_UNITS
from kefu.commerce.windows import LONGEST_MINUTES
from kefu.core.shapes import Shape, line_of, text_of

ChangeKind = Literal["content", "address", "payment", "cancel"]
ChangeState = Literal[
    "executed", "pending_approval", "approved", "denied", "withdrawn", "refused_by_shop"
]
Source = Literal["customer", "service", "bot"]
OrderStatus = Literal[
    "created", "paid", "processing", "shipped", "delivered", "completed", "cancelled"
]
Quantity = Annotated[int, Field(ge=1, le=MOST_UNITS)]
Reason = line_of(40)
AfterSaleKind = Literal["return", "exchange", "repair", "installation", "refund_only"]
NEEDS = {"content": "lines", "address": "address", "payment": "payment_method", "cancel": "reason"}


class AddressBody(Shape):
    """Where an order goes; what is left out stays as it is."""

    recipient: line_of(80) | None = None  # type: ignore[valid-type]
    phone: line_of(40, least=3) | None = None  # type: ignore[valid-type]
    country: line_of(60) | None = None  # type: ignore[valid-type]
    province: line_of(60) | None = None  # type: ignore[valid-type]
    city: line_of(60) | None = None  # type: ignore[valid-type]
    district: line_of(60) | None = None  # type: ignore[valid-type]
    street: line_of(200)  # type: ignore[valid-type]
    postcode: line_of(20) | None = None  # type: ignore[valid-type]


class LineBody(Shape):
    line: UUID
    sku: UUID | None = None
    quantity: Quantity | None = None


class ChangeBody(Shape):
    """One kind of change and what it needs: lines, an address, a way of paying or a reason."""

    kind: ChangeKind
    lines: Annotated[list[LineBody], Field(min_length=1, max_length=100)] | None = None
    address: AddressBody | None = None
    payment_method: UUID | None = None
    reason: Reason | None = None  # type: ignore[valid-type]
    note: text_of(1000) = ""  # type: ignore[valid-type]
    conversation: UUID | None = None

    @model_validator(mode="after")
    def _says_what(self) -> ChangeBody:
        needed = NEEDS[self.kind]
        if getattr(self, needed) is None:
            raise ValueError(f"A change of this kind needs {needed}.")
        return self

    def wanted(self) -> dict[str, Any]:
        """What is asked for, without what was left out."""
        if self.kind == "content":
            lines = [line.model_dump(exclude_none=True) for line in self.lines or ()]
            return {"lines": lines, "payment_method": self.payment_method}
        if self.kind == "address":
            return self.address.model_dump(exclude_none=True) if self.address else {}
        return {"payment_method": self.payment_method} if self.kind == "payment" else {}


class AfterSaleBody(Shape):
    kind: AfterSaleKind
    lines: Annotated[list[LineBody], Field(min_length=1, max_length=100)]
    payment_method: UUID | None = None
    reason: Reason | None = None  # type: ignore[valid-type]
    conversation: UUID | None = None


class ApprovalBody(Shape):
    note: text_of(500) = ""  # type: ignore[valid-type]


class DenialBody(Shape):
    note: line_of(500)  # type: ignore[valid-type]


class WindowBody(Shape):
    statuses: Annotated[list[OrderStatus], Field(max_length=7)]
    minutes: Annotated[int, Field(ge=0, le=LONGEST_MINUTES)] | None
    special: bool = True


class RulesBody(Shape):
    """What changes in the written policy; the rest stays."""

    cancel_reasons: Annotated[list[Reason], Field(min_length=1, max_length=20)] = Field(  # type: ignore[valid-type]
        default_factory=list
    )
    content_once: bool = False
    content_locks_order: bool = False
    same_product_only: bool = False
    same_option_stays: bool = False
    quantity_may_change: bool = True
    payment_must_differ: bool = True
    gift_card_must_cover: bool = True
    return_statuses: Annotated[list[OrderStatus], Field(max_length=7)] = Field(default_factory=list)
    exchange_statuses: Annotated[list[OrderStatus], Field(max_length=7)] = Field(
        default_factory=list
    )
    refund_to: Literal["any_own", "original_or_gift_card", "original"] = "any_own"
    after_sale_once: bool = False


class RulesShown(BaseModel):
    cancel_reasons: list[str]
    content_once: bool
    content_locks_order: bool
    same_product_only: bool
    same_option_stays: bool
    quantity_may_change: bool
    payment_must_differ: bool
    gift_card_must_cover: bool
    return_statuses: list[str]
    exchange_statuses: list[str]
    refund_to: str
    after_sale_once: bool


class PresetBody(Shape):
    name: line_of(40)  # type: ignore[valid-type]
    shop_id: UUID | None = None


class WindowShown(BaseModel):
    id: UUID
    shop_id: UUID | None
    kind: ChangeKind
    statuses: list[str]
    minutes: int | None
    special: bool
    updated_at: datetime


class VerdictShown(BaseModel):
    """Whether a kind goes by itself now; `special` when somebody may decide although not."""

    kind: ChangeKind
    is_open: bool
    closes_at: datetime | None
    why: Literal["status", "time"] | None
    special: bool


class ChangeShown(BaseModel):
    """A request; telephone and street are masked in what was wanted and in what was before."""

    id: UUID
    order_id: UUID
    order_number: str
    customer_id: UUID | None
    conversation_id: UUID | None
    kind: ChangeKind
    state: ChangeState
    special: bool
    why_special: str | None
    source: Source
    reason: str | None
    note: str
    wanted: dict[str, Any]
    before: dict[str, Any] | None
    difference: int | None
    currency: str
    shop_state: Literal["not_needed", "only_here", "waiting", "confirmed", "refused", "overruled"]
    refusal: str | None
    requested_by: str | None
    requested_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    decision_note: str
    executed_at: datetime | None


class MethodShown(BaseModel):
    id: UUID
    kind: str
    label: str
    balance: int | None
    currency: str
    original: bool


class AfterSaleShown(BaseModel):
    id: UUID
    order_id: UUID
    kind: AfterSaleKind
    lines: list[dict[str, Any]]
    reason: str | None
    payment_method_id: UUID | None
    difference: int
    currency: str
    source: Source
    refusal: str | None
    requested_at: datetime


class OptionShown(BaseModel):
    """Another variant of the product of a line."""

    id: UUID
    specs: dict[str, Any]
    price: int
    available: bool


class CareShown(BaseModel):
    """What can be asked of an order now, and what was asked before."""

    order_id: UUID
    windows: list[VerdictShown]
    rules: RulesShown
    methods: list[MethodShown]
    options: dict[UUID, list[OptionShown]]
    changes: list[ChangeShown]
    after_sales: list[AfterSaleShown]


class DeliveryAddressShown(BaseModel):
    address: dict[str, Any]
    updated_at: datetime
