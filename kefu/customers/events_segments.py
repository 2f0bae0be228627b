"""What customers tell of segments, care, portraits, points and dedicated service."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from kefu.core.events import Event
from kefu.customers.events import CustomerEvent


@dataclass(frozen=True, kw_only=True)
class SegmentChanged(CustomerEvent):
    """A customer has another value in a dimension; `former` is absent the first time.

    A run over everybody writes the same facts in one statement, and pushes nothing.
    """

    kind: ClassVar[str] = "customer.segmented"
    dimension: str
    value: str
    former: str | None = None
    rule: UUID | None = None
    rule_version: int | None = None
    historic: bool = False


@dataclass(frozen=True, kw_only=True)
class SegmentRuleChanged(CustomerEvent):
    kind: ClassVar[str] = "segment_rule.changed"
    dimension: str
    value: str
    version: int
    change: str


@dataclass(frozen=True, kw_only=True)
class CareEvent(CustomerEvent):
    """`subject` is the course: one plan for one customer in one period."""

    plan: UUID
    occasion: str
    arm: str


@dataclass(frozen=True, kw_only=True)
class CareStarted(CareEvent):
    kind: ClassVar[str] = "care.started"
    channel: str | None = None
    tasks: int


@dataclass(frozen=True, kw_only=True)
class CareCompleted(CareEvent):
    kind: ClassVar[str] = "care.completed"


@dataclass(frozen=True, kw_only=True)
class CareRepurchased(CareEvent):
    """The customer bought again within the window of comparison."""

    kind: ClassVar[str] = "care.repurchased"


@dataclass(frozen=True, kw_only=True)
class CarePlanChanged(Event):
    kind: ClassVar[str] = "care_plan.changed"
    change: str

    def audience(self) -> list[str]:
        return ["agents"]


@dataclass(frozen=True, kw_only=True)
class PortraitCorrected(CustomerEvent):
    """An agent said what is so, or took that back: `value` is absent then."""

    kind: ClassVar[str] = "portrait.corrected"
    attribute: str
    value: str | None = None
    learned: str | None = None


@dataclass(frozen=True, kw_only=True)
class PortraitApplied(CustomerEvent):
    """An agent answered as the portrait suggests."""

    kind: ClassVar[str] = "portrait.applied"


@dataclass(frozen=True, kw_only=True)
class PointsChanged(CustomerEvent):
    """One entry of the ledger, and the balance after it."""

    kind: ClassVar[str] = "points.changed"
    entry: UUID
    entry_kind: str
    points: int
    balance: int


@dataclass(frozen=True, kw_only=True)
class RedemptionEvent(CustomerEvent):
    """`subject` is the redemption."""

    points: int


@dataclass(frozen=True, kw_only=True)
class RedemptionRequested(RedemptionEvent):
    kind: ClassVar[str] = "redemption.requested"


@dataclass(frozen=True, kw_only=True)
class RedemptionFulfilled(RedemptionEvent):
    kind: ClassVar[str] = "redemption.fulfilled"
    late: bool


@dataclass(frozen=True, kw_only=True)
class RedemptionCancelled(RedemptionEvent):
    kind: ClassVar[str] = "redemption.cancelled"


@dataclass(frozen=True, kw_only=True)
class RedemptionDelayed(RedemptionEvent):
    """It waits longer than this shop allows; said once."""

    kind: ClassVar[str] = "redemption.delayed"


@dataclass(frozen=True, kw_only=True)
class PointsRulesChanged(Event):
    kind: ClassVar[str] = "points_rules.changed"
    changed: tuple[str, ...]

    def audience(self) -> list[str]:
        return ["agents"]
