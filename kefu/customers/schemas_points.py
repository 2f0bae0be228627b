"""Shapes of points and redemptions."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from kefu.core.shapes import Page, Shape, line_of

Points = Annotated[int, Field(ge=1, le=100_000_000)]
RedemptionFilter = Literal["pending", "fulfilled", "cancelled", "delayed"]


class PointsEntryRow(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    kind: str
    points: int
    reason: str
    at: datetime


class PointsPage(Page[PointsEntryRow]):
    """The ledger; `balance` is the sum of all its entries."""

    balance: int


class Adjustment(Shape):
    """Points given (more than nought) or taken, and why."""

    points: Annotated[int, Field(ge=-100_000_000, le=100_000_000)]
    reason: line_of(200)  # type: ignore[valid-type]


class NewRedemption(Shape):
    benefit: line_of(120)  # type: ignore[valid-type]
    points: Points


class RedemptionRow(BaseModel):
    id: UUID
    customer_id: UUID
    customer: str
    benefit: str
    points: int
    status: str
    requested_at: datetime
    due_at: datetime
    delayed: bool
    settled_at: datetime | None


class PointsRulesRow(BaseModel):
    """`expire_months` counts from the last entry; with 0 points never expire."""

    model_config = ConfigDict(from_attributes=True)

    points_per_yuan: int
    redemption_hours: int
    expire_months: int
    updated_at: datetime


class PointsRulesChange(Shape):
    points_per_yuan: Annotated[int, Field(ge=0, le=1000)] = 1
    redemption_hours: Annotated[int, Field(ge=1, le=8784)] = 48
    expire_months: Annotated[int, Field(ge=0, le=120)] = 0
