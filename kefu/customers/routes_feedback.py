"""HTTP of feedback on the desk."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from kefu.core.http import Db
from kefu.core.paging import Cursor, Limit
from kefu.core.shapes import Page, Shape, text_of
from kefu.customers.feedback import Opinion, opinions, rate_desk, report
from kefu.identity import CurrentActor, agents_named

router = APIRouter(prefix="/api/v1", tags=["feedback"])


class NewOpinion(Shape):
    """`error_free` says that everything went without an error."""

    area: Literal["import", "customers", "workspace", "orders", "returns", "settings"]
    ease: Annotated[int, Field(ge=1, le=5)]
    error_free: bool
    text: text_of(1000) = ""  # type: ignore[valid-type]
    import_id: UUID | None = None


class AreaRow(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    area: str
    answers: int
    ease: float | None
    error_free: int
    error_free_percent: float | None


class OpinionRow(BaseModel):
    id: UUID
    agent: str
    area: str
    ease: int
    error_free: bool
    text: str
    at: datetime


class FeedbackReport(BaseModel):
    """Per part of the desk and in all; without answers there is no rate."""

    answers: int
    error_free_percent: float | None
    areas: list[AreaRow]


@router.post("/desk-feedback", status_code=204)
async def post_feedback(body: NewOpinion, db: Db, actor: CurrentActor) -> None:
    await rate_desk(db, Opinion(**body.model_dump()), by=actor.id)


@router.get("/desk-feedback/report")
async def get_report(db: Db, _: CurrentActor) -> FeedbackReport:
    areas = await report(db)
    answers = sum(one.answers for one in areas)
    free = sum(one.error_free for one in areas)
    return FeedbackReport(
        answers=answers,
        error_free_percent=round(free / answers * 100, 2) if answers else None,
        areas=[AreaRow.model_validate(one) for one in areas],
    )


@router.get("/desk-feedback")
async def get_opinions(
    db: Db, _: CurrentActor, cursor: Cursor = None, limit: Limit = 25
) -> Page[OpinionRow]:
    found, following = await opinions(db, cursor=cursor, limit=limit)
    names = await agents_named(db, [one.agent_id for one in found])
    return Page(
        items=[
            OpinionRow(
                id=one.id,
                agent=names[one.agent_id].name,
                area=one.area,
                ease=one.ease,
                error_free=one.error_free,
                text=one.text,
                at=one.at,
            )
            for one in found
        ],
        next_cursor=following,
    )
