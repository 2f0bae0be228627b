"""Shapes of requests and answers of automation."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from kefu.core.shapes import Shape, line_of, text_of
from kefu.core.time_shapes import TimeOfDay
from kefu.workflows.model_automation import AGAIN_AFTER, HOURLY

DAY = 24 * 3600
Kind = Annotated[str, Field(max_length=60)]
Position = Annotated[int, Field(ge=0, le=10_000)]
Again = Annotated[int, Field(ge=0, le=365 * DAY)]
Hourly = Annotated[int, Field(ge=1, le=1_000_000)]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class Every(Shape):
    every_minutes: Literal[1, 2, 5, 10, 15, 20, 30, 60, 120, 180, 240, 360, 720]


class Daily(Shape):
    daily_at: Annotated[TimeOfDay, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    zone: Annotated[str, Field(max_length=60)] = "Asia/Shanghai"
    weekdays: Annotated[list[Weekday], Field(max_length=7)] = Field(default_factory=list)


class ActionShape(Shape):
    action: Kind
    params: Annotated[dict[str, Any], Field(max_length=20)] = Field(default_factory=dict)


class Asked(Shape):
    """What is looked for; without a trigger the rule runs by time."""

    subject_kind: Kind
    trigger: Kind | None = None
    conditions: dict[str, Any] = Field(default_factory=lambda: {"all": []})


class NewRule(Asked):
    name: line_of(80)  # type: ignore[valid-type]
    note: text_of(500) = ""  # type: ignore[valid-type]
    position: Position = 100
    active: bool = False
    timing: Every | Daily | None = None
    actions: Annotated[list[ActionShape], Field(min_length=1, max_length=10)]
    again_after_seconds: Again = AGAIN_AFTER
    hourly_limit: Hourly = HOURLY


class RuleChange(Shape):
    name: line_of(80) = "-"  # type: ignore[valid-type]
    note: text_of(500) = ""  # type: ignore[valid-type]
    position: Position = 100
    active: bool = False
    subject_kind: Kind = ""
    trigger: Kind | None = None
    timing: Every | Daily | None = None
    conditions: dict[str, Any] = Field(default_factory=dict)
    actions: Annotated[list[ActionShape], Field(min_length=1, max_length=10)] = Field(
        default_factory=list
    )
    again_after_seconds: Again = AGAIN_AFTER
    hourly_limit: Hourly = HOURLY


class RuleRow(BaseModel):
    id: UUID
    name: str
    note: str
    position: int
    active: bool
    subject_kind: str
    trigger: str | None
    timing: dict[str, Any] | None
    conditions: dict[str, Any]
    actions: list[dict[str, Any]]
    again_after_seconds: int
    hourly_limit: int
    version: int
    paused_at: datetime | None
    paused_reason: str | None
    created_at: datetime
    updated_at: datetime
    looked: int
    matched: int
    failed: int
    refused: int
    last_matched_at: datetime | None


class VersionRow(BaseModel):
    version: int
    at: datetime
    by: str | None
    content: dict[str, Any]


class RunRow(BaseModel):
    id: UUID
    rule_id: UUID
    rule_name: str
    version: int
    cause: str
    fact_kind: str | None
    subject_kind: str
    subject: UUID
    title: str
    conversation: UUID | None
    customer: UUID | None
    outcome: str
    reason: dict[str, Any] | None
    actions: list[dict[str, Any]]
    depth: int
    duration_ms: int
    retry_of: UUID | None
    retried_at: datetime | None
    at: datetime


class Explain(Asked):
    subject: UUID
    rule: UUID | None = None


class Sample(BaseModel):
    subject: UUID
    title: str
    at: datetime | None = None


class Reason(BaseModel):
    place: str
    count: int


class MatchingNow(BaseModel):
    count: int
    more: bool
    samples: list[Sample]


class MatchingFacts(BaseModel):
    looked: int
    matched: int
    samples: list[Sample]
    reasons: list[Reason]


class Preview(BaseModel):
    now: MatchingNow | None
    facts: MatchingFacts | None


class TestShown(BaseModel):
    place: str
    field: str
    operator: str
    value: Any = None
    holds: bool | None = None


class Explanation(BaseModel):
    subject: UUID
    title: str
    matches: bool
    tests: list[TestShown]
    because: list[TestShown]
    too_soon: bool
    fact_at: datetime | None


class Choice(BaseModel):
    value: str
    label: str


class FieldOffer(BaseModel):
    name: str
    label: str
    kind: str
    operators: list[str]
    choices: list[Choice]
    limits: dict[str, int]


class SubjectOffer(BaseModel):
    kind: str
    label: str
    fields: list[FieldOffer]


class TriggerOffer(BaseModel):
    name: str
    subject: str
    label: str
    fields: list[FieldOffer]


class ParamOffer(BaseModel):
    name: str
    kind: str
    label: str
    required: bool
    least: int
    most: int
    choices: list[Choice]


class ActionOffer(BaseModel):
    name: str
    label: str
    subjects: list[str]
    params: list[ParamOffer]


class Offers(BaseModel):
    subjects: list[SubjectOffer]
    triggers: list[TriggerOffer]
    actions: list[ActionOffer]
    always: list[FieldOffer]
