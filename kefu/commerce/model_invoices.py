"""Table of invoices: applied for, issued, changed by a red letter, never taken away."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CHAR, BigInteger, CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from kefu.commerce.model import one_of
from kefu.commerce.model_order_care import SOURCES
from kefu.core.clock import now
from kefu.core.db import Base
from kefu.core.ids import uuid7

INVOICE_KINDS = ("personal", "company")
INVOICE_MEDIA = ("electronic", "paper")
INVOICE_STATES = ("applied", "issued", "void")


class Invoice(Base):
    """One invoice of an order; a changed one is voided and followed by another that names it."""

    __tablename__ = "invoices"
    __table_args__ = (
        one_of("kind", INVOICE_KINDS),
        one_of("medium", INVOICE_MEDIA),
        one_of("state", INVOICE_STATES),
        one_of("source", SOURCES),
        CheckConstraint("amount > 0", name="amount"),
        Index(
            "uq_invoices_order_id_in_force",
            "order_id",
            unique=True,
            postgresql_where="state <> 'void'",
        ),
        Index("ix_invoices_order_id_id", "order_id", "id"),
        Index("ix_invoices_customer_id", "customer_id"),
        Index("ix_invoices_state_id", "state", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.id", ondelete="CASCADE"))
    customer_id: Mapped[UUID | None] = mapped_column(ForeignKey("customers.id"))
    kind: Mapped[str] = mapped_column(Text)
    medium: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    tax_number: Mapped[str | None] = mapped_column(Text)
    email: Mapped[str | None] = mapped_column(Text)
    address: Mapped[str | None] = mapped_column(Text)
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(CHAR(3), default="CNY")
    state: Mapped[str] = mapped_column(Text, default="applied")
    number: Mapped[str | None] = mapped_column(Text)
    red_number: Mapped[str | None] = mapped_column(Text)
    void_reason: Mapped[str | None] = mapped_column(Text)
    replaces_id: Mapped[UUID | None] = mapped_column(ForeignKey("invoices.id"))
    source: Mapped[str] = mapped_column(Text, default="service")
    requested_by: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"), index=True)
    issued_by: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"), index=True)
    applied_at: Mapped[datetime] = mapped_column(default=now)
    issued_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    sends: Mapped[int] = mapped_column(default=0)
    voided_at: Mapped[datetime | None]
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)
