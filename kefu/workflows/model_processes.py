"""Tables of processes: what is drawn, in which versions; cases that run; who has to do what."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kefu.core.clock import now
from kefu.core.db import Base
from kefu.core.ids import uuid7

RUNNING, ENDED, CANCELLED, STUCK = "running", "ended", "cancelled", "stuck"
CASE_TASK = "case_task"
DONE, INTERRUPTED, WITHDRAWN = "done", "interrupted", "withdrawn"


class Process(Base):
    """A process by its key; `current_id` is the version that new cases run on."""

    __tablename__ = "processes"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    key: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    current_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("process_versions.id", use_alter=True, name="fk_processes_current_id")
    )
    draft: Mapped[str | None] = mapped_column(Text)
    drafted_by: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"))
    drafted_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now)


class ProcessVersion(Base):
    """One published drawing; never changed. `spec` is what the engine made of it, `plan` we."""

    __tablename__ = "process_versions"
    __table_args__ = (UniqueConstraint("process_id", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    process_id: Mapped[UUID] = mapped_column(ForeignKey("processes.id"))
    number: Mapped[int]
    xml: Mapped[str] = mapped_column(Text)
    spec: Mapped[dict[str, Any]]
    plan: Mapped[dict[str, Any]]
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"))
    created_at: Mapped[datetime] = mapped_column(default=now)


class ProcessRelease(Base):
    """Who put which version in force, when and why; going back is a release too."""

    __tablename__ = "process_releases"
    __table_args__ = (Index("ix_process_releases_process_id_id", "process_id", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    process_id: Mapped[UUID] = mapped_column(ForeignKey("processes.id"))
    version_id: Mapped[UUID] = mapped_column(ForeignKey("process_versions.id"))
    why: Mapped[str] = mapped_column(Text, default="")
    by: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"))
    at: Mapped[datetime] = mapped_column(default=now)


class Case(Base):
    """One run of a process about one subject; it stays on its version.

    `data` is what conditions, forms and steps read and write; `engine` is where its tokens are.
    """

    __tablename__ = "process_cases"
    __table_args__ = (
        CheckConstraint("state in ('running', 'ended', 'cancelled', 'stuck')", name="state"),
        Index("ix_process_cases_subject", "subject"),
        Index("ix_process_cases_customer_id", "customer", "id"),
        Index("ix_process_cases_process_key_id", "process_key", "id"),
        Index("ix_process_cases_state_id", "state", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    process_key: Mapped[str] = mapped_column(Text)
    version_id: Mapped[UUID] = mapped_column(ForeignKey("process_versions.id"))
    subject_kind: Mapped[str] = mapped_column(Text)
    subject: Mapped[UUID]
    customer: Mapped[UUID | None]
    state: Mapped[str] = mapped_column(Text, default=RUNNING)
    outcome: Mapped[str | None] = mapped_column(Text)
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    engine: Mapped[dict[str, Any]] = mapped_column(default=dict)
    error: Mapped[str | None] = mapped_column(Text)
    historic: Mapped[bool] = mapped_column(default=False)
    started_by: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"))
    started_at: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None]
    updated_at: Mapped[datetime] = mapped_column(default=now)

    def is_open(self) -> bool:
        return self.state in (RUNNING, STUCK)


class CaseTask(Base):
    """Something that a person has to do in a case; `closed` says how it came to an end.

    `counts` says whether the hours until `due_at` were plain or business time.
    """

    __tablename__ = "case_tasks"
    __table_args__ = (
        CheckConstraint("closed in ('done', 'interrupted', 'withdrawn')", name="closed"),
        CheckConstraint("counts in ('plain', 'business')", name="counts"),
        Index("ix_case_tasks_case_id", "case_id", "id"),
        Index("ix_case_tasks_subject", "subject"),
        Index(
            "ix_case_tasks_department", "department_id", "id", postgresql_where="closed_at is null"
        ),
        Index("ix_case_tasks_role", "role", "id", postgresql_where="closed_at is null"),
        Index("ix_case_tasks_owner", "owner_id", "id", postgresql_where="closed_at is null"),
        Index("ix_case_tasks_process_key_opened_at", "process_key", "opened_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("process_cases.id"))
    token: Mapped[UUID]
    process_key: Mapped[str] = mapped_column(Text)
    version_id: Mapped[UUID]
    node: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    subject_kind: Mapped[str] = mapped_column(Text)
    subject: Mapped[UUID]
    customer: Mapped[UUID | None]
    department_id: Mapped[UUID | None] = mapped_column(ForeignKey("departments.id"))
    role: Mapped[str | None] = mapped_column(Text)
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"))
    fields: Mapped[list[Any]] = mapped_column(default=list)
    screen: Mapped[str | None] = mapped_column(Text)
    form: Mapped[dict[str, Any]] = mapped_column(default=dict)
    opened_at: Mapped[datetime] = mapped_column(default=now)
    claimed_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    counts: Mapped[str] = mapped_column(Text, default="plain")
    overdue_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    closed: Mapped[str | None] = mapped_column(Text)
    closed_by: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"))

    def is_open(self) -> bool:
        return self.closed_at is None

    def is_overdue(self, at: datetime) -> bool:
        return self.due_at is not None and (self.closed_at or at) > self.due_at


class CaseVisit(Base):
    """A token's stay at a node that is no person's task: steps, waits, gateways, ends."""

    __tablename__ = "case_visits"
    __table_args__ = (
        Index("ix_case_visits_case_id", "case_id", "id"),
        Index("ix_case_visits_process_key_entered_at", "process_key", "entered_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("process_cases.id"))
    token: Mapped[UUID]
    process_key: Mapped[str] = mapped_column(Text)
    node: Mapped[str] = mapped_column(Text)
    entered_at: Mapped[datetime] = mapped_column(default=now)
    left_at: Mapped[datetime | None]
    how: Mapped[str | None] = mapped_column(Text)
    by: Mapped[UUID | None]


class CaseWait(Base):
    """What a token waits for: a time, a message, a signal, or the next try of a step."""

    __tablename__ = "case_waits"
    __table_args__ = (
        CheckConstraint("kind in ('timer', 'message', 'signal', 'step')", name="kind"),
        UniqueConstraint("case_id", "token"),
        Index("ix_case_waits_due_at", "due_at", postgresql_where="due_at is not null"),
        Index("ix_case_waits_kind_name", "kind", "name"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("process_cases.id"))
    token: Mapped[UUID]
    node: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text, default="")
    due_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(Text)
