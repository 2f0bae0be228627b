"""Tables of segments: figures of customers, the rules over them, and who belongs where since when.

None of them refers to `customers` by a foreign key: half a million rows are written in one run,
a customer's row is never deleted, and both sides are written from the same ids.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CHAR, BigInteger, CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kefu.core.clock import now
from kefu.core.db import Base
from kefu.core.ids import uuid7
from kefu.customers.model import one_of

LIFECYCLE, VALUE, PERSONA = "lifecycle", "value_tier", "persona"
SCENARIO, SIZE, STAGE = "scenario", "size", "stage"
DIMENSIONS = (LIFECYCLE, VALUE, PERSONA, SCENARIO, SIZE, STAGE)
"""The five of K24, and the stage between the first question and the last repair (R194)."""
NEW, CORE, CHURN_RISK = "new", "core", "churn_risk"
OTHER = "other"


class CustomerFigures(Base):
    """What rules look at: purchases as commerce counts them, service as it happened here."""

    __tablename__ = "customer_figures"

    customer_id: Mapped[UUID] = mapped_column(primary_key=True)
    orders: Mapped[int] = mapped_column(default=0)
    first_order_at: Mapped[datetime | None]
    last_order_at: Mapped[datetime | None]
    spent: Mapped[int] = mapped_column(BigInteger, default=0)
    currency: Mapped[str] = mapped_column(CHAR(3), default="CNY")
    returns: Mapped[int] = mapped_column(default=0)
    last_return_at: Mapped[datetime | None]
    refunded: Mapped[int] = mapped_column(BigInteger, default=0)
    conversations: Mapped[int] = mapped_column(default=0)
    last_conversation_at: Mapped[datetime | None]
    complaints: Mapped[int] = mapped_column(default=0)
    last_complaint_at: Mapped[datetime | None]
    updated_at: Mapped[datetime] = mapped_column(default=now)


class SegmentRule(Base):
    """Who has this value in this dimension: the first rule that holds decides, else "other"."""

    __tablename__ = "segment_rules"
    __table_args__ = (
        one_of("dimension", DIMENSIONS),
        UniqueConstraint("dimension", "value"),
        CheckConstraint("points_percent between 0 and 1000", name="points_percent"),
        CheckConstraint("priority_weight between 0 and 100", name="priority_weight"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    dimension: Mapped[str] = mapped_column(Text)
    value: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    position: Mapped[int] = mapped_column(default=100)
    conditions: Mapped[dict[str, Any]] = mapped_column(default=dict)
    enabled: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)
    points_percent: Mapped[int] = mapped_column(default=100)
    priority_weight: Mapped[int] = mapped_column(default=0)
    hint: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now)


class SegmentRuleVersion(Base):
    """What a rule said in this version, so that an old membership can still be explained."""

    __tablename__ = "segment_rule_versions"

    rule_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    conditions: Mapped[dict[str, Any]] = mapped_column(default=dict)
    at: Mapped[datetime] = mapped_column(default=now)
    changed_by: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"), index=True)


class Standing(Base):
    """Where a customer stands now: one value in each dimension."""

    __tablename__ = "customer_standings"

    customer_id: Mapped[UUID] = mapped_column(primary_key=True)
    lifecycle: Mapped[str] = mapped_column(Text)
    value_tier: Mapped[str] = mapped_column(Text)
    persona: Mapped[str] = mapped_column(Text)
    scenario: Mapped[str] = mapped_column(Text)
    size: Mapped[str] = mapped_column(Text)
    stage: Mapped[str] = mapped_column(Text)
    updated_at: Mapped[datetime] = mapped_column(default=now)


class Membership(Base):
    """That a customer had this value from then until then, and which rule said so."""

    __tablename__ = "segment_memberships"
    __table_args__ = (Index("ix_segment_memberships_since_brin", "since", postgresql_using="brin"),)

    customer_id: Mapped[UUID] = mapped_column(primary_key=True)
    dimension: Mapped[str] = mapped_column(Text, primary_key=True)
    since: Mapped[datetime] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(Text)
    former: Mapped[str | None] = mapped_column(Text)
    rule_id: Mapped[UUID | None]
    rule_version: Mapped[int | None]
    until: Mapped[datetime | None]


class SegmentRun(Base):
    """One recomputation of everybody: how many were looked at, and how many moved."""

    __tablename__ = "segment_runs"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    started_at: Mapped[datetime] = mapped_column(default=now)
    finished_at: Mapped[datetime | None]
    customers: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
