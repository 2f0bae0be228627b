"""HTTP of recommendations."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from kefu.core.http import Db
from kefu.core.shapes import Page, Shape
from kefu.customers.access import customer_for
from kefu.customers.recommending import recommend, recommendations_of
from kefu.identity import CurrentActor

router = APIRouter(prefix="/api/v1", tags=["recommendations"])


class NewRecommendation(Shape):
    product_id: UUID
    conversation_id: UUID | None = None


class RecommendationRow(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    product_id: UUID
    agent_id: UUID
    at: datetime
    bought_at: datetime | None
    amount: int | None
    currency: str | None
    taken_back_at: datetime | None


@router.get("/customers/{customer_id}/recommendations")
async def get_recommendations(
    customer_id: UUID, db: Db, actor: CurrentActor
) -> Page[RecommendationRow]:
    customer = await customer_for(db, actor, customer_id)
    found = await recommendations_of(db, customer.id)
    return Page(items=[RecommendationRow.model_validate(one) for one in found])


@router.post("/customers/{customer_id}/recommendations", status_code=201)
async def post_recommendation(
    customer_id: UUID, body: NewRecommendation, db: Db, actor: CurrentActor
) -> RecommendationRow:
    customer = await customer_for(db, actor, customer_id, lock=True)
    made = await recommend(
        db, customer, product=body.product_id, conversation=body.conversation_id, by=actor.id
    )
    return RecommendationRow.model_validate(made)
