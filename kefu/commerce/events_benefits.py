"""What customers are granted around an order: invoices, coupons, price protection, insurance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from kefu.commerce.events_order_care import OrderCareEvent


@dataclass(frozen=True, kw_only=True)
class InvoiceEvent(OrderCareEvent):
    """The subject is the order; title, tax number and address are in the row alone."""

    invoice: UUID
    invoice_kind: str
    medium: str
    amount: int
    currency: str
    source: str


@dataclass(frozen=True, kw_only=True)
class InvoiceApplied(InvoiceEvent):
    kind: ClassVar[str] = "invoice.applied"


@dataclass(frozen=True, kw_only=True)
class InvoiceChanged(InvoiceEvent):
    kind: ClassVar[str] = "invoice.changed"


@dataclass(frozen=True, kw_only=True)
class InvoiceIssued(InvoiceEvent):
    kind: ClassVar[str] = "invoice.issued"


@dataclass(frozen=True, kw_only=True)
class InvoiceSent(InvoiceEvent):
    kind: ClassVar[str] = "invoice.sent"
    sends: int


@dataclass(frozen=True, kw_only=True)
class InvoiceVoided(InvoiceEvent):
    """`red` when it had been issued and a red letter takes it back."""

    kind: ClassVar[str] = "invoice.voided"
    red: bool


@dataclass(frozen=True, kw_only=True)
class CouponEvent(OrderCareEvent):
    """The subject is the coupon."""

    origin: str
    reason: str
    coupon_kind: str
    value: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class CouponIssued(CouponEvent):
    kind: ClassVar[str] = "coupon.issued"
    valid_until: datetime


@dataclass(frozen=True, kw_only=True)
class CouponUsed(CouponEvent):
    kind: ClassVar[str] = "coupon.used"
    order: UUID
    discount: int


@dataclass(frozen=True, kw_only=True)
class CouponReturned(CouponEvent):
    """Its order was cancelled: it can be used again."""

    kind: ClassVar[str] = "coupon.returned"
    order: UUID


@dataclass(frozen=True, kw_only=True)
class CouponRevoked(CouponEvent):
    kind: ClassVar[str] = "coupon.revoked"


@dataclass(frozen=True, kw_only=True)
class PriceProtected(OrderCareEvent):
    """The subject is the order."""

    kind: ClassVar[str] = "order.price_protected"
    line: UUID
    refund: UUID
    difference: int
    currency: str
    source: str


@dataclass(frozen=True, kw_only=True)
class FreightClaimed(OrderCareEvent):
    """The subject is the order; `distance` is what the amount went by."""

    kind: ClassVar[str] = "order.freight_claimed"
    shipment: UUID
    refund: UUID
    distance: str
    amount: int
    currency: str
    source: str


@dataclass(frozen=True, kw_only=True)
class BenefitRuleChanged(OrderCareEvent):
    """The subject is the shop, or the rule of all shops; `rule` names which one it is."""

    kind: ClassVar[str] = "benefit_rule.changed"
    rule: str
    shop: UUID | None = None
    role: str | None = None
