"""Shapes of sources, comparisons and what shops say of a customer."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from kefu.core.shapes import Shape, line_of, text_of


class SourceBody(Shape):
    name: line_of(60)  # type: ignore[valid-type]
    url: line_of(500)  # type: ignore[valid-type]
    shop_id: UUID | None = None
    account: line_of(200, least=0) = ""  # type: ignore[valid-type]
    secret: line_of(500, least=0) = ""  # type: ignore[valid-type]
    webhook_secret: line_of(200, least=0) = ""  # type: ignore[valid-type]
    enabled: bool = True
    takes_changes: bool = False


class NewSource(SourceBody):
    """`account` is a key; of a carrier's book it may be the carrier's code."""

    kind: Literal["book", "woocommerce", "qiyu"]
    book: Literal["orders", "tracking"] | None = None


class SourceChange(SourceBody):
    name: line_of(60) = ""  # type: ignore[valid-type]
    url: line_of(500) = ""  # type: ignore[valid-type]


class SourceRow(BaseModel):
    """Without its secrets; `webhook` is where its webhooks go, where it has any."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    kind: str
    book: str | None
    shop_id: UUID | None
    url: str
    enabled: bool
    takes_changes: bool
    asked_at: datetime | None
    answered_at: datetime | None
    failure: str | None


class NewSourceRow(SourceRow):
    """Shown once: what its webhooks have to be signed with."""

    webhook_secret: str


class ReconciliationRow(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    source_id: UUID
    started_at: datetime
    finished_at: datetime | None
    compared: int
    alike: int
    alike_after: int | None
    differences: int
    mended: int
    failure: str | None


class DifferenceRow(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    kind: str
    number: str
    external_id: str | None
    ours: str | None
    theirs: str | None
    mended_at: datetime | None


class LineRow(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    key: str
    label: str
    value: str
    href: str | None


class SeenRow(BaseModel):
    """One shop's answer; `remembered` stands in where it is away just now."""

    source: UUID
    name: str
    state: Literal["fresh", "remembered", "away"]
    person: list[LineRow]
    orders: list[list[LineRow]]


class WriteBack(Shape):
    values: Annotated[dict[line_of(80), text_of(500)], Field(min_length=1, max_length=20)]  # type: ignore[valid-type]
