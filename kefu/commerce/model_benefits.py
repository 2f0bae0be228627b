"""Tables of what customers are granted: coupons, price protection and freight insurance."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CHAR, BigInteger, CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kefu.commerce.model import one_of
from kefu.commerce.model_order_care import SOURCES
from kefu.core.clock import now
from kefu.core.db import Base
from kefu.core.ids import uuid7

COUPON_KINDS = ("amount", "percent")
COUPON_ORIGINS = ("campaign", "compensation", "care")
COUPON_STATES = ("issued", "used", "revoked")
COUPON_REASONS = ("late_delivery", "quality", "price", "service", "birthday", "welcome", "other")
COUNTS_FROM = ("placed", "delivered")
DISTANCES = ("same_province", "other_province")


class Coupon(Base):
    """A voucher of one customer: `value` in minor units, or percent off; used once at a time."""

    __tablename__ = "coupons"
    __table_args__ = (
        one_of("kind", COUPON_KINDS),
        one_of("origin", COUPON_ORIGINS),
        one_of("state", COUPON_STATES),
        one_of("reason", COUPON_REASONS),
        CheckConstraint("value > 0 and least_amount >= 0", name="amounts"),
        Index("ix_coupons_customer_id_id", "customer_id", "id"),
        Index("ix_coupons_order_id", "order_id", postgresql_where="order_id is not null"),
        Index("ix_coupons_issued_by", "issued_by"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    code: Mapped[str] = mapped_column(Text, unique=True)
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"))
    shop_id: Mapped[UUID | None] = mapped_column(ForeignKey("shops.id"))
    kind: Mapped[str] = mapped_column(Text)
    value: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(CHAR(3), default="CNY")
    least_amount: Mapped[int] = mapped_column(BigInteger, default=0)
    origin: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, default="issued")
    valid_from: Mapped[datetime] = mapped_column(default=now)
    valid_until: Mapped[datetime]
    order_id: Mapped[UUID | None] = mapped_column(ForeignKey("orders.id", ondelete="SET NULL"))
    discount: Mapped[int | None] = mapped_column(BigInteger)
    used_at: Mapped[datetime | None]
    returns: Mapped[int] = mapped_column(default=0)
    issued_by: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"))
    created_at: Mapped[datetime] = mapped_column(default=now)

    def is_usable(self, at: datetime) -> bool:
        return self.state == "issued" and self.valid_from <= at < self.valid_until

    def discount_on(self, amount: int) -> int:
        """What it takes off so much, never more than there is."""
        off = self.value if self.kind == "amount" else amount * self.value // 100
        return min(off, amount)


class CompensationLimit(Base):
    """How much a role may grant as compensation: in one coupon, and to one customer in 30 days."""

    __tablename__ = "compensation_limits"
    __table_args__ = (CheckConstraint("per_coupon >= 0 and per_customer >= 0", name="amounts"),)

    role: Mapped[str] = mapped_column(Text, primary_key=True)
    per_coupon: Mapped[int] = mapped_column(BigInteger)
    per_customer: Mapped[int] = mapped_column(BigInteger)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)


class PriceProtectionRule(Base):
    """How long after buying a lower price is given back; without a shop it holds for all others."""

    __tablename__ = "price_protection_rules"
    __table_args__ = (
        one_of("counts_from", COUNTS_FROM),
        CheckConstraint("days >= 0", name="days"),
        UniqueConstraint("shop_id", postgresql_nulls_not_distinct=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    shop_id: Mapped[UUID | None] = mapped_column(ForeignKey("shops.id", ondelete="CASCADE"))
    days: Mapped[int]
    counts_from: Mapped[str] = mapped_column(Text, default="placed")
    most_per_line: Mapped[int | None] = mapped_column(BigInteger)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)


class PriceProtection(Base):
    """The difference that was given back on one line of an order; each line has it once."""

    __tablename__ = "price_protections"
    __table_args__ = (
        one_of("source", SOURCES),
        CheckConstraint("difference > 0", name="difference"),
        Index("ix_price_protections_order_id", "order_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.id", ondelete="CASCADE"))
    line_id: Mapped[UUID] = mapped_column(
        ForeignKey("order_lines.id", ondelete="CASCADE"), unique=True
    )
    paid_price: Mapped[int] = mapped_column(BigInteger)
    current_price: Mapped[int] = mapped_column(BigInteger)
    quantity: Mapped[int]
    difference: Mapped[int] = mapped_column(BigInteger)
    refund_id: Mapped[UUID] = mapped_column(ForeignKey("refunds.id", ondelete="CASCADE"))
    source: Mapped[str] = mapped_column(Text, default="service")
    requested_by: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"), index=True)
    at: Mapped[datetime] = mapped_column(default=now)


class FreightRule(Base):
    """What freight insurance pays for sending goods back, by how far they have to go."""

    __tablename__ = "freight_rules"
    __table_args__ = (
        CheckConstraint("same_province >= 0 and other_province >= 0 and days >= 0", name="amounts"),
        UniqueConstraint("shop_id", postgresql_nulls_not_distinct=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    shop_id: Mapped[UUID | None] = mapped_column(ForeignKey("shops.id", ondelete="CASCADE"))
    same_province: Mapped[int] = mapped_column(BigInteger)
    other_province: Mapped[int] = mapped_column(BigInteger)
    warehouse_province: Mapped[str] = mapped_column(Text, default="")
    days: Mapped[int]
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)


class FreightClaim(Base):
    """What freight insurance paid for one insured parcel that was sent back."""

    __tablename__ = "freight_claims"
    __table_args__ = (
        one_of("distance", DISTANCES),
        one_of("source", SOURCES),
        CheckConstraint("amount > 0", name="amount"),
        Index("ix_freight_claims_order_id", "order_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.id", ondelete="CASCADE"))
    shipment_id: Mapped[UUID] = mapped_column(
        ForeignKey("shipments.id", ondelete="CASCADE"), unique=True
    )
    return_shipment_id: Mapped[UUID] = mapped_column(
        ForeignKey("shipments.id", ondelete="CASCADE"), unique=True
    )
    distance: Mapped[str] = mapped_column(Text)
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(CHAR(3), default="CNY")
    refund_id: Mapped[UUID] = mapped_column(ForeignKey("refunds.id", ondelete="CASCADE"))
    source: Mapped[str] = mapped_column(Text, default="service")
    requested_by: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"), index=True)
    at: Mapped[datetime] = mapped_column(default=now)
