"""Shapes of returns as customers see them: no colleague is named, nothing internal is told."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from kefu.commerce.returns.policy import Reason
from kefu.commerce.schemas_returns import Kind, Option, RepairStep, Status, UnitsAsked
from kefu.core.shapes import Shape, text_of


class WantedReturn(Shape):
    kind: Kind
    lines: Annotated[list[UnitsAsked], Field(min_length=1, max_length=100)]
    reason: Reason
    note: text_of(1000) = ""  # type: ignore[valid-type]


class OwnStep(BaseModel):
    node: str
    entered_at: datetime
    left_at: datetime | None


class OwnRepairStep(BaseModel):
    state: RepairStep
    quote: int | None
    at: datetime


class OwnLine(BaseModel):
    """Goods of the order, and how many of them can still be applied for."""

    line_id: UUID
    title: str
    left: int
    in_warranty: bool


class OwnDifference(BaseModel):
    """What an exchange costs more, or less below nothing; `way` is how it was settled."""

    amount: int
    currency: str
    way: Literal["paid", "refunded", "waived"] | None


class OwnReturn(BaseModel):
    """One's case: where it stands, and what one can do now (withdraw, send, photo)."""

    id: UUID
    number: str
    kind: Kind
    status: Status
    node: str
    titles: list[str]
    grounds: str
    carrier: str | None
    tracking_number: str | None
    suggested_carrier: str | None
    visit_at: datetime | None
    photos: int
    steps: list[OwnStep]
    repair: list[OwnRepairStep]
    difference: OwnDifference | None
    applied_at: datetime
    ended_at: datetime | None
    allowed: list[str]


class OwnReturns(BaseModel):
    cases: list[OwnReturn]
    options: list[Option]
    lines: list[OwnLine]
    promises: dict[str, float]
