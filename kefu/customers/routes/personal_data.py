"""Personal data of one person: shown in plain, exported, erased."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from kefu.core.http import Db
from kefu.customers.access import customer_for
from kefu.customers.personal_data import erase_customer, export_customer
from kefu.customers.revealing import reveal
from kefu.customers.schemas import CustomerDetail, Erasure, Reveal, Revealed
from kefu.customers.views import customer_detail
from kefu.identity import CurrentActor

router = APIRouter(tags=["customers"])


@router.post("/customers/{customer_id}/reveal")
async def post_reveal(customer_id: UUID, body: Reveal, db: Db, actor: CurrentActor) -> Revealed:
    customer = await customer_for(db, actor, customer_id)
    plain = await reveal(db, customer, reason=body.reason, by=actor)
    return Revealed.model_validate(plain, from_attributes=True)


@router.get("/customers/{customer_id}/export")
async def get_export(
    customer_id: UUID, db: Db, actor: CurrentActor, response: Response
) -> dict[str, Any]:
    customer = await customer_for(db, actor, customer_id)
    response.headers["Content-Disposition"] = f'attachment; filename="customer-{customer.id}.json"'
    response.headers["Cache-Control"] = "no-store"
    return await export_customer(db, customer, by=actor.id)


@router.post("/customers/{customer_id}/erasure")
async def post_erasure(
    customer_id: UUID, body: Erasure, db: Db, actor: CurrentActor
) -> CustomerDetail:
    customer = await customer_for(db, actor, customer_id)
    await erase_customer(db, customer, name=body.name, reason=body.reason, by=actor.id)
    return await customer_detail(db, actor, customer)
