"""Tables of membership points: a ledger that is only added to, and what points are redeemed for."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, Text
from sqlalchemy.orm import Mapped, mapped_column

from kefu.core.clock import now
from kefu.core.db import Base
from kefu.core.ids import uuid7
from kefu.customers.model import one_of

EARN, REDEEM, REVERSE, EXPIRE = "earn", "redeem", "reverse", "expire"
ENTRY_KINDS = (EARN, REDEEM, REVERSE, EXPIRE)
PENDING, FULFILLED, CANCELLED = "pending", "fulfilled", "cancelled"
REDEMPTION_STATUSES = (PENDING, FULFILLED, CANCELLED)


class PointsRules(Base):
    """How points are earned and how long a redemption may wait; one row."""

    __tablename__ = "points_rules"
    __table_args__ = (
        CheckConstraint("id = 1", name="single"),
        CheckConstraint("points_per_yuan between 0 and 1000", name="points_per_yuan"),
        CheckConstraint("redemption_hours between 1 and 8784", name="redemption_hours"),
        CheckConstraint("expire_months between 0 and 120", name="expire_months"),
    )

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False, default=1)
    points_per_yuan: Mapped[int] = mapped_column(default=1)
    redemption_hours: Mapped[int] = mapped_column(default=48)
    expire_months: Mapped[int] = mapped_column(default=0)
    updated_at: Mapped[datetime] = mapped_column(default=now)


class PointsAccount(Base):
    """The sum of a customer's entries, kept beside them to be locked and checked."""

    __tablename__ = "points_accounts"
    __table_args__ = (
        CheckConstraint("balance >= 0", name="balance"),
        Index("ix_points_accounts_last_entry_at", "last_entry_at", postgresql_where="balance > 0"),
    )

    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"), primary_key=True)
    balance: Mapped[int] = mapped_column(BigInteger, default=0)
    last_entry_at: Mapped[datetime] = mapped_column(default=now)


class PointsEntry(Base):
    """One line of the ledger; never changed, only balanced by another."""

    __tablename__ = "points_entries"
    __table_args__ = (
        one_of("kind", ENTRY_KINDS),
        CheckConstraint("points <> 0", name="points"),
        Index("ix_points_entries_customer_id_id", "customer_id", "id"),
        Index(
            "uq_points_entries_reverses",
            "reverses",
            unique=True,
            postgresql_where="reverses is not null",
        ),
        Index("uq_points_entries_key", "key", unique=True, postgresql_where="key is not null"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"))
    kind: Mapped[str] = mapped_column(Text)
    points: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(Text, default="")
    key: Mapped[str | None] = mapped_column(Text)
    reverses: Mapped[UUID | None] = mapped_column(ForeignKey("points_entries.id"))
    by: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"), index=True)
    at: Mapped[datetime] = mapped_column(default=now)


class Redemption(Base):
    """Points given for a benefit, which then has to be delivered in time."""

    __tablename__ = "redemptions"
    __table_args__ = (
        one_of("status", REDEMPTION_STATUSES),
        CheckConstraint("points > 0", name="points"),
        Index("ix_redemptions_customer_id_id", "customer_id", "id"),
        Index("ix_redemptions_status_id", "status", "id"),
        Index("ix_redemptions_requested_at", "requested_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"))
    benefit: Mapped[str] = mapped_column(Text)
    points: Mapped[int] = mapped_column(BigInteger)
    status: Mapped[str] = mapped_column(Text, default=PENDING)
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("points_entries.id"))
    requested_by: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"), index=True)
    requested_at: Mapped[datetime] = mapped_column(default=now)
    due_at: Mapped[datetime]
    delayed_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"), index=True)
