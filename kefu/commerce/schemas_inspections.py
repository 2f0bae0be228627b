"""Shapes of requests and answers of inspections, disputes, investigations and the warehouse."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from kefu.commerce.returns.checklists import Item
from kefu.core.shapes import Shape, line_of, text_of

Determination = Literal["product_fault", "misuse", "transport", "as_new"]
Decision = Literal["upheld", "overturned", "reinspect"]
Finding = Literal["product", "transport", "description", "season", "nothing"]
Purpose = Literal["restock", "repair", "supplier", "customer", "scrap", "other"]
LocationKind = Literal["intake", "shelf", "inspection", "outgoing"]
Pictures = Annotated[list[UUID], Field(max_length=30)]
Code = line_of(64)


class NewChecklist(Shape):
    category: line_of(80, least=0) = ""  # type: ignore[valid-type]
    name: line_of(80)  # type: ignore[valid-type]
    items: Annotated[list[Item], Field(min_length=1, max_length=60)]


class ChecklistRow(BaseModel):
    id: UUID
    category: str
    version: int
    name: str
    items: list[Item]
    created_at: datetime
    retired_at: datetime | None


class NewInspection(Shape):
    checklist_id: UUID
    answers: Annotated[dict[str, bool | line_of(60)], Field(max_length=60)]  # type: ignore[valid-type]
    determination: Determination
    accepted: bool
    photos: Pictures = Field(default=[])
    note: text_of(2000) = ""  # type: ignore[valid-type]
    reason: text_of(500) | None = None  # type: ignore[valid-type]


class InspectionRow(BaseModel):
    id: UUID
    checklist_id: UUID
    checklist_version: int
    answers: dict[str, Any]
    photos: list[str]
    determination: Determination
    accepted: bool
    note: str
    reason: str | None
    of_record: bool
    inspector: str | None
    finished_at: datetime


class NewDispute(Shape):
    text: text_of(2000, least=1)  # type: ignore[valid-type]
    photos: Pictures = Field(default=[])
    complaint: bool = True


class DisputeDecision(Shape):
    decision: Decision
    grounds: text_of(1000)  # type: ignore[valid-type]


class DisputeRow(BaseModel):
    id: UUID
    inspection_id: UUID
    text: str
    photos: list[str]
    complaint: bool
    raised_by: str | None
    raised_at: datetime
    decision: Decision | None
    grounds: str
    decided_by: str | None
    decided_at: datetime | None


class ModelRow(BaseModel):
    """What came back of one model and why; `advice` is what to do with its stock."""

    model: str
    title: str
    units: int
    cases: int
    product_fault: int
    misuse: int
    transport: int
    as_new: int
    waiting: int
    advice: Literal["hold", "pack_better", "explain_better", "restock", "watch"]


class InvestigationRow(BaseModel):
    id: UUID
    model: str
    title: str
    since: datetime
    until: datetime
    returned: int
    sold: int
    returned_before: int
    sold_before: int
    rise_percent: float
    threshold_percent: float
    finding: Finding | None
    note: str
    opened_at: datetime
    closed_at: datetime | None


class InvestigationEnd(Shape):
    finding: Finding
    note: text_of(2000) = ""  # type: ignore[valid-type]


class NewLocation(Shape):
    code: Code  # type: ignore[valid-type]
    name: line_of(80, least=0) = ""  # type: ignore[valid-type]
    kind: LocationKind = "shelf"


class LocationRow(BaseModel):
    id: UUID
    code: str
    name: str
    kind: LocationKind
    active: bool


class Intake(Shape):
    code: Code  # type: ignore[valid-type]
    location_id: UUID
    note: text_of(500) = ""  # type: ignore[valid-type]


class Departure(Shape):
    code: Code  # type: ignore[valid-type]
    purpose: Purpose


class Matching(Shape):
    number: line_of(64)  # type: ignore[valid-type]


class ParcelRow(BaseModel):
    id: UUID
    code: str
    case_id: UUID | None
    case_number: str | None
    location: str
    note: str
    in_at: datetime
    due_at: datetime
    counts: Literal["plain", "business"]
    alarmed_at: datetime | None
    out_at: datetime | None
    purpose: Purpose | None
    overdue: bool


class ScanShown(BaseModel):
    """What came of a scan, for the one line that the scanner's screen shows."""

    result: Literal["in", "unknown", "moved", "here", "out", "matched"]
    parcel: ParcelRow


class StockRow(BaseModel):
    model: str
    title: str
    location: str
    determination: str
    units: int
    since: datetime
