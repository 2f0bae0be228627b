"""Table of what colleagues say of the desk: how easy it is, and whether it went without errors."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, Text
from sqlalchemy.orm import Mapped, mapped_column

from kefu.core.clock import now
from kefu.core.db import Base
from kefu.core.ids import uuid7
from kefu.customers.model import one_of

AREAS = ("import", "customers", "workspace", "orders", "returns", "settings")


class DeskFeedback(Base):
    """One opinion of one colleague on one part of the desk."""

    __tablename__ = "desk_feedback"
    __table_args__ = (
        one_of("area", AREAS),
        CheckConstraint("ease between 1 and 5", name="ease"),
        Index("ix_desk_feedback_at", "at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    agent_id: Mapped[UUID] = mapped_column(ForeignKey("agents.id"), index=True)
    area: Mapped[str] = mapped_column(Text)
    ease: Mapped[int] = mapped_column(SmallInteger)
    error_free: Mapped[bool]
    text: Mapped[str] = mapped_column(Text, default="")
    import_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("customer_imports.id", ondelete="SET NULL"), index=True
    )
    at: Mapped[datetime] = mapped_column(default=now)
