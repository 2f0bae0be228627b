"""Tables of care: plans for occasions, and the course that one customer takes through one."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kefu.core.clock import now
from kefu.core.db import Base
from kefu.core.ids import uuid7
from kefu.customers.consents import PURPOSES
from kefu.customers.model import one_of
from kefu.customers.moving import moves_with_customer

ENTERED, BIRTHDAY = "entered_segment", "birthday"
AFTER_PURCHASE, AFTER_COMPLAINT = "after_purchase", "after_complaint"
OCCASIONS = (ENTERED, BIRTHDAY, AFTER_PURCHASE, AFTER_COMPLAINT)
CARE, CONTROL = "care", "control"
ARMS = (CARE, CONTROL)


class CarePlan(Base):
    """What is done for a customer on an occasion: steps that become tasks, once per period."""

    __tablename__ = "care_plans"
    __table_args__ = (
        one_of("occasion", OCCASIONS),
        one_of("purpose", PURPOSES),
        CheckConstraint("owner_id is not null or department_id is not null", name="responsible"),
        CheckConstraint("control_percent between 0 and 50", name="control_percent"),
        CheckConstraint("period_days between 1 and 3660", name="period_days"),
        CheckConstraint("window_days between 1 and 366", name="window_days"),
        CheckConstraint(
            "(occasion = 'entered_segment') = (dimension is not null and value is not null)",
            name="segment",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    name: Mapped[str] = mapped_column(Text, unique=True)
    occasion: Mapped[str] = mapped_column(Text)
    dimension: Mapped[str | None] = mapped_column(Text)
    value: Mapped[str | None] = mapped_column(Text)
    conditions: Mapped[dict[str, Any]] = mapped_column(default=lambda: {"all": []})
    steps: Mapped[list[Any]] = mapped_column(default=list)
    purpose: Mapped[str] = mapped_column(Text, default="care")
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"), index=True)
    department_id: Mapped[UUID | None] = mapped_column(ForeignKey("departments.id"), index=True)
    period_days: Mapped[int] = mapped_column(default=90)
    window_days: Mapped[int] = mapped_column(default=90)
    control_percent: Mapped[int] = mapped_column(default=10)
    enabled: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now)


class CareCourse(Base):
    """One customer in one plan: cared for by tasks, or left alone to compare with."""

    __tablename__ = "care_courses"
    __table_args__ = (
        one_of("arm", ARMS),
        UniqueConstraint("plan_id", "customer_id", "started_at"),
        Index("ix_care_courses_customer_id_id", "customer_id", "id"),
        Index("ix_care_courses_plan_id_id", "plan_id", "id"),
        Index(
            "ix_care_courses_without_tasks",
            "id",
            postgresql_where="tasks_made_at is null and arm = 'care'",
        ),
        Index(
            "ix_care_courses_watched",
            "customer_id",
            "window_ends_at",
            postgresql_where="repurchased_at is null",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("care_plans.id", ondelete="CASCADE"))
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"))
    arm: Mapped[str] = mapped_column(Text)
    channel: Mapped[str | None] = mapped_column(Text)
    occasion_at: Mapped[datetime]
    started_at: Mapped[datetime] = mapped_column(default=now)
    window_ends_at: Mapped[datetime]
    steps: Mapped[int] = mapped_column(default=0)
    steps_done: Mapped[int] = mapped_column(default=0)
    tasks_made_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    repurchased_at: Mapped[datetime | None]


moves_with_customer("care_courses", CareCourse)
