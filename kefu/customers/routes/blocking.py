"""Blocking a customer, and letting them in again."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from kefu.core.http import Db
from kefu.customers.access import customer_for
from kefu.customers.blocking import block_customer, unblock_customer
from kefu.customers.schemas import CustomerDetail
from kefu.customers.views import customer_detail
from kefu.identity import CurrentActor

router = APIRouter(tags=["customers"])


@router.put("/customers/{customer_id}/block")
async def put_block(customer_id: UUID, db: Db, actor: CurrentActor) -> CustomerDetail:
    """Take nothing that this customer writes, in any inbox; their open conversations are shut."""
    customer = await customer_for(db, actor, customer_id, lock=True)
    await block_customer(db, customer, by=actor.id)
    return await customer_detail(db, actor, customer)


@router.delete("/customers/{customer_id}/block")
async def delete_block(customer_id: UUID, db: Db, actor: CurrentActor) -> CustomerDetail:
    """Take their words again, but not in conversations that were blocked themselves."""
    customer = await customer_for(db, actor, customer_id, lock=True)
    await unblock_customer(db, customer, by=actor.id)
    return await customer_detail(db, actor, customer)
