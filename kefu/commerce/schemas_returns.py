"""Shapes of requests and answers of returns."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from kefu.commerce.returns.listing import Sort
from kefu.commerce.returns.policy import Carrier, Counts, Policy, Reason
from kefu.core.paging import Cursor
from kefu.core.shapes import Shape, line_of, text_of

Kind = Literal["return", "exchange", "repair", "installation", "refund_only"]
Status = Literal["open", "done", "refused", "rejected", "withdrawn", "expired"]
Method = Literal["original", "balance", "bank", "none"]
CostKind = Literal[
    "logistics_compensation", "repeated_inspection", "return_shipping", "repair", "goodwill"
]
RepairStep = Literal[
    "received", "diagnosing", "quoted", "repairing", "testing", "repaired", "irreparable"
]
Amount = Annotated[int, Field(ge=1, le=10**12)]
Tracking = line_of(64)


class ReturnFilter(Shape):
    status: Status | Literal["all"] = "open"
    node: Annotated[str, Field(max_length=40)] | None = None
    kind: Kind | None = None
    q: Annotated[str, Field(max_length=100)] = ""
    order: UUID | None = None
    customer: UUID | None = None
    overdue: bool = False
    fast: bool | None = None
    sort: Sort = "due"
    cursor: Cursor = None
    limit: int = Field(default=25, ge=1, le=100)


class UnitsAsked(Shape):
    line_id: UUID
    quantity: Annotated[int, Field(ge=1, le=10_000)]


class NewReturn(Shape):
    order_id: UUID
    kind: Kind
    lines: Annotated[list[UnitsAsked], Field(min_length=1, max_length=100)]
    reason: Reason
    note: text_of(2000) = ""  # type: ignore[valid-type]
    method: Method = "original"
    conversation_id: UUID | None = None


class Review(Shape):
    approved: bool
    grounds: text_of(1000) = ""  # type: ignore[valid-type]


class ParcelSent(Shape):
    carrier: Carrier
    tracking_number: Tracking  # type: ignore[valid-type]


class Withdrawal(Shape):
    way: Literal["withdrawn", "cancelled"] = "cancelled"


class NewCost(Shape):
    kind: CostKind
    amount: Amount
    note: text_of(500) = ""  # type: ignore[valid-type]


class NewRefund(Shape):
    amount: Amount
    note: text_of(500) = ""  # type: ignore[valid-type]


class RefundDecision(Shape):
    agreed: bool
    note: text_of(500) = ""  # type: ignore[valid-type]


class NewRepairState(Shape):
    state: RepairStep
    note: text_of(1000) = ""  # type: ignore[valid-type]
    quote: Amount | None = None


class Visit(Shape):
    at: AwareDatetime
    mode: Literal["remote", "on_site"]


class VisitResult(Shape):
    came: bool


class Posting(Shape):
    status: Literal["paid", "failed"]
    amount: Amount
    operator: line_of(80)  # type: ignore[valid-type]
    at: AwareDatetime | None = None


class PolicyChange(Shape):
    version: Annotated[int, Field(ge=0)]
    values: Policy


class PolicyShown(BaseModel):
    """`business_calendar` names the calendar in which hours of business time count now."""

    version: int
    values: Policy
    goal_days: float
    business_calendar: str | None


class LineRow(BaseModel):
    id: UUID
    order_line_id: UUID
    product_id: UUID | None
    model: str
    title: str
    category: str
    quantity: int
    amount: int


class ReturnRow(BaseModel):
    """A case on the board; `overdue` is late in its step, or as a whole."""

    id: UUID
    number: str
    kind: Kind
    status: Status
    node: str
    node_due_at: datetime | None
    node_counts: Counts
    due_at: datetime | None
    overdue: bool
    node_overdue: bool
    whole_overdue: bool
    order_id: UUID
    order_number: str
    customer_id: UUID | None
    customer_name: str | None
    assignee: str | None
    reason: Reason
    amount: int
    currency: str
    fast_track: bool
    lines: list[LineRow]
    applied_at: datetime
    ended_at: datetime | None


class StepRow(BaseModel):
    node: str
    turn: int
    entered_at: datetime
    begun_at: datetime | None
    left_at: datetime | None
    due_at: datetime | None
    counts: Counts
    outcome: str | None
    cause: str | None
    department: str | None
    actor: str | None


class ConditionRow(BaseModel):
    name: str
    value: Any
    limit: Any
    holds: bool


class PhotoRow(BaseModel):
    id: UUID
    purpose: str
    name: str
    url: str
    created_at: datetime


class CostRow(BaseModel):
    kind: CostKind
    amount: int
    currency: str
    note: str
    at: datetime


class PostingRow(BaseModel):
    """One booking: by whom, in which system, when."""

    system: Literal["crm", "finance"]
    status: str
    amount: int
    operator: str | None
    at: datetime


class RefundRow(BaseModel):
    id: UUID
    amount: int
    currency: str
    status: str
    postings: list[PostingRow]
    waits_for_approval: bool
    approval_id: UUID | None
    may_decide: bool
    asked_by: str | None
    requested_at: datetime
    paid_at: datetime | None


class RepairRow(BaseModel):
    state: RepairStep
    note: str
    quote: int | None
    at: datetime


class CoverRow(BaseModel):
    purchased_at: datetime
    months: int
    until: datetime
    covered: bool


class OfferShown(BaseModel):
    """What can go back; `limit` is how much of it the asker may give alone, null for all."""

    goods: int
    shipping: int
    insurance: int
    total: int
    currency: str
    limit: int | None


class NodeShown(BaseModel):
    """One place of the process, with its outcomes, for a list where the map does not fit."""

    node: str
    outcomes: list[str]


class OptionLine(BaseModel):
    line_id: UUID
    title: str
    model: str
    quantity: int
    left: int
    amount: int
    cover: CoverRow | None


class Option(BaseModel):
    """A way to get help after the purchase; `reason` says why it is closed."""

    kind: Kind
    open: bool
    reason: str | None
    until: datetime | None


class OptionsShown(BaseModel):
    order_id: UUID
    order_number: str
    delivered_at: datetime | None
    options: list[Option]
    lines: list[OptionLine]
    promises: dict[str, float]


class NodeFigures(BaseModel):
    """Hours are plain time; `due_counts` says in which time the due times of its stays were set."""

    node: str
    cause: str
    stays: int
    open: int
    mean_waiting_hours: float
    mean_working_hours: float
    overdue: int
    due_counts: Counts | Literal["both"] | None
    overdue_share: float | None
    time_share: float | None
    delay_share: float | None
    delay_hours: float


class WayTaken(BaseModel):
    node: str
    outcome: str | None
    times: int


class CostFigures(BaseModel):
    amount: int
    entries: int


class AnalysisShown(BaseModel):
    """`adds_up` says which time its hours are."""

    since: datetime
    until: datetime
    adds_up: Literal["plain"] = "plain"
    nodes: list[NodeFigures]
    bottleneck: str | None
    ways: list[WayTaken]
    costs: dict[str, CostFigures]


class TimelineLine(BaseModel):
    id: int
    kind: str
    at: datetime
    actor: str | None
    details: dict[str, Any]
