"""Bottlenecks: which module answered too slowly, when, and what would help (R418)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict
from sqlalchemy import select

from kefu.core.bottlenecks import Bottleneck
from kefu.core.http import Db
from kefu.core.paging import Cursor, Limit, page_of, read_cursor
from kefu.core.shapes import Page
from kefu.identity import CurrentActor

router = APIRouter(prefix="/api/v1", tags=["metrics"])


class BottleneckShown(BaseModel):
    """`advice` is add_memory, add_cores_or_web_process or check_database_disk."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    module: str
    p95_ms: int
    limit_ms: int
    requests: int
    advice: str
    figures: dict[str, Any]
    at: datetime


@router.get("/bottlenecks")
async def get_bottlenecks(
    db: Db, _: CurrentActor, cursor: Cursor = None, limit: Limit = 50
) -> Page[BottleneckShown]:
    """What was entered, the newest first."""
    query = select(Bottleneck).order_by(Bottleneck.id.desc()).limit(limit + 1)
    if key := read_cursor(cursor, int):
        query = query.where(Bottleneck.id < key[0])
    rows, following = page_of(list(await db.scalars(query)), limit, lambda row: (row.id,))
    items = [BottleneckShown.model_validate(row) for row in rows]
    return Page(items=items, next_cursor=following)
