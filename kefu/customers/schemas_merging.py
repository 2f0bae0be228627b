"""Shapes of requests and answers about who is who."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from kefu.core.paging import Cursor
from kefu.core.shapes import Shape
from kefu.customers.schemas import AgentShown, CustomerDetail, CustomerRow

MergeReason = Literal["same_person", "same_household_account", "duplicate_import", "other"]
ApartReason = Literal["different_people", "shared_phone", "shared_device", "mistake", "other"]
CandidateStatus = Literal["open", "merged", "rejected"]


class SignRow(BaseModel):
    """Something that speaks for (`agrees`) or against the two being one person."""

    sign: str
    proof: str
    agrees: bool
    weight: float


class CandidateFilter(Shape):
    status: CandidateStatus = "open"
    cursor: Cursor = None
    limit: int = Field(default=25, ge=1, le=100)


class CandidateRow(BaseModel):
    id: UUID
    one: CustomerRow
    other: CustomerRow
    confidence: float
    signs: list[SignRow]
    status: CandidateStatus
    created_at: datetime
    decided_at: datetime | None
    decided_by: AgentShown | None
    why: str | None


class CandidateDetail(CandidateRow):
    """The pair side by side; `suggested` is who would stay if nobody chose."""

    details: list[CustomerDetail]
    suggested: UUID
    merge: UUID | None
    allowed: list[str]


class Acceptance(Shape):
    kept: UUID | None = None


class Rejection(Shape):
    reason: ApartReason


class Merger(Shape):
    into: UUID
    reason: MergeReason = "same_person"


class Reversal(Shape):
    reason: ApartReason


class MergeRow(BaseModel):
    """One customer was merged into another, or was until it was undone."""

    id: UUID
    kept: CustomerRow
    gone: CustomerRow
    automatic: bool
    by: AgentShown | None
    reason: str
    confidence: float
    signs: list[SignRow]
    moved: dict[str, int]
    at: datetime
    undone_at: datetime | None
    undone_by: AgentShown | None
    undone_reason: str | None
    allowed: list[str]
