"""What returns tell: each step of a case, its goods in the warehouse, its money, its disputes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from kefu.core.events import Event


@dataclass(frozen=True, kw_only=True)
class ReturnEvent(Event):
    """`subject` is the case; whoever works with returns hears of it at once."""

    order: UUID
    case_kind: str
    node: str

    def audience(self) -> list[str]:
        return ["agents"]


@dataclass(frozen=True, kw_only=True)
class ReturnApplied(ReturnEvent):
    kind: ClassVar[str] = "return.applied"
    reason: str
    amount: int
    channel: str
    historic: bool = False


@dataclass(frozen=True, kw_only=True)
class ReturnApproved(ReturnEvent):
    """`automatic` when the fast track decided."""

    kind: ClassVar[str] = "return.approved"
    automatic: bool


@dataclass(frozen=True, kw_only=True)
class ReturnRefused(ReturnEvent):
    kind: ClassVar[str] = "return.refused"


@dataclass(frozen=True, kw_only=True)
class ReturnMoved(ReturnEvent):
    """The case has left `came_from` with `outcome` and stands in `node` now, or has ended."""

    kind: ClassVar[str] = "return.moved"
    came_from: str
    outcome: str
    waited: int
    worked: int
    late: bool
    historic: bool = False


@dataclass(frozen=True, kw_only=True)
class ReturnTaken(ReturnEvent):
    """Somebody has begun to work on it."""

    kind: ClassVar[str] = "return.taken"


@dataclass(frozen=True, kw_only=True)
class ReturnLate(ReturnEvent):
    """It is still in a node that it should have left."""

    kind: ClassVar[str] = "return.late"
    cause: str
    due_at: datetime


@dataclass(frozen=True, kw_only=True)
class ReturnSent(ReturnEvent):
    """The goods are on their way back."""

    kind: ClassVar[str] = "return.sent"
    carrier: str


@dataclass(frozen=True, kw_only=True)
class ReturnReminded(ReturnEvent):
    """The goods have not been sent yet; whoever tells the customer reacts to it."""

    kind: ClassVar[str] = "return.reminded"


@dataclass(frozen=True, kw_only=True)
class ReturnUndone(ReturnEvent):
    """Withdrawn by the customer or cancelled by the desk before the goods were inspected."""

    kind: ClassVar[str] = "return.undone"
    way: str


@dataclass(frozen=True, kw_only=True)
class ReturnReopened(ReturnEvent):
    kind: ClassVar[str] = "return.reopened"


@dataclass(frozen=True, kw_only=True)
class ReturnCostNoted(ReturnEvent):
    kind: ClassVar[str] = "return.cost_noted"
    cost: str
    amount: int


@dataclass(frozen=True, kw_only=True)
class ReturnInspected(ReturnEvent):
    """The result of record; it flows into the case, its timeline and to its agent by itself."""

    kind: ClassVar[str] = "return.inspected"
    inspection: UUID
    checklist: UUID
    determination: str
    accepted: bool
    repeated: bool
    automatic: bool = True


@dataclass(frozen=True, kw_only=True)
class ReturnDisputed(ReturnEvent):
    kind: ClassVar[str] = "return.disputed"
    dispute: UUID
    inspection: UUID
    complaint: bool


@dataclass(frozen=True, kw_only=True)
class ReturnDisputeDecided(ReturnEvent):
    kind: ClassVar[str] = "return.dispute_decided"
    dispute: UUID
    decision: str


@dataclass(frozen=True, kw_only=True)
class ReturnRefundAsked(ReturnEvent):
    """It is above what the agent may refund alone; somebody else has to agree."""

    kind: ClassVar[str] = "return.refund_asked"
    refund: UUID
    amount: int


@dataclass(frozen=True, kw_only=True)
class ReturnRefundDecided(ReturnEvent):
    kind: ClassVar[str] = "return.refund_decided"
    refund: UUID
    amount: int
    agreed: bool


@dataclass(frozen=True, kw_only=True)
class ReturnDifferenceDue(ReturnEvent):
    """An exchange costs the customer so much more, or less below nothing."""

    kind: ClassVar[str] = "return.difference_due"
    amount: int


@dataclass(frozen=True, kw_only=True)
class ReturnDifferenceSettled(ReturnEvent):
    """It was paid, refunded or waived; the replacement may go out."""

    kind: ClassVar[str] = "return.difference_settled"
    amount: int
    way: str


@dataclass(frozen=True, kw_only=True)
class ReturnRefunded(ReturnEvent):
    """The money is on its way; `seconds` since the inspection, where there was one."""

    kind: ClassVar[str] = "return.refunded"
    refund: UUID
    amount: int
    seconds: int | None = None


@dataclass(frozen=True, kw_only=True)
class ReturnReplaced(ReturnEvent):
    """A replacement is on its way, or the repaired goods are."""

    kind: ClassVar[str] = "return.replaced"
    replacement: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class RepairChanged(ReturnEvent):
    """A repair has reached another state, visible to the customer too."""

    kind: ClassVar[str] = "return.repair_changed"
    state: str
    in_warranty: bool


@dataclass(frozen=True, kw_only=True)
class ReturnVisitPlanned(ReturnEvent):
    """Somebody will install the goods or explain them, at the customer's or from afar."""

    kind: ClassVar[str] = "return.visit_planned"
    at: datetime
    mode: str


@dataclass(frozen=True, kw_only=True)
class ReturnPolicyChanged(Event):
    kind: ClassVar[str] = "return_policy.changed"
    version: int


@dataclass(frozen=True, kw_only=True)
class ChecklistPublished(Event):
    kind: ClassVar[str] = "checklist.published"
    version: int


@dataclass(frozen=True, kw_only=True)
class ParcelEvent(Event):
    """`subject` is the parcel."""

    location: UUID
    case: UUID | None = None

    def audience(self) -> list[str]:
        return ["agents"]


@dataclass(frozen=True, kw_only=True)
class ParcelScannedIn(ParcelEvent):
    """`recognised` is false for a parcel that belongs to no case yet."""

    kind: ClassVar[str] = "parcel.scanned_in"
    recognised: bool


@dataclass(frozen=True, kw_only=True)
class ParcelMoved(ParcelEvent):
    kind: ClassVar[str] = "parcel.moved"


@dataclass(frozen=True, kw_only=True)
class ParcelScannedOut(ParcelEvent):
    kind: ClassVar[str] = "parcel.scanned_out"
    purpose: str
    hours: float
    within: bool


@dataclass(frozen=True, kw_only=True)
class ParcelMatched(ParcelEvent):
    """A parcel nobody knew was found to belong to a case."""

    kind: ClassVar[str] = "parcel.matched"


@dataclass(frozen=True, kw_only=True)
class ParcelOverdue(ParcelEvent):
    """It lies longer than a parcel should."""

    kind: ClassVar[str] = "parcel.overdue"
    since: datetime


@dataclass(frozen=True, kw_only=True)
class InvestigationOpened(Event):
    """A model comes back far more often than before; `subject` is the investigation."""

    kind: ClassVar[str] = "investigation.opened"
    rise: float
    returns: int
    before: int

    def audience(self) -> list[str]:
        return ["agents"]


@dataclass(frozen=True, kw_only=True)
class InvestigationClosed(Event):
    kind: ClassVar[str] = "investigation.closed"
    finding: str

    def audience(self) -> list[str]:
        return ["agents"]
