"""HTTP of the facts that were set aside."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from kefu.audit.aside import replay, set_aside
from kefu.core.http import Db
from kefu.core.paging import Cursor, Limit
from kefu.core.shapes import Page, Shape, line_of
from kefu.identity import CurrentActor

router = APIRouter(prefix="/api/v1/facts/aside", tags=["audit"])


class AsideRow(BaseModel):
    """A fact that a group of reactions could not take, with the error."""

    id: int
    group: str
    fact: int
    kind: str
    subject: UUID
    error: str
    at: datetime


class ReplayBody(Shape):
    group: line_of(60)  # type: ignore[valid-type]
    subject: UUID


class Replayed(BaseModel):
    replayed: int


@router.get("")
async def list_aside(
    db: Db, actor: CurrentActor, cursor: Cursor = None, limit: Limit = 50
) -> Page[AsideRow]:
    """What waits to be replayed, newest first."""
    actor.require("facts.replay")
    rows, following = await set_aside(db, cursor=cursor, limit=limit)
    items = [
        AsideRow(
            id=row.id,
            group=row.group_name,
            fact=row.fact,
            kind=row.kind,
            subject=row.subject,
            error=row.error,
            at=row.at,
        )
        for row in rows
    ]
    return Page(items=items, next_cursor=following)


@router.post("/replay")
async def replay_subject(db: Db, actor: CurrentActor, body: ReplayBody) -> Replayed:
    """React again to what was set aside of one subject in one group."""
    done = await replay(db, group=body.group, subject=body.subject, by=actor.id)
    return Replayed(replayed=done)
