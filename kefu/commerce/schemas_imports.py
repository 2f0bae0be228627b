"""Shapes of answers about imports."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from kefu.commerce.schemas import ShopName


class RefusedShown(BaseModel):
    """A refused row; the problem is said in the reader's language."""

    row: int
    field: str | None
    problem: str
    source: dict[str, Any]


class ImportRow(BaseModel):
    """An import; its failure is said in the reader's language."""

    id: UUID
    shop: ShopName
    kind: str
    mode: str
    historic: bool
    file_name: str
    status: str
    size: int
    read_bytes: int
    rows: int
    created: int
    changed: int
    unchanged: int
    refused: int
    failure: str | None
    started_by: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class ImportDetail(ImportRow):
    """An import with the first rows that were refused."""

    refused_rows: list[RefusedShown]
