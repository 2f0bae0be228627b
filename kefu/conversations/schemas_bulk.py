"""Shapes of bulk actions."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import (
    AwareDatetime,
    BaseModel,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError

from kefu.conversations.schemas_labels import Line
from kefu.core.shapes import Shape

NEEDED = {
    "label": "labels",
    "unlabel": "labels",
    "assign": "assignee",
    "team": "team",
    "priority": "priority",
    "snooze": "until",
}


class BulkParams(Shape):
    labels: Annotated[list[UUID], Field(max_length=20)] = Field(default_factory=list)
    assignee: UUID | None = None
    team: UUID | None = None
    summary: Annotated[str, StringConstraints(max_length=2000)] = ""
    reason: Line | None = None
    priority: Annotated[int, Field(ge=0, le=3)] | None = None
    until: AwareDatetime | None = None


class BulkBody(Shape):
    ids: Annotated[list[UUID], Field(min_length=1, max_length=200)]
    action: Literal["close", "label", "unlabel", "assign", "team", "priority", "snooze"]
    params: BulkParams = BulkParams()

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> BulkBody:
        needed = NEEDED.get(self.action)
        if needed is not None and getattr(self.params, needed) in (None, []):
            error = PydanticCustomError("needed", "This action needs it.")
            raise ValidationError.from_exception_data(
                "BulkBody", [{"type": error, "loc": ("params", needed), "input": None}]
            )
        return self


class BulkResult(BaseModel):
    id: UUID
    ok: bool
    problem: dict[str, Any] | None


class Undo(BaseModel):
    id: UUID
    until: datetime


class BulkAnswer(BaseModel):
    """What became of each, and how to undo it for a while."""

    results: list[BulkResult]
    undo: Undo | None = None
