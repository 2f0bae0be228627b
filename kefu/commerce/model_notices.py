"""Tables of notices: what customers are told of their orders, by which way, or nothing."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text, desc, text
from sqlalchemy.orm import Mapped, mapped_column

from kefu.commerce.model import one_of
from kefu.core.clock import now
from kefu.core.db import Base
from kefu.core.ids import uuid7

NOTICE_STATUSES = ("draft", "waiting", "sent", "undelivered", "discarded", "suppressed")
WAYS = ("conversation", "mail", "text")
STATUS_NOTICES = (
    "order_placed",
    "order_paid",
    "order_processing",
    "order_shipped",
    "out_for_delivery",
    "delivered",
    "order_completed",
    "order_cancelled",
    "refund_paid",
)
RETURN_NOTICES = (
    "return_approved",
    "return_refused",
    "return_accepted",
    "return_rejected",
    "return_reminder",
)
PROBLEM_NOTICES = ("delay", "problem", "lost")
CARE_NOTICES = (
    "change_done",
    "change_approved",
    "change_denied",
    "change_refused",
    "appointment_near",
    "appointment_late",
)


class CustomerNotice(Base):
    """One thing a customer is told once; `key` says what, so that nothing is told twice."""

    __tablename__ = "customer_notices"
    __table_args__ = (
        one_of("status", NOTICE_STATUSES),
        one_of("way", WAYS),
        Index("ix_customer_notices_order_id_id", "order_id", "id"),
        Index("ix_customer_notices_customer_id", "customer_id"),
        Index("ix_customer_notices_anomaly_id", "anomaly_id"),
        Index("ix_customer_notices_status_id", "status", desc("id")),
        Index(
            "ix_customer_notices_not_before",
            "not_before",
            postgresql_where="status = 'waiting'",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    key: Mapped[str] = mapped_column(Text, unique=True)
    kind: Mapped[str] = mapped_column(Text)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.id", ondelete="CASCADE"))
    shipment_id: Mapped[UUID | None]
    anomaly_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("delivery_anomalies.id", ondelete="SET NULL")
    )
    customer_id: Mapped[UUID | None]
    text: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    way: Mapped[str | None] = mapped_column(Text)
    not_before: Mapped[datetime | None]
    handed_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"))
    conversation_id: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(default=now)


class NoticeWish(Base):
    """How a customer wants to be told, or that they want to hear nothing."""

    __tablename__ = "notice_wishes"
    __table_args__ = (one_of("way", WAYS),)

    id: Mapped[UUID] = mapped_column(
        default=uuid7, server_default=text("gen_random_uuid()"), unique=True
    )
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"), primary_key=True)
    wanted: Mapped[bool] = mapped_column(default=True)
    way: Mapped[str | None] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(default=now)
