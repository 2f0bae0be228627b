"""What customers tell of one-to-one service: who has whom, and whether the promise can be kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from kefu.core.events import Event
from kefu.customers.events import CustomerEvent


@dataclass(frozen=True, kw_only=True)
class DedicatedAssigned(CustomerEvent):
    """A customer has an agent of their own; runs over everybody write it without a push."""

    kind: ClassVar[str] = "dedicated.assigned"
    owner: UUID
    backup: UUID | None = None
    former_owner: UUID | None = None
    former_backup: UUID | None = None
    reason: str


@dataclass(frozen=True, kw_only=True)
class DedicatedReleased(CustomerEvent):
    """The customer has no agent of their own any more."""

    kind: ClassVar[str] = "dedicated.released"
    former_owner: UUID


@dataclass(frozen=True, kw_only=True)
class DedicatedBalanced(Event):
    """Everybody was looked at: how many were promised an agent of their own, and have one."""

    kind: ClassVar[str] = "dedicated_service.balanced"
    promised: int
    served: int
    pooled: int
    agents: int
    ceiling: int
    changed: int

    def audience(self) -> list[str]:
        return ["agents"]


@dataclass(frozen=True, kw_only=True)
class DedicatedServiceChanged(Event):
    kind: ClassVar[str] = "dedicated_service.changed"
    changed: tuple[str, ...]

    def audience(self) -> list[str]:
        return ["agents"]
