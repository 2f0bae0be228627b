"""What customers tell about who is who: merged, unmerged, and judged to be two people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from kefu.customers.events import CustomerEvent


@dataclass(frozen=True, kw_only=True)
class MatchFound(CustomerEvent):
    """`subject` and `other` may be one person; `identity_kind` is what they have in common."""

    kind: ClassVar[str] = "customer.match_found"
    other: UUID
    identity_kind: str
    verified: bool
    confidence: float


@dataclass(frozen=True, kw_only=True)
class CustomerMerged(CustomerEvent):
    """`other` was found to be `subject`, who stays; rows that move with a customer have moved."""

    kind: ClassVar[str] = "customer.merged"
    other: UUID
    merge: UUID
    automatic: bool
    reason: str
    confidence: float


@dataclass(frozen=True, kw_only=True)
class CustomerUnmerged(CustomerEvent):
    """`other` is somebody else than `subject` after all; its rows are its own again."""

    kind: ClassVar[str] = "customer.unmerged"
    other: UUID
    merge: UUID
    reason: str


@dataclass(frozen=True, kw_only=True)
class MatchRejected(CustomerEvent):
    """Somebody decided that `subject` and `other` are two people."""

    kind: ClassVar[str] = "customer.match_rejected"
    other: UUID
    candidate: UUID
    reason: str


@dataclass(frozen=True, kw_only=True)
class MatchReopened(CustomerEvent):
    """The decision that they are two people was taken back."""

    kind: ClassVar[str] = "customer.match_reopened"
    other: UUID
    candidate: UUID
