"""Tables of promises: calendars, policies, clocks and tasks, with the rules they know alone."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from kefu.core.clock import now
from kefu.core.db import Base
from kefu.core.ids import uuid7
from kefu.core.worktime import Hours, Intervals, between

CONVERSATION = "conversation"
TASK = "task"
WARN_PERCENT = 80


class Calendar(Base):
    """When a desk is open, as an administrator wrote it: intervals are pairs of `HH:MM`."""

    __tablename__ = "calendars"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    name: Mapped[str] = mapped_column(Text, unique=True)
    timezone: Mapped[str] = mapped_column(Text)
    week: Mapped[list[Any]]
    chinese_holidays: Mapped[bool] = mapped_column(default=False)
    holiday_hours: Mapped[list[Any]] = mapped_column(default=list)
    days: Mapped[list[Any]] = mapped_column(default=list)
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now)

    def hours(self) -> Hours:
        return Hours(
            zone=ZoneInfo(self.timezone),
            week=tuple(intervals_of(day) for day in self.week),
            chinese=self.chinese_holidays,
            holiday=intervals_of(self.holiday_hours),
            days={date.fromisoformat(day["date"]): intervals_of(day["hours"]) for day in self.days},
        )


def intervals_of(pairs: list[Any]) -> Intervals:
    return tuple(sorted(between(start, end) for start, end in pairs))


class Policy(Base):
    """What is promised to whom: the first active policy that fits and has the target wins."""

    __tablename__ = "policies"
    __table_args__ = (Index("ix_policies_position", "position", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    name: Mapped[str] = mapped_column(Text, unique=True)
    position: Mapped[int] = mapped_column(default=100)
    active: Mapped[bool] = mapped_column(default=True)
    subject_kind: Mapped[str] = mapped_column(Text, default=CONVERSATION)
    inboxes: Mapped[list[str]] = mapped_column(default=list)
    teams: Mapped[list[str]] = mapped_column(default=list)
    priorities: Mapped[list[Any]] = mapped_column(default=list)
    calendar_id: Mapped[UUID | None] = mapped_column(ForeignKey("calendars.id"), index=True)
    targets: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now)

    def fits(
        self, subject_kind: str, inbox: UUID | None, team: UUID | None, priority: int | None
    ) -> bool:
        """Whether its conditions hold; an empty one holds for everything."""
        return (
            self.subject_kind == subject_kind
            and (not self.inboxes or str(inbox) in self.inboxes)
            and (not self.teams or str(team) in self.teams)
            and (not self.priorities or priority in self.priorities)
        )


class ClockRow(Base):
    """One clock of one subject, used again each time it starts; `kept` and `broken` count.

    `fires_at` is when the scanner looks at it: never later than there is something to do, but it
    may be too early, and stays when a clock stops.
    """

    __tablename__ = "clocks"
    __table_args__ = (
        Index("uq_clocks_subject_kind", "subject", "kind", unique=True),
        Index("ix_clocks_fires_at", "fires_at", postgresql_where="fires_at is not null"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    subject_kind: Mapped[str] = mapped_column(Text)
    subject: Mapped[UUID]
    kind: Mapped[str] = mapped_column(Text)
    conversation: Mapped[UUID | None]
    customer: Mapped[UUID | None]
    inbox: Mapped[UUID | None]
    team: Mapped[UUID | None]
    assignee: Mapped[UUID | None]
    priority: Mapped[int | None]
    policy: Mapped[UUID | None]
    calendar: Mapped[UUID | None]
    started_at: Mapped[datetime]
    due_at: Mapped[datetime]
    warn_at: Mapped[datetime | None]
    warned_at: Mapped[datetime | None]
    broken_at: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]
    fires_at: Mapped[datetime | None]
    kept: Mapped[int] = mapped_column(default=0)
    broken: Mapped[int] = mapped_column(default=0)


class Task(Base):
    """Something that one person or department has to do by a time, about any subject.

    With a `code` its words follow from the `params` in the reader's language (see `wording`).
    """

    __tablename__ = "tasks"
    __table_args__ = (
        CheckConstraint("owner_id is not null or department_id is not null", name="responsible"),
        Index("ix_tasks_owner_id_id", "owner_id", "id"),
        Index("ix_tasks_department_id_id", "department_id", "id"),
        Index("ix_tasks_created_by_id", "created_by", "id"),
        Index("ix_tasks_subject", "subject", postgresql_where="subject is not null"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    title: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text, default="")
    code: Mapped[str | None] = mapped_column(Text)
    params: Mapped[dict[str, Any]] = mapped_column(default=dict)
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"))
    department_id: Mapped[UUID | None] = mapped_column(ForeignKey("departments.id"))
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"))
    subject_kind: Mapped[str | None] = mapped_column(Text)
    subject: Mapped[UUID | None]
    conversation: Mapped[UUID | None]
    customer: Mapped[UUID | None]
    due_at: Mapped[datetime | None]
    remind_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    done_by: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"))
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now)

    def is_open(self) -> bool:
        return self.done_at is None

    def is_overdue(self, at: datetime) -> bool:
        return self.is_open() and self.due_at is not None and self.due_at < at
