"""Routes of sources: who is asked, what was compared, and what shops say and send."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

import orjson
from fastapi import APIRouter, Request, Response
from sqlalchemy import select, tuple_

from kefu.commerce.model import Shop
from kefu.commerce.model_sources import Reconciliation, ReconciliationDifference
from kefu.commerce.schemas_sources import (
    DifferenceRow,
    LineRow,
    NewSource,
    NewSourceRow,
    ReconciliationRow,
    SeenRow,
    SourceChange,
    SourceRow,
    WriteBack,
)
from kefu.commerce.sources import keeping, viewing
from kefu.commerce.sources.qiyu import PATIENCE
from kefu.commerce.sources.woocommerce import TOPIC, TOPICS, check_signature, is_ping, order_of
from kefu.commerce.taking import take_orders
from kefu.core.errors import Malformed, NotFound
from kefu.core.http import Db
from kefu.core.jobs import enqueue
from kefu.core.paging import Cursor, Limit, page_of, read_cursor
from kefu.core.settings import Settings
from kefu.core.shapes import Page
from kefu.core.wire import Wire
from kefu.customers import customer_for
from kefu.identity import CurrentActor

router = APIRouter(prefix="/api/v1", tags=["sources"])
RECONCILE = "commerce.reconcile"


@router.get("/commerce-sources")
async def get_sources(db: Db, actor: CurrentActor) -> list[SourceRow]:
    actor.require("source.read")
    return [SourceRow.model_validate(one) for one in await keeping.sources(db)]


@router.post("/commerce-sources", status_code=201)
async def post_source(body: NewSource, db: Db, actor: CurrentActor) -> NewSourceRow:
    actor.require("source.edit")
    source = await keeping.create_source(db, body.model_dump(), by=actor)
    return NewSourceRow.model_validate(source)


@router.patch("/commerce-sources/{source_id}")
async def patch_source(
    source_id: UUID, body: SourceChange, db: Db, actor: CurrentActor
) -> SourceRow:
    actor.require("source.edit")
    source = await keeping.source_for(db, actor, source_id, lock=True)
    await keeping.change_source(db, source, body.model_dump(exclude_unset=True), by=actor)
    return SourceRow.model_validate(source)


@router.delete("/commerce-sources/{source_id}", status_code=204)
async def delete_source(source_id: UUID, db: Db, actor: CurrentActor) -> None:
    actor.require("source.edit")
    source = await keeping.source_for(db, actor, source_id, lock=True)
    await keeping.delete_source(db, source, by=actor)


@router.post("/commerce-sources/{source_id}/reconciliations", status_code=202)
async def post_reconciliation(source_id: UUID, db: Db, actor: CurrentActor) -> Response:
    """Compare with this source as soon as a worker is free."""
    actor.require("source.edit")
    source = await keeping.source_for(db, actor, source_id)
    await enqueue(db, RECONCILE, {"source": str(source.id)}, key=str(source.id))
    return Response(status_code=202)


@router.post("/commerce-sources/{source_id}/woocommerce", status_code=200)
async def post_woocommerce(source_id: UUID, request: Request, db: Db) -> Response:
    """Where a WooCommerce shop sends its webhooks; what it did not sign is refused."""
    source = await keeping.source_with(db, source_id)
    if source.kind != "woocommerce" or not source.enabled:
        raise NotFound("There is no such source.")
    body = await request.body()
    if is_ping(request.headers, body):
        return Response(status_code=200)
    check_signature(source.webhook_secret, request.headers, body)
    if request.headers.get(TOPIC) in TOPICS:
        shop = await db.get_one(Shop, source.shop_id)
        await take_orders(db, shop, [order_of(read_object(body))])
    return Response(status_code=200)


def read_object(body: bytes) -> dict[str, object]:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Malformed("The body is no JSON.", field="body") from error
    if not isinstance(found, dict):
        raise Malformed("The body is no object.", field="body")
    return found


@router.get("/reconciliations")
async def get_reconciliations(
    db: Db, actor: CurrentActor, cursor: Cursor = None, limit: Limit = 30
) -> Page[ReconciliationRow]:
    actor.require("reconciliation.read")
    query = select(Reconciliation)
    if after := read_cursor(cursor, datetime, UUID):
        query = query.where(tuple_(Reconciliation.started_at, Reconciliation.id) < tuple_(*after))
    order = (Reconciliation.started_at.desc(), Reconciliation.id.desc())
    rows = await db.scalars(query.order_by(*order).limit(limit + 1))
    items, following = page_of(rows.all(), limit, lambda row: (row.started_at, row.id))
    return Page(
        items=[ReconciliationRow.model_validate(row) for row in items], next_cursor=following
    )


@router.get("/reconciliations/{reconciliation_id}/differences")
async def get_differences(
    reconciliation_id: UUID, db: Db, actor: CurrentActor, cursor: Cursor = None, limit: Limit = 50
) -> Page[DifferenceRow]:
    actor.require("reconciliation.read")
    if await db.get(Reconciliation, reconciliation_id) is None:
        raise NotFound("There is no such comparison.")
    table = ReconciliationDifference
    query = select(table).where(table.reconciliation_id == reconciliation_id)
    if after := read_cursor(cursor, UUID):
        query = query.where(table.id > after[0])
    rows = await db.scalars(query.order_by(table.id).limit(limit + 1))
    items, following = page_of(rows.all(), limit, lambda row: (row.id,))
    return Page(items=[DifferenceRow.model_validate(row) for row in items], next_cursor=following)


@asynccontextmanager
async def wire_of(request: Request) -> AsyncIterator[Wire]:
    chosen: Settings = request.app.state.settings
    wire = Wire(private=chosen.webhook_private_addresses, timeout=PATIENCE)
    try:
        yield wire
    finally:
        await wire.close()


@router.get("/customers/{customer_id}/shop-view")
async def get_shop_view(
    customer_id: UUID, request: Request, db: Db, actor: CurrentActor
) -> list[SeenRow]:
    """What shops say of this customer right now, or said lately; within two seconds."""
    actor.require("order.read")
    customer = await customer_for(db, actor, customer_id)
    async with wire_of(request) as wire:
        errands = await viewing.errands_for(db, customer.id, wire)
        return [shown(one) for one in await viewing.views(errands)]


def shown(seen: viewing.Seen) -> SeenRow:
    view = seen.view
    return SeenRow(
        source=seen.source,
        name=seen.name,
        state=seen.state,
        person=[LineRow.model_validate(line) for line in view.person] if view else [],
        orders=[[LineRow.model_validate(line) for line in order] for order in view.orders]
        if view
        else [],
    )


@router.put("/customers/{customer_id}/shop-view/{source_id}/orders/{number}", status_code=204)
async def put_shop_order(
    customer_id: UUID,
    source_id: UUID,
    number: str,
    body: WriteBack,
    request: Request,
    db: Db,
    actor: CurrentActor,
) -> None:
    """Write fields of an order back to the shop, by its own keys."""
    actor.require("order.edit")
    customer = await customer_for(db, actor, customer_id)
    async with wire_of(request) as wire:
        errands = await viewing.errands_for(db, customer.id, wire)
        await viewing.write_back(errands, source_id, number, body.values)
    await viewing.note_written(db, source_id, customer.id, len(body.values), actor)
