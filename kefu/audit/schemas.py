"""Shapes of the audit trail."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints

from kefu.core.shapes import Shape

Kind = Annotated[str, StringConstraints(pattern=r"^[a-z_]+(\.[a-z_]+)?$", max_length=60)]


class TrailFilter(Shape):
    """What to look for; a kind without a dot means all kinds of that area."""

    kind: Kind | None = None
    actor: UUID | None = None
    subject: UUID | None = None
    since: AwareDatetime | None = Field(default=None, alias="from")
    until: AwareDatetime | None = Field(default=None, alias="to")


class TrailPage(TrailFilter):
    cursor: Annotated[str, StringConstraints(max_length=400)] | None = None
    limit: int = Field(default=50, ge=1, le=100)


class TrailExport(TrailFilter):
    format: Literal["csv", "jsonl"] = "csv"


class Who(BaseModel):
    id: UUID
    name: str | None


class TrailRow(BaseModel):
    """One fact: who did what to what, when and, where it is known, from which address."""

    id: int
    at: datetime
    kind: str
    actor: Who | None
    subject: Who
    conversation: UUID | None
    customer: UUID | None
    address: str | None
    details: dict[str, Any]
