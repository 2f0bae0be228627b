"""Table of what agents recommended to customers, and what came of it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CHAR, BigInteger, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from kefu.core.clock import now
from kefu.core.db import Base
from kefu.core.ids import uuid7
from kefu.customers.moving import moves_with_customer


class Recommendation(Base):
    """An agent recommended a product; bought within the window it counts, once."""

    __tablename__ = "recommendations"
    __table_args__ = (
        CheckConstraint("window_days between 1 and 366", name="window_days"),
        Index("ix_recommendations_customer_id_id", "customer_id", "id"),
        Index("ix_recommendations_product_id_customer_id", "product_id", "customer_id"),
        Index("ix_recommendations_at", "at"),
        Index(
            "uq_recommendations_order_id_product_id",
            "order_id",
            "product_id",
            unique=True,
            postgresql_where="order_id is not null",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"))
    product_id: Mapped[UUID]
    conversation_id: Mapped[UUID | None]
    agent_id: Mapped[UUID] = mapped_column(ForeignKey("agents.id"), index=True)
    at: Mapped[datetime] = mapped_column(default=now)
    window_days: Mapped[int] = mapped_column(default=30)
    order_id: Mapped[UUID | None]
    bought_at: Mapped[datetime | None]
    amount: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str | None] = mapped_column(CHAR(3))
    taken_back_at: Mapped[datetime | None]


moves_with_customer("recommendations", Recommendation)
