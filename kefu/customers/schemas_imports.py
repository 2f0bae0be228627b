"""Shapes of requests and answers about imports of customers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from kefu.core.shapes import Shape

Column = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Target = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]*(\.[a-z][a-z0-9_]*)?$")]
Status = Literal["uploaded", "checking", "checked", "running", "done", "stopped", "failed"]


class ImportMapping(Shape):
    """What the columns mean; `proven` says that the shop has checked its contacts."""

    mapping: dict[Column, Target] = Field(max_length=100)
    scope: UUID | None = None
    proven: bool = True


class ImportRow(BaseModel):
    id: UUID
    name: str
    status: Status
    problem: str | None
    form: str
    encoding: str
    size: int
    rows: int
    done: int
    counts: dict[str, int]
    checked: dict[str, Any]
    report: dict[str, Any]
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    forgotten: bool


class TargetRow(BaseModel):
    """Something a column may mean; attributes have the name that the shop gave them."""

    key: str
    name: str | None


class ImportDetail(ImportRow):
    columns: list[str]
    sample: list[dict[str, str]]
    mapping: dict[str, str]
    scope: UUID | None
    proven: bool
    targets: list[TargetRow]
