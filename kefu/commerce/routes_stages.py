"""HTTP of product stages."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from kefu.commerce.staging import stages_of
from kefu.core.http import Db
from kefu.core.shapes import Page
from kefu.customers import customer_for
from kefu.identity import CurrentActor

router = APIRouter(prefix="/api/v1", tags=["products"])


class ProductStageRow(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    product: UUID
    title: str
    stage: str
    since: datetime


@router.get("/customers/{customer_id}/product-stages")
async def get_product_stages(
    customer_id: UUID, db: Db, actor: CurrentActor
) -> Page[ProductStageRow]:
    customer = await customer_for(db, actor, customer_id)
    found = await stages_of(db, customer.id)
    return Page(items=[ProductStageRow.model_validate(one) for one in found])
