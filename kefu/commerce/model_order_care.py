"""Tables of order care: windows and rules, what customers ask for, and codes of self-service."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kefu.commerce.model import one_of
from kefu.core.clock import now
from kefu.core.db import Base
from kefu.core.ids import uuid7

CHANGE_KINDS = ("content", "address", "payment", "cancel")
AFTER_SALE_KINDS = ("return", "exchange", "repair", "installation", "refund_only")
GOODS_MOVE = ("return", "exchange", "refund_only")
CHANGE_STATES = (
    "executed",
    "pending_approval",
    "approved",
    "denied",
    "withdrawn",
    "refused_by_shop",
)
SHOP_STATES = ("not_needed", "only_here", "waiting", "confirmed", "refused", "overruled")
SOURCES = ("customer", "service", "bot")


class OrderWindow(Base):
    """Until when a kind of change goes by itself; a shop's own window goes before the general one.

    `minutes` count from when the order was placed; none means that only the status matters.
    """

    __tablename__ = "order_windows"
    __table_args__ = (
        one_of("kind", CHANGE_KINDS),
        CheckConstraint("minutes is null or minutes >= 0", name="minutes"),
        UniqueConstraint("shop_id", "kind", postgresql_nulls_not_distinct=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    shop_id: Mapped[UUID | None] = mapped_column(ForeignKey("shops.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(Text)
    statuses: Mapped[list[str]]
    minutes: Mapped[int | None]
    special: Mapped[bool] = mapped_column(default=True)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)

    def closes_at(self, placed_at: datetime) -> datetime | None:
        return None if self.minutes is None else placed_at + timedelta(minutes=self.minutes)


class CareProfile(Base):
    """A shop's written policy as data: what may be changed, returned and exchanged, and how.

    Without a shop it is the one of all shops that have none of their own.
    """

    __tablename__ = "care_profiles"
    __table_args__ = (UniqueConstraint("shop_id", postgresql_nulls_not_distinct=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    shop_id: Mapped[UUID | None] = mapped_column(ForeignKey("shops.id", ondelete="CASCADE"))
    rules: Mapped[dict[str, Any]]
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)


class DeliveryAddress(Base):
    """Where a customer has things sent unless an order says otherwise."""

    __tablename__ = "delivery_addresses"

    id: Mapped[UUID] = mapped_column(
        default=uuid7, server_default=text("gen_random_uuid()"), unique=True
    )
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"), primary_key=True)
    address: Mapped[dict[str, Any]]
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)


class OrderChange(Base):
    """One request to change or cancel an order, from asking to its end.

    `wanted`, `before` and `after` hold what was asked and what it did; facts only name the row.
    With the `shop_state` `only_here` the shop was not written and has not said it itself.
    """

    __tablename__ = "order_changes"
    __table_args__ = (
        one_of("kind", CHANGE_KINDS),
        one_of("state", CHANGE_STATES),
        one_of("shop_state", SHOP_STATES),
        one_of("source", SOURCES),
        Index("ix_order_changes_order_id_id", "order_id", "id"),
        Index("ix_order_changes_customer_id", "customer_id"),
        Index("ix_order_changes_state_id", "state", "id"),
        Index("ix_order_changes_requested_at", "requested_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.id", ondelete="CASCADE"))
    shop_id: Mapped[UUID] = mapped_column(ForeignKey("shops.id"))
    customer_id: Mapped[UUID | None] = mapped_column(ForeignKey("customers.id"))
    conversation_id: Mapped[UUID | None]
    kind: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    special: Mapped[bool] = mapped_column(default=False)
    why_special: Mapped[str | None] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text, default="service")
    reason: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text, default="")
    wanted: Mapped[dict[str, Any]]
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    difference: Mapped[int | None] = mapped_column(BigInteger)
    shop_state: Mapped[str] = mapped_column(Text, default="not_needed")
    refusal: Mapped[str | None] = mapped_column(Text)
    requested_by: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"), index=True)
    requested_at: Mapped[datetime] = mapped_column(default=now)
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"), index=True)
    decided_at: Mapped[datetime | None]
    decision_note: Mapped[str] = mapped_column(Text, default="")
    executed_at: Mapped[datetime | None]
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)


class AfterSaleRequest(Base):
    """A customer wants help with lines of an order after the purchase; a case handles it.

    `refusal` says why no case could be opened although the request was taken.
    """

    __tablename__ = "after_sale_requests"
    __table_args__ = (
        one_of("kind", AFTER_SALE_KINDS),
        one_of("source", SOURCES),
        Index("ix_after_sale_requests_order_id", "order_id"),
        Index("ix_after_sale_requests_customer_id", "customer_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.id", ondelete="CASCADE"))
    customer_id: Mapped[UUID | None] = mapped_column(ForeignKey("customers.id"))
    kind: Mapped[str] = mapped_column(Text)
    lines: Mapped[list[Any]]
    reason: Mapped[str | None] = mapped_column(Text)
    payment_method_id: Mapped[UUID | None] = mapped_column(ForeignKey("payment_methods.id"))
    difference: Mapped[int] = mapped_column(BigInteger, default=0)
    currency: Mapped[str] = mapped_column(Text, default="CNY")
    source: Mapped[str] = mapped_column(Text, default="service")
    requested_by: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"), index=True)
    requested_at: Mapped[datetime] = mapped_column(default=now)
    conversation_id: Mapped[UUID | None]
    refusal: Mapped[str | None] = mapped_column(Text)


class ServiceCode(Base):
    """A code on its way to the telephone of an order, or to nobody where there is no such order.

    Both look the same from outside. The code itself is kept nowhere: it follows from the id and the
    installation's key. A few wrong tries end it.
    """

    __tablename__ = "service_codes"
    __table_args__ = (
        Index("ix_service_codes_asked", "asked", "created_at"),
        Index("ix_service_codes_address", "address", "created_at"),
        Index("ix_service_codes_created_at", "created_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    order_id: Mapped[UUID | None] = mapped_column(ForeignKey("orders.id", ondelete="CASCADE"))
    asked: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text)
    failures: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
