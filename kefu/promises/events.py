"""What promises tell: clocks that ran out, policies and calendars that changed, tasks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from kefu.core.events import Event


@dataclass(frozen=True, kw_only=True)
class ClockEvent(Event):
    """`subject` is what the clock runs for, `subject_kind` says what that is."""

    clock: UUID
    clock_kind: str
    subject_kind: str
    started_at: datetime
    due_at: datetime
    policy: UUID | None = None
    inbox: UUID | None = None
    team: UUID | None = None
    assignee: UUID | None = None
    priority: int | None = None

    def audience(self) -> list[str]:
        agents = [f"agent:{self.assignee}"] if self.assignee else []
        return agents + ([f"team:{self.team}"] if self.team else [])


@dataclass(frozen=True, kw_only=True)
class ClockWarned(ClockEvent):
    """Most of the time is gone; said once per run of the clock."""

    kind: ClassVar[str] = "clock.warned"


@dataclass(frozen=True, kw_only=True)
class PromiseBroken(ClockEvent):
    """The time a policy promised is over; said once per run of the clock."""

    kind: ClassVar[str] = "promise.broken"


@dataclass(frozen=True, kw_only=True)
class PromiseRestored(ClockEvent):
    """It had been called broken, but what stops the clock had happened in time."""

    kind: ClassVar[str] = "promise.restored"


@dataclass(frozen=True, kw_only=True)
class ClockDue(ClockEvent):
    """A clock without a policy (a reminder, an end of snoozing) has reached its time."""

    kind: ClassVar[str] = "clock.due"


@dataclass(frozen=True, kw_only=True)
class CalendarCreated(Event):
    kind: ClassVar[str] = "calendar.created"


@dataclass(frozen=True, kw_only=True)
class CalendarChanged(Event):
    kind: ClassVar[str] = "calendar.changed"
    changed: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class CalendarRemoved(Event):
    kind: ClassVar[str] = "calendar.removed"


@dataclass(frozen=True, kw_only=True)
class PolicyCreated(Event):
    kind: ClassVar[str] = "policy.created"


@dataclass(frozen=True, kw_only=True)
class PolicyChanged(Event):
    kind: ClassVar[str] = "policy.changed"
    changed: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class PolicyRemoved(Event):
    kind: ClassVar[str] = "policy.removed"


@dataclass(frozen=True, kw_only=True)
class TaskEvent(Event):
    """`subject` is the task; `about` is what the task is about."""

    owner: UUID | None = None
    department: UUID | None = None
    about_kind: str | None = None
    about: UUID | None = None
    due_at: datetime | None = None

    def audience(self) -> list[str]:
        return [f"agent:{self.owner}"] if self.owner else []


@dataclass(frozen=True, kw_only=True)
class TaskAssigned(TaskEvent):
    """The task is new, or has another owner or department."""

    kind: ClassVar[str] = "task.assigned"


@dataclass(frozen=True, kw_only=True)
class TaskChanged(TaskEvent):
    """Told to its former owner too, from whose list it disappears."""

    kind: ClassVar[str] = "task.changed"
    changed: tuple[str, ...]
    former: UUID | None = None

    def audience(self) -> list[str]:
        return [f"agent:{agent}" for agent in {self.owner, self.former} if agent]


@dataclass(frozen=True, kw_only=True)
class TaskDone(TaskEvent):
    kind: ClassVar[str] = "task.done"
    late: bool


@dataclass(frozen=True, kw_only=True)
class TaskReopened(TaskEvent):
    kind: ClassVar[str] = "task.reopened"
