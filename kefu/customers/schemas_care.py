"""Shapes of care plans, portraits and the overview of one customer."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from kefu.core.shapes import Shape, line_of
from kefu.customers.schemas import Channel, Purpose
from kefu.customers.schemas_segments import Dimension, Value

CareOccasion = Literal["entered_segment", "birthday", "after_purchase", "after_complaint"]
PeriodDays = Annotated[int, Field(ge=1, le=3660)]
WindowDays = Annotated[int, Field(ge=1, le=366)]
ControlPercent = Annotated[int, Field(ge=0, le=50)]


class CareStep(Shape):
    title: line_of(120)  # type: ignore[valid-type]
    after_days: Annotated[int, Field(ge=0, le=365)] = 0


CareSteps = Annotated[list[CareStep], Field(min_length=1, max_length=10)]


class NewCarePlan(Shape):
    name: line_of(80)  # type: ignore[valid-type]
    occasion: CareOccasion
    dimension: Dimension | None = None
    value: Value | None = None
    conditions: dict[str, Any] = Field(default_factory=lambda: {"all": []})
    steps: CareSteps
    purpose: Purpose = "care"
    owner_id: UUID | None = None
    department_id: UUID | None = None
    period_days: PeriodDays = 90
    window_days: WindowDays = 90
    control_percent: ControlPercent = 10
    enabled: bool = False


class CarePlanChange(Shape):
    name: line_of(80) = ""  # type: ignore[valid-type]
    conditions: dict[str, Any] = Field(default_factory=dict)
    steps: CareSteps = Field(default_factory=list)
    purpose: Purpose = "care"
    owner_id: UUID | None = None
    department_id: UUID | None = None
    period_days: PeriodDays = 90
    window_days: WindowDays = 90
    control_percent: ControlPercent = 10
    enabled: bool = False


class ArmRow(BaseModel):
    """One arm of the comparison; no rate where there is nothing to count."""

    courses: int = 0
    completed: int = 0
    repurchased: int = 0
    open: int = 0
    percent: float | None = None


class CarePlanRow(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    occasion: str
    dimension: str | None
    value: str | None
    conditions: dict[str, Any]
    steps: list[CareStep]
    purpose: str
    owner_id: UUID | None
    department_id: UUID | None
    period_days: int
    window_days: int
    control_percent: int
    enabled: bool
    updated_at: datetime
    care: ArmRow = ArmRow()
    control: ArmRow = ArmRow()


class CourseRow(BaseModel):
    id: UUID
    plan_id: UUID
    plan: str
    customer_id: UUID
    customer: str
    arm: str
    channel: str | None
    started_at: datetime
    window_ends_at: datetime
    steps: int
    steps_done: int
    completed_at: datetime | None
    repurchased_at: datetime | None


class Correction(Shape):
    """What is so; null takes a former correction back."""

    value: Channel | None


class Applied(Shape):
    conversation_id: UUID | None = None


class Overview(BaseModel):
    """One customer's page in one answer; `parts` are those of capabilities above."""

    model_config = ConfigDict(from_attributes=True)

    customer: UUID
    vip: bool
    tier: str
    segments: dict[str, str]
    treatment: TreatmentRow
    purchases: dict[str, Any]
    service: dict[str, Any]
    preferences: dict[str, Any]
    communication: dict[str, Any]
    parts: dict[str, Any]


class HintRow(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    dimension: str
    value: str
    name: str
    text: str


class TreatmentRow(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    points_percent: int
    priority_weight: int
    hints: list[HintRow]
