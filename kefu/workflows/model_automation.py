"""Tables of automation: rules with their versions, what they did, and how often."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kefu.core.clock import now
from kefu.core.db import Base
from kefu.core.ids import uuid7

HOURLY = 1000
AGAIN_AFTER = 300


class Run(StrEnum):
    """How a rule's look at a subject ended."""

    DONE = "done"
    FAILED = "failed"
    NOT_MATCHED = "not_matched"
    REFUSED = "refused"


class Rule(Base):
    """When something happens (`trigger`) or time comes (`timing`), and conditions hold, act.

    Who switches it off or what paused it shows in `active` and `paused_at`; both must allow it.
    """

    __tablename__ = "automation_rules"
    __table_args__ = (
        CheckConstraint("(trigger is null) <> (timing is null)", name="one_trigger"),
        Index("ix_automation_rules_position", "position", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    name: Mapped[str] = mapped_column(Text, unique=True)
    note: Mapped[str] = mapped_column(Text, default="")
    position: Mapped[int] = mapped_column(default=100)
    active: Mapped[bool] = mapped_column(default=False)
    subject_kind: Mapped[str] = mapped_column(Text)
    trigger: Mapped[str | None] = mapped_column(Text)
    timing: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    conditions: Mapped[dict[str, Any]]
    actions: Mapped[list[Any]]
    again_after_seconds: Mapped[int] = mapped_column(default=AGAIN_AFTER)
    hourly_limit: Mapped[int] = mapped_column(default=HOURLY)
    version: Mapped[int] = mapped_column(default=1)
    paused_at: Mapped[datetime | None]
    paused_reason: Mapped[str | None] = mapped_column(Text)
    since: Mapped[datetime] = mapped_column(default=now)
    """What happened before it was switched on is not its business."""
    sweep_after: Mapped[UUID | None]
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"))
    updated_by: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"))
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now)

    def runs(self) -> bool:
        return self.active and self.paused_at is None


class RuleVersion(Base):
    """A rule as it read from one change to the next."""

    __tablename__ = "automation_rule_versions"

    rule_id: Mapped[UUID] = mapped_column(
        ForeignKey("automation_rules.id", ondelete="CASCADE"), primary_key=True
    )
    version: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[dict[str, Any]]
    by: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"))
    at: Mapped[datetime] = mapped_column(default=now)


class RuleRun(Base):
    """One line of the log: a rule looked at a subject. Of misses only some are kept."""

    __tablename__ = "automation_runs"
    __table_args__ = (
        Index("ix_automation_runs_rule_id_id", "rule_id", "id"),
        Index("ix_automation_runs_subject_id", "subject", "id"),
        Index("ix_automation_runs_outcome_id", "outcome", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    rule_id: Mapped[UUID] = mapped_column(ForeignKey("automation_rules.id", ondelete="CASCADE"))
    version: Mapped[int]
    cause: Mapped[str] = mapped_column(Text)
    fact: Mapped[int | None] = mapped_column(BigInteger)
    fact_kind: Mapped[str | None] = mapped_column(Text)
    subject_kind: Mapped[str] = mapped_column(Text)
    subject: Mapped[UUID]
    conversation: Mapped[UUID | None]
    customer: Mapped[UUID | None]
    outcome: Mapped[str] = mapped_column(Text)
    reason: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    actions: Mapped[list[Any]] = mapped_column(default=list)
    depth: Mapped[int] = mapped_column(SmallInteger, default=0)
    duration_ms: Mapped[int] = mapped_column(default=0)
    retry_of: Mapped[UUID | None]
    retried_at: Mapped[datetime | None]
    at: Mapped[datetime] = mapped_column(default=now)


class RuleHour(Base):
    """How often a rule looked, matched, failed and was held back in one hour: every time."""

    __tablename__ = "automation_rule_hours"

    rule_id: Mapped[UUID] = mapped_column(
        ForeignKey("automation_rules.id", ondelete="CASCADE"), primary_key=True
    )
    hour: Mapped[datetime] = mapped_column(primary_key=True)
    looked: Mapped[int] = mapped_column(BigInteger, default=0)
    matched: Mapped[int] = mapped_column(BigInteger, default=0)
    failed: Mapped[int] = mapped_column(BigInteger, default=0)
    refused: Mapped[int] = mapped_column(BigInteger, default=0)
    last_matched_at: Mapped[datetime | None]


class RuleMark(Base):
    """When a rule last acted on a subject, so that it does not act again too soon."""

    __tablename__ = "automation_marks"

    rule_id: Mapped[UUID] = mapped_column(
        ForeignKey("automation_rules.id", ondelete="CASCADE"), primary_key=True
    )
    subject: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime]
