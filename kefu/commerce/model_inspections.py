"""Tables of inspections: checklists in versions, results, disputes, repairs, investigations."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kefu.commerce.model import one_of
from kefu.commerce.model_returns import DETERMINATIONS
from kefu.core.clock import now
from kefu.core.db import Base
from kefu.core.ids import uuid7

DECISIONS = ("upheld", "overturned", "reinspect")
REPAIR_STATES = (
    "received",
    "diagnosing",
    "quoted",
    "repairing",
    "testing",
    "repaired",
    "irreparable",
)
FINDINGS = ("product", "transport", "description", "season", "nothing")


class InspectionChecklist(Base):
    """What is looked at, for one category of goods; a change is a new version."""

    __tablename__ = "inspection_checklists"
    __table_args__ = (UniqueConstraint("category", "version"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    category: Mapped[str] = mapped_column(Text)
    version: Mapped[int]
    name: Mapped[str] = mapped_column(Text)
    items: Mapped[list[Any]]
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"))
    created_at: Mapped[datetime] = mapped_column(default=now)
    retired_at: Mapped[datetime | None]


class Inspection(Base):
    """One look at the goods by a version of a checklist; of a case's only one is of record."""

    __tablename__ = "inspections"
    __table_args__ = (
        one_of("determination", DETERMINATIONS),
        Index("ix_inspections_case_id", "case_id", "finished_at"),
        Index("uq_inspections_of_record", "case_id", unique=True, postgresql_where="of_record"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("return_cases.id", ondelete="CASCADE"))
    checklist_id: Mapped[UUID] = mapped_column(ForeignKey("inspection_checklists.id"))
    answers: Mapped[dict[str, Any]]
    photos: Mapped[list[str]] = mapped_column(default=list)
    determination: Mapped[str] = mapped_column(Text)
    accepted: Mapped[bool]
    note: Mapped[str] = mapped_column(Text, default="")
    reason: Mapped[str | None] = mapped_column(Text)
    of_record: Mapped[bool] = mapped_column(default=True)
    inspector_id: Mapped[UUID] = mapped_column(ForeignKey("agents.id"))
    finished_at: Mapped[datetime] = mapped_column(default=now)


class InspectionDispute(Base):
    """Somebody does not agree with a result; decided once, on the evidence."""

    __tablename__ = "inspection_disputes"
    __table_args__ = (
        one_of("decision", DECISIONS),
        Index("ix_inspection_disputes_case_id", "case_id"),
        Index(
            "uq_inspection_disputes_open",
            "inspection_id",
            unique=True,
            postgresql_where="decided_at is null",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("return_cases.id", ondelete="CASCADE"))
    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspections.id"))
    text: Mapped[str] = mapped_column(Text)
    photos: Mapped[list[str]] = mapped_column(default=list)
    complaint: Mapped[bool] = mapped_column(default=False)
    raised_by: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"))
    raised_at: Mapped[datetime] = mapped_column(default=now)
    decision: Mapped[str | None] = mapped_column(Text)
    grounds: Mapped[str] = mapped_column(Text, default="")
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"))
    decided_at: Mapped[datetime | None]


class RepairState(Base):
    """A state that a repair reached, for the customer and the desk to follow."""

    __tablename__ = "repair_states"
    __table_args__ = (
        one_of("state", REPAIR_STATES),
        Index("ix_repair_states_case_id", "case_id", "at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("return_cases.id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text, default="")
    quote: Mapped[int | None] = mapped_column(BigInteger)
    agent_id: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"))
    at: Mapped[datetime] = mapped_column(default=now)


class ReturnInvestigation(Base):
    """A model's return rate has jumped: the figures it was opened with, and what was found."""

    __tablename__ = "return_investigations"
    __table_args__ = (
        one_of("finding", FINDINGS),
        Index(
            "uq_return_investigations_open",
            "model",
            unique=True,
            postgresql_where="closed_at is null",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    model: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    since: Mapped[datetime]
    until: Mapped[datetime]
    returned: Mapped[int]
    sold: Mapped[int]
    returned_before: Mapped[int]
    sold_before: Mapped[int]
    rise_percent: Mapped[float]
    threshold_percent: Mapped[float]
    finding: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text, default="")
    opened_at: Mapped[datetime] = mapped_column(default=now)
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"))
