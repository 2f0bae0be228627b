"""Tables of channels: what visitors look at before they write."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from kefu.core.clock import now
from kefu.core.db import Base


class Visit(Base):
    """What a visitor of an inbox looked at, kept until a conversation takes it over."""

    __tablename__ = "visits"
    __table_args__ = (Index("ix_visits_seen_at", "seen_at"),)

    customer_id: Mapped[UUID] = mapped_column(
        ForeignKey("customers.id", ondelete="CASCADE"), primary_key=True
    )
    inbox_id: Mapped[UUID] = mapped_column(ForeignKey("inboxes.id"), primary_key=True)
    context: Mapped[dict[str, Any]] = mapped_column(default=dict)
    seen_at: Mapped[datetime] = mapped_column(default=now)
