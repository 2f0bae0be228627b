"""Customers, their pages and timelines."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from kefu.core.http import Db
from kefu.core.paging import Cursor, Limit
from kefu.core.shapes import Page
from kefu.customers.access import customer_for
from kefu.customers.labels import label_customer
from kefu.customers.listing import Asked, customers_for
from kefu.customers.profiles import change_profile
from kefu.customers.schemas import (
    CustomerChange,
    CustomerDetail,
    CustomerFilter,
    CustomerRow,
    LabelsOfCustomer,
    TimelineRow,
)
from kefu.customers.timeline import timeline_of
from kefu.customers.views import agent_shown, customer_detail, customer_rows
from kefu.identity import CurrentActor

router = APIRouter(tags=["customers"])


@router.get("/customers")
async def get_customers(
    wanted: Annotated[CustomerFilter, Query()], db: Db, actor: CurrentActor
) -> Page[CustomerRow]:
    asked = Asked(q=wanted.q, tier=wanted.tier, label=wanted.label, sort=wanted.sort)
    customers, next_cursor = await customers_for(
        db, actor, asked, cursor=wanted.cursor, limit=wanted.limit
    )
    return Page(items=await customer_rows(db, customers), next_cursor=next_cursor)


@router.get("/customers/{customer_id}")
async def get_customer(customer_id: UUID, db: Db, actor: CurrentActor) -> CustomerDetail:
    return await customer_detail(db, actor, await customer_for(db, actor, customer_id))


@router.patch("/customers/{customer_id}")
async def patch_customer(
    customer_id: UUID, body: CustomerChange, db: Db, actor: CurrentActor
) -> CustomerDetail:
    customer = await customer_for(db, actor, customer_id, lock=True)
    await change_profile(db, customer, body.model_dump(exclude_unset=True), by=actor.id)
    return await customer_detail(db, actor, customer)


@router.put("/customers/{customer_id}/labels")
async def put_labels(
    customer_id: UUID, body: LabelsOfCustomer, db: Db, actor: CurrentActor
) -> CustomerDetail:
    customer = await customer_for(db, actor, customer_id, lock=True)
    await label_customer(db, customer, body.labels, by=actor.id)
    return await customer_detail(db, actor, customer)


@router.get("/customers/{customer_id}/timeline")
async def get_timeline(
    customer_id: UUID, db: Db, actor: CurrentActor, cursor: Cursor = None, limit: Limit = 50
) -> Page[TimelineRow]:
    customer = await customer_for(db, actor, customer_id)
    entries, next_cursor = await timeline_of(db, actor, customer.id, cursor=cursor, limit=limit)
    rows = [
        TimelineRow(
            id=entry.id,
            kind=entry.kind,
            at=entry.at,
            actor=agent_shown(entry.actor),
            conversation=entry.conversation,
            details=entry.details,
            shown=entry.shown,
        )
        for entry in entries
    ]
    return Page(items=rows, next_cursor=next_cursor)
