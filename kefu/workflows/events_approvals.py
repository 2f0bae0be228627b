"""What approvals tell: asked, passed on, granted, denied, withdrawn; never the words of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from kefu.core.events import Event


@dataclass(frozen=True, kw_only=True)
class ApprovalEvent(Event):
    """`subject` is the approval; `what` is asked for, about the thing `about`."""

    what: str
    about_kind: str
    about: UUID
    amount: int | None = None
    currency: str | None = None
    requester: UUID | None = None
    approver: UUID | None = None

    def audience(self) -> list[str]:
        agents = {self.requester, self.approver} - {None}
        return [f"agent:{agent}" for agent in sorted(agents, key=str)]


@dataclass(frozen=True, kw_only=True)
class ApprovalRequested(ApprovalEvent):
    kind: ClassVar[str] = "approval.requested"
    limit: int | None = None
    policy: UUID | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class ApprovalGranted(ApprovalEvent):
    kind: ClassVar[str] = "approval.granted"


@dataclass(frozen=True, kw_only=True)
class ApprovalDenied(ApprovalEvent):
    kind: ClassVar[str] = "approval.denied"


@dataclass(frozen=True, kw_only=True)
class ApprovalWithdrawn(ApprovalEvent):
    kind: ClassVar[str] = "approval.withdrawn"


@dataclass(frozen=True, kw_only=True)
class ApprovalDelegated(ApprovalEvent):
    """`approver` decides from now on."""

    kind: ClassVar[str] = "approval.delegated"


@dataclass(frozen=True, kw_only=True)
class ApprovalEscalated(ApprovalEvent):
    """Nobody decided in time: `approver`, the head, may too."""

    kind: ClassVar[str] = "approval.escalated"


@dataclass(frozen=True, kw_only=True)
class ApprovalPolicyEvent(Event):
    def audience(self) -> list[str]:
        return ["agents"]


@dataclass(frozen=True, kw_only=True)
class ApprovalPolicyCreated(ApprovalPolicyEvent):
    kind: ClassVar[str] = "approval_policy.created"


@dataclass(frozen=True, kw_only=True)
class ApprovalPolicyChanged(ApprovalPolicyEvent):
    kind: ClassVar[str] = "approval_policy.changed"
    changed: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ApprovalPolicyRemoved(ApprovalPolicyEvent):
    kind: ClassVar[str] = "approval_policy.removed"
