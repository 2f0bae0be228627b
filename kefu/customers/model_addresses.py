"""The table of addresses: where a customer's parcels and fitters go."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from kefu.core.clock import now
from kefu.core.db import Base
from kefu.core.ids import uuid7


class CustomerAddress(Base):
    """One address of a customer; the one that was made the default last is the default."""

    __tablename__ = "customer_addresses"
    __table_args__ = (Index("ix_customer_addresses_customer_id_id", "customer_id", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"))
    recipient: Mapped[str] = mapped_column(Text)
    phone: Mapped[str | None] = mapped_column(Text)
    province: Mapped[str] = mapped_column(Text, default="")
    city: Mapped[str] = mapped_column(Text, default="")
    district: Mapped[str] = mapped_column(Text, default="")
    street: Mapped[str] = mapped_column(Text, default="")
    detail: Mapped[str] = mapped_column(Text)
    postcode: Mapped[str | None] = mapped_column(Text)
    default_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)
