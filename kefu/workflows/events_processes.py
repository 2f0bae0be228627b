"""What processes tell: drawings that come into force, cases and tasks that go on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from kefu.core.events import Event


@dataclass(frozen=True, kw_only=True)
class ProcessDrafted(Event):
    kind: ClassVar[str] = "process.drafted"
    process: str


@dataclass(frozen=True, kw_only=True)
class ProcessPublished(Event):
    """A version came into force for cases that start from now on; an older one, too."""

    kind: ClassVar[str] = "process.published"
    process: str
    number: int
    rollback: bool = False


@dataclass(frozen=True, kw_only=True)
class CaseEvent(Event):
    """`subject` is the case; `about` is what it is about; `process` is the process's key."""

    process: str
    about_kind: str
    about: UUID
    historic: bool | None = None

    def audience(self) -> list[str]:
        """Everybody at work; it holds ids only, and who sees more asks under their own rights."""
        return ["agents"]


@dataclass(frozen=True, kw_only=True)
class CaseStarted(CaseEvent):
    kind: ClassVar[str] = "case.started"
    version: int


@dataclass(frozen=True, kw_only=True)
class CaseNodeLeft(CaseEvent):
    """A token left a node where it could wait: how it did, and for how many seconds it stayed."""

    kind: ClassVar[str] = "case.node_left"
    node: str
    how: str
    seconds: float

    def audience(self) -> list[str]:
        return []  # the case's own events follow


@dataclass(frozen=True, kw_only=True)
class CaseEnded(CaseEvent):
    """`outcome` is the id of the end event at which it ended."""

    kind: ClassVar[str] = "case.ended"
    outcome: str | None
    seconds: float


@dataclass(frozen=True, kw_only=True)
class CaseCancelled(CaseEvent):
    """It was ended from outside; nothing of it goes on."""

    kind: ClassVar[str] = "case.cancelled"
    seconds: float


@dataclass(frozen=True, kw_only=True)
class CaseSetAside(CaseEvent):
    """A step failed for good; the case waits for an administrator to repeat it."""

    kind: ClassVar[str] = "case.set_aside"
    node: str


@dataclass(frozen=True, kw_only=True)
class CaseResumed(CaseEvent):
    """What was set aside is tried again."""

    kind: ClassVar[str] = "case.resumed"


@dataclass(frozen=True, kw_only=True)
class CaseTaskEvent(CaseEvent):
    """`task` is the person's task; who has to do it by when."""

    task: UUID
    node: str
    department: UUID | None = None
    role: str | None = None
    owner: UUID | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class CaseTaskOpened(CaseTaskEvent):
    kind: ClassVar[str] = "case_task.opened"


@dataclass(frozen=True, kw_only=True)
class CaseTaskClaimed(CaseTaskEvent):
    """Somebody took it; `waited` is how many seconds it lay there."""

    kind: ClassVar[str] = "case_task.claimed"
    waited: float


@dataclass(frozen=True, kw_only=True)
class CaseTaskReleased(CaseTaskEvent):
    """Somebody gave it back to the department."""

    kind: ClassVar[str] = "case_task.released"


@dataclass(frozen=True, kw_only=True)
class CaseTaskOverdue(CaseTaskEvent):
    """Its due time passed and it is still open; said once."""

    kind: ClassVar[str] = "case_task.overdue"


@dataclass(frozen=True, kw_only=True)
class CaseTaskDone(CaseTaskEvent):
    """`closed` is done, interrupted (an event took the token away) or withdrawn (with its case)."""

    kind: ClassVar[str] = "case_task.done"
    closed: str
    waited: float
    worked: float
    late: bool
