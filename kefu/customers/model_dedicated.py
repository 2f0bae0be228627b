"""Tables of one-to-one service: what is promised, and whose customer is whose."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kefu.core.clock import now
from kefu.core.db import Base
from kefu.core.ids import uuid7
from kefu.customers.model import one_of
from kefu.customers.moving import moves_with_customer

ONE_TO_ONE, POOL = "one_to_one", "pool"
MODES = (ONE_TO_ONE, POOL)


class DedicatedService(Base):
    """The policy (K25): who is served one to one, by which team, and how many each agent has.

    `served` names groups of customers, those first who come first where places are short. Who
    finds no place is served by the pool. One row.
    """

    __tablename__ = "dedicated_service"
    __table_args__ = (
        CheckConstraint("id = 1", name="single"),
        one_of("mode", MODES),
        CheckConstraint("ceiling between 1 and 2000", name="ceiling"),
    )

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False, default=1)
    enabled: Mapped[bool] = mapped_column(default=False)
    mode: Mapped[str] = mapped_column(Text, default=ONE_TO_ONE)
    team_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("teams.id", ondelete="SET NULL"), index=True
    )
    pool_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("teams.id", ondelete="SET NULL"), index=True
    )
    ceiling: Mapped[int] = mapped_column(default=400)
    served: Mapped[list[Any]] = mapped_column(default=lambda: ["tier.vip", "lifecycle.core"])
    over_capacity: Mapped[bool] = mapped_column(default=False)
    promised: Mapped[int] = mapped_column(default=0)
    balanced_at: Mapped[datetime | None]
    updated_at: Mapped[datetime] = mapped_column(default=now)

    def is_one_to_one(self) -> bool:
        return self.enabled and self.mode == ONE_TO_ONE and self.team_id is not None


class DedicatedCustomer(Base):
    """A customer's own agent and who stands in; `pinned` where a person decided it."""

    __tablename__ = "dedicated_customers"
    __table_args__ = (
        UniqueConstraint("customer_id", "team_id"),
        CheckConstraint("backup_id is distinct from owner_id", name="two"),
        Index("ix_dedicated_customers_owner_id_id", "owner_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    team_id: Mapped[UUID] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"), index=True)
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"))
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("agents.id"))
    backup_id: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"), index=True)
    pinned: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(Text, default="balanced")
    note: Mapped[str] = mapped_column(Text, default="")
    assigned_at: Mapped[datetime] = mapped_column(default=now)


moves_with_customer("dedicated", DedicatedCustomer, one_per=("team_id",))
