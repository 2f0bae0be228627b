"""Tables of dedicated service and of agents' recommendations."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CHAR, BigInteger, CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kefu.core.clock import now
from kefu.core.db import Base
from kefu.core.ids import uuid7
from kefu.customers.model import one_of

ONE_TO_ONE, POOL = "one_to_one", "pool"
MODES = (ONE_TO_ONE, POOL)


class DedicatedService(Base):
    """Who is promised dedicated service, by which team, and how many customers one agent takes."""

    __tablename__ = "dedicated_services"
    __table_args__ = (
        one_of("mode", MODES),
        UniqueConstraint("dimension", "value"),
        CheckConstraint("ceiling between 1 and 100000", name="ceiling"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    dimension: Mapped[str] = mapped_column(Text)
    value: Mapped[str] = mapped_column(Text)
    mode: Mapped[str] = mapped_column(Text, default=ONE_TO_ONE)
    team_id: Mapped[UUID] = mapped_column(ForeignKey("teams.id"), index=True)
    pool_team_id: Mapped[UUID] = mapped_column(ForeignKey("teams.id"), index=True)
    ceiling: Mapped[int] = mapped_column(default=400)
    customers: Mapped[int] = mapped_column(default=0)
    agents: Mapped[int] = mapped_column(default=0)
    fallen_back: Mapped[bool] = mapped_column(default=False)
    balanced_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now)


class DedicatedOwner(Base):
    """Whose customer this is, and who stands in."""

    __tablename__ = "dedicated_owners"
    __table_args__ = (
        CheckConstraint("owner_id <> backup_id", name="two"),
        Index("ix_dedicated_owners_service_id_owner_id", "service_id", "owner_id"),
    )

    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"), primary_key=True)
    service_id: Mapped[UUID] = mapped_column(ForeignKey("dedicated_services.id"))
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("agents.id"), index=True)
    backup_id: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"), index=True)
    since: Mapped[datetime] = mapped_column(default=now)


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
