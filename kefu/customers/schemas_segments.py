"""Shapes of segments and their rules."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from kefu.core.shapes import Shape, line_of, text_of
from kefu.customers.schemas import CustomerRow

Dimension = Literal["lifecycle", "value_tier", "persona", "scenario", "size", "stage"]
Value = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Position = Annotated[int, Field(ge=0, le=10_000)]
PointsPercent = Annotated[int, Field(ge=0, le=1000)]
PriorityWeight = Annotated[int, Field(ge=0, le=100)]


class NewSegmentRule(Shape):
    dimension: Dimension
    value: Value
    name: line_of(60)  # type: ignore[valid-type]
    position: Position = 100
    conditions: dict[str, Any]
    enabled: bool = True
    points_percent: PointsPercent = 100
    priority_weight: PriorityWeight = 0
    hint: text_of(500) = ""  # type: ignore[valid-type]


class SegmentRuleChange(Shape):
    name: line_of(60) = ""  # type: ignore[valid-type]
    position: Position = 100
    conditions: dict[str, Any] = Field(default_factory=dict)
    enabled: bool = True
    points_percent: PointsPercent = 100
    priority_weight: PriorityWeight = 0
    hint: text_of(500) = ""  # type: ignore[valid-type]


class SegmentRuleRow(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    dimension: str
    value: str
    name: str
    position: int
    conditions: dict[str, Any]
    enabled: bool
    version: int
    points_percent: int
    priority_weight: int
    hint: str
    updated_at: datetime
    broken: bool = False


class RuleVersionRow(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    version: int
    conditions: dict[str, Any]
    at: datetime


class PreviewAsked(Shape):
    conditions: dict[str, Any]


class SegmentPreview(BaseModel):
    customers: int
    of: int
    sample: list[CustomerRow]


class FieldRow(BaseModel):
    name: str
    kind: str
    operators: list[str]
    choices: list[str]
    limits: dict[str, int]


class ShareRow(BaseModel):
    value: str
    name: str | None
    customers: int
    percent: float | None


class DimensionRow(BaseModel):
    dimension: str
    shares: list[ShareRow]


class RunRow(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    started_at: datetime
    finished_at: datetime | None
    customers: int
    changed: int


class SegmentsOverview(BaseModel):
    """All customers, spread over each dimension by itself; `run` is the last recomputation."""

    customers: int
    dimensions: list[DimensionRow]
    run: RunRow | None


class StepRow(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    dimension: str
    value: str
    former: str | None
    since: datetime
    until: datetime | None
    rule_id: UUID | None
    rule_version: int | None
    rule_name: str | None


class EvidenceRow(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    field: str
    operator: str
    value: Any
    holds: bool
    found: Any


class SegmentReasonRow(BaseModel):
    """The rule that decided, its conditions as they read then, and what each test finds now."""

    model_config = ConfigDict(from_attributes=True)

    dimension: str
    value: str
    since: datetime
    rule_id: UUID | None
    rule_name: str | None
    rule_version: int | None
    conditions: dict[str, Any] | None
    evidence: list[EvidenceRow]


class WhoRow(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str


class TierReasonRow(BaseModel):
    """`how`: agent, import, merged, usual where nobody gave another, or unrecorded."""

    model_config = ConfigDict(from_attributes=True)

    value: str
    how: str
    at: datetime | None
    by: WhoRow | None


class StandingReasons(BaseModel):
    tier: TierReasonRow
    segments: list[SegmentReasonRow]
