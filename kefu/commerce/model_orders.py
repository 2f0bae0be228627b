"""Tables of orders: what was bought, by whom, for how much, and what was paid and given back."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CHAR,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Text,
    UniqueConstraint,
    desc,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from kefu.commerce.model import one_of
from kefu.core.clock import now
from kefu.core.db import Base
from kefu.core.ids import uuid7

STATUSES = ("created", "paid", "processing", "shipped", "delivered", "completed", "cancelled")
SOURCES = ("shop", "service")
UNFINISHED_STEPS = ("cart", "address", "payment", "stock", "confirmation")
PAYMENT_STATUSES = ("pending", "paid", "failed", "refunded")
REFUND_STATUSES = ("requested", "approved", "paid", "failed", "refused")
ERROR_CAUSES = ("address", "item", "quantity", "amount", "duplicate", "other")
EVENT_KINDS = ("paid", "processing", "shipped", "delivered", "completed", "cancelled")


class Order(Base):
    """An order as its shop knows it; `version` and `source_updated_at` are the shop's own.

    `source_hash` is that of the shop's last word, so that a repetition is known at once.
    """

    __tablename__ = "orders"
    __table_args__ = (
        one_of("status", STATUSES),
        one_of("source", SOURCES),
        one_of("unfinished_step", UNFINISHED_STEPS),
        CheckConstraint(
            "goods_amount >= 0 and shipping_amount >= 0 and discount_amount >= 0 "
            "and total_amount >= 0 and paid_amount >= 0 and refunded_amount >= 0",
            name="amounts",
        ),
        UniqueConstraint("shop_id", "number"),
        Index("ix_orders_placed_at_id", desc("placed_at"), desc("id")),
        Index("ix_orders_status_placed_at_id", "status", desc("placed_at"), desc("id")),
        Index("ix_orders_customer_id_placed_at", "customer_id", desc("placed_at"), desc("id")),
        Index("ix_orders_number", "number", postgresql_ops={"number": "text_pattern_ops"}),
        Index("ix_orders_phone_tail", "phone_tail", desc("placed_at"), desc("id")),
        Index(
            "ix_orders_search_terms",
            "search_terms",
            postgresql_using="gin",
            postgresql_with={"fastupdate": "off"},
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    shop_id: Mapped[UUID] = mapped_column(ForeignKey("shops.id"))
    number: Mapped[str] = mapped_column(Text)
    external_id: Mapped[str | None] = mapped_column(Text)
    customer_id: Mapped[UUID | None] = mapped_column(ForeignKey("customers.id"))
    status: Mapped[str] = mapped_column(Text, default="created")

    placed_at: Mapped[datetime] = mapped_column(default=now)
    paid_at: Mapped[datetime | None]
    shipped_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    promised_ship_by: Mapped[datetime | None]
    promised_by: Mapped[datetime | None]

    currency: Mapped[str] = mapped_column(CHAR(3), default="CNY")
    goods_amount: Mapped[int] = mapped_column(BigInteger, default=0)
    shipping_amount: Mapped[int] = mapped_column(BigInteger, default=0)
    discount_amount: Mapped[int] = mapped_column(BigInteger, default=0)
    total_amount: Mapped[int] = mapped_column(BigInteger, default=0)
    paid_amount: Mapped[int] = mapped_column(BigInteger, default=0)
    refunded_amount: Mapped[int] = mapped_column(BigInteger, default=0)

    recipient: Mapped[str | None] = mapped_column(Text)
    search_terms: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, deferred=True)
    phone: Mapped[str | None] = mapped_column(Text)
    phone_tail: Mapped[str | None] = mapped_column(Text)
    country: Mapped[str | None] = mapped_column(Text)
    province: Mapped[str | None] = mapped_column(Text)
    city: Mapped[str | None] = mapped_column(Text)
    district: Mapped[str | None] = mapped_column(Text)
    street: Mapped[str | None] = mapped_column(Text)
    postcode: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)

    channel: Mapped[str] = mapped_column(Text, default="web")
    source: Mapped[str] = mapped_column(Text, default="shop")
    assisted_by: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"))
    unfinished_step: Mapped[str | None] = mapped_column(Text)
    historic: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int | None] = mapped_column(BigInteger)
    source_updated_at: Mapped[datetime | None]
    source_hash: Mapped[str | None] = mapped_column(Text)
    attributes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)


class OrderLine(Base):
    """One line of an order; what was cancelled or came back is counted, never taken away."""

    __tablename__ = "order_lines"
    __table_args__ = (
        UniqueConstraint("order_id", "position"),
        CheckConstraint("quantity > 0 and unit_price >= 0 and discount >= 0", name="amounts"),
        CheckConstraint(
            "cancelled_quantity >= 0 and returned_quantity >= 0 "
            "and cancelled_quantity + returned_quantity <= quantity",
            name="quantities",
        ),
        Index("ix_order_lines_product_id", "product_id"),
        Index("ix_order_lines_returned", "order_id", postgresql_where="returned_quantity > 0"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.id", ondelete="CASCADE"))
    position: Mapped[int]
    external_id: Mapped[str | None] = mapped_column(Text)
    product_id: Mapped[UUID | None] = mapped_column(ForeignKey("products.id"))
    sku_id: Mapped[UUID | None] = mapped_column(ForeignKey("skus.id"))
    title: Mapped[str] = mapped_column(Text)
    specs: Mapped[dict[str, Any]] = mapped_column(default=dict)
    quantity: Mapped[int] = mapped_column(default=1)
    unit_price: Mapped[int] = mapped_column(BigInteger)
    discount: Mapped[int] = mapped_column(BigInteger, default=0)
    cancelled_quantity: Mapped[int] = mapped_column(default=0)
    returned_quantity: Mapped[int] = mapped_column(default=0)

    @property
    def amount(self) -> int:
        """What the whole line costs."""
        return self.unit_price * self.quantity - self.discount


class Payment(Base):
    """One payment of an order, also one that failed; `failure` is the shop's own code."""

    __tablename__ = "payments"
    __table_args__ = (
        one_of("status", PAYMENT_STATUSES),
        CheckConstraint("amount >= 0", name="amount"),
        UniqueConstraint("order_id", "external_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.id", ondelete="CASCADE"))
    external_id: Mapped[str] = mapped_column(Text)
    method: Mapped[str] = mapped_column(Text)
    method_id: Mapped[UUID | None] = mapped_column(ForeignKey("payment_methods.id"))
    amount: Mapped[int] = mapped_column(BigInteger)
    status: Mapped[str] = mapped_column(Text, default="paid")
    paid_at: Mapped[datetime | None]
    failure: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=now)


class Refund(Base):
    """Money that goes back: what service (CRM) says of it and what finance says, side by side."""

    __tablename__ = "refunds"
    __table_args__ = (
        one_of("status", REFUND_STATUSES),
        one_of("crm_status", REFUND_STATUSES),
        one_of("finance_status", REFUND_STATUSES),
        CheckConstraint("amount > 0", name="amount"),
        Index(
            "uq_refunds_order_id_external_id",
            "order_id",
            "external_id",
            unique=True,
            postgresql_where="external_id is not null",
        ),
        Index("ix_refunds_order_id", "order_id"),
        Index("ix_refunds_return_id", "return_id"),
        Index(
            "ix_refunds_mismatched",
            "requested_at",
            "id",
            postgresql_where="crm_status is distinct from finance_status "
            "and (crm_status is not null or finance_status is not null)",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.id", ondelete="CASCADE"))
    line_id: Mapped[UUID | None] = mapped_column(ForeignKey("order_lines.id"))
    return_id: Mapped[UUID | None]
    external_id: Mapped[str | None] = mapped_column(Text)
    amount: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text, default="requested")
    crm_status: Mapped[str | None] = mapped_column(Text)
    crm_operator: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"))
    crm_at: Mapped[datetime | None]
    finance_status: Mapped[str | None] = mapped_column(Text)
    finance_operator: Mapped[str | None] = mapped_column(Text)
    finance_at: Mapped[datetime | None]
    requested_at: Mapped[datetime] = mapped_column(default=now)
    paid_at: Mapped[datetime | None]
    failure: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=now)


class OrderEvent(Base):
    """Something a shop told of an order, once; it waits here until its order is known."""

    __tablename__ = "order_events"
    __table_args__ = (
        one_of("kind", EVENT_KINDS),
        UniqueConstraint("shop_id", "external_id"),
        Index("ix_order_events_shop_id_number", "shop_id", "number"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    shop_id: Mapped[UUID] = mapped_column(ForeignKey("shops.id"))
    number: Mapped[str] = mapped_column(Text)
    external_id: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    received_at: Mapped[datetime] = mapped_column(default=now)
    applied_at: Mapped[datetime | None]


class OrderError(Base):
    """A mistake found in an order: what accuracy is counted by."""

    __tablename__ = "order_errors"
    __table_args__ = (
        one_of("cause", ERROR_CAUSES),
        UniqueConstraint("order_id", "cause"),
        Index("ix_order_errors_found_at", "found_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.id", ondelete="CASCADE"))
    cause: Mapped[str] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    found_by: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"))
    found_at: Mapped[datetime] = mapped_column(default=now)
    corrected_at: Mapped[datetime | None]
