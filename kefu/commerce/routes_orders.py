"""Orders over HTTP: shops tell of them, agents find and look after them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from fastapi import Query as Asking

from kefu.commerce.access import order_for, shop_named
from kefu.commerce.accuracy import correct_error, errors_for, note_error
from kefu.commerce.finding import Asked, orders_for
from kefu.commerce.helping import assist
from kefu.commerce.mismatching import mismatches_for, refund_with_order
from kefu.commerce.purchases import summary_of
from kefu.commerce.querying import answer_query
from kefu.commerce.refunding import settle_refund
from kefu.commerce.revealing import reveal_order
from kefu.commerce.schemas import (
    Cause,
    ErrorListed,
    EventsTaken,
    EventsTold,
    FinanceWord,
    Mismatch,
    NewError,
    OrderDetail,
    OrderFilter,
    OrderRow,
    OrdersTaken,
    OrdersTold,
    PurchaseSummary,
    Query,
    Reveal,
    Revealed,
    StandingRow,
    TakenRow,
    ToldRow,
)
from kefu.commerce.showing import order_rows
from kefu.commerce.showing_one import error_row, order_detail
from kefu.commerce.taking import take_orders
from kefu.commerce.waiting import take_events
from kefu.core.http import Db
from kefu.core.paging import Cursor, Limit
from kefu.core.shapes import Page
from kefu.customers import customer_for
from kefu.identity import CurrentActor, agents_named

router = APIRouter(prefix="/api/v1", tags=["orders"])


@router.post("/orders")
async def post_orders(body: OrdersTold, db: Db, actor: CurrentActor) -> OrdersTaken:
    """Take one order or up to a thousand: all of them, or none and the reason why."""
    actor.require("order.write")
    shop = await shop_named(db, body.shop)
    taken = await take_orders(db, shop, body.orders, historic=body.historic)
    return OrdersTaken(results=[TakenRow(**asdict(one)) for one in taken])


@router.post("/order-events")
async def post_events(body: EventsTold, db: Db, actor: CurrentActor) -> EventsTaken:
    """Take events of orders, each once; those that come before their order wait for it."""
    actor.require("order.write")
    shop = await shop_named(db, body.shop)
    told = await take_events(db, shop, body.events)
    return EventsTaken(results=[ToldRow(**asdict(one)) for one in told])


@router.get("/orders")
async def get_orders(
    wanted: Annotated[OrderFilter, Asking()], db: Db, actor: CurrentActor
) -> Page[OrderRow]:
    asked = Asked(**wanted.model_dump(exclude={"cursor", "limit"}))
    orders, next_cursor = await orders_for(
        db, actor, asked, cursor=wanted.cursor, limit=wanted.limit
    )
    return Page(items=await order_rows(db, orders), next_cursor=next_cursor)


@router.get("/orders/{order_id}")
async def get_order(order_id: UUID, db: Db, actor: CurrentActor) -> OrderDetail:
    return await order_detail(db, actor, await order_for(db, actor, order_id))


@router.post("/orders/{order_id}/reveal")
async def post_reveal(order_id: UUID, body: Reveal, db: Db, actor: CurrentActor) -> Revealed:
    order = await order_for(db, actor, order_id)
    return await reveal_order(db, order, reason=body.reason, by=actor)


@router.post("/orders/{order_id}/queries")
async def post_query(order_id: UUID, body: Query, db: Db, actor: CurrentActor) -> StandingRow:
    """Tell a customer how far the order is; counts how long they waited for it."""
    order = await order_for(db, actor, order_id)
    standing = await answer_query(
        db,
        order,
        channel=body.channel,
        asked_at=body.asked_at,
        by=actor.id,
        conversation=body.conversation,
    )
    return StandingRow(**asdict(standing))


@router.put("/orders/{order_id}/assistance")
async def put_assistance(order_id: UUID, db: Db, actor: CurrentActor) -> OrderDetail:
    order = await order_for(db, actor, order_id, lock=True)
    await assist(db, order, by=actor)
    return await order_detail(db, actor, order)


@router.post("/orders/{order_id}/errors", status_code=201)
async def post_error(order_id: UUID, body: NewError, db: Db, actor: CurrentActor) -> OrderDetail:
    order = await order_for(db, actor, order_id)
    await note_error(db, order, cause=body.cause, note=body.note, by=actor.id)
    return await order_detail(db, actor, order)


@router.put("/orders/{order_id}/errors/{error_id}/correction")
async def put_correction(
    order_id: UUID, error_id: UUID, db: Db, actor: CurrentActor
) -> OrderDetail:
    order = await order_for(db, actor, order_id)
    await correct_error(db, order, error_id, by=actor.id)
    return await order_detail(db, actor, order)


@router.get("/order-errors")
async def get_errors(
    db: Db,
    actor: CurrentActor,
    cause: Cause | None = None,
    cursor: Cursor = None,
    limit: Limit = 25,
) -> Page[ErrorListed]:
    rows, next_cursor = await errors_for(db, actor, cause=cause, cursor=cursor, limit=limit)
    names = await agents_named(db, [error.found_by for error, _ in rows])
    items = [
        ErrorListed(**error_row(error, names), order_id=error.order_id, number=number)
        for error, number in rows
    ]
    return Page(items=items, next_cursor=next_cursor)


@router.get("/refunds/mismatches")
async def get_mismatches(
    db: Db, actor: CurrentActor, cursor: Cursor = None, limit: Limit = 25
) -> Page[Mismatch]:
    items, next_cursor = await mismatches_for(db, actor, cursor=cursor, limit=limit)
    return Page(items=items, next_cursor=next_cursor)


@router.put("/refunds/{refund_id}/finance")
async def put_finance(
    refund_id: UUID, body: FinanceWord, db: Db, actor: CurrentActor
) -> OrderDetail:
    """The shop's books say where a refund stands."""
    actor.require("order.write")
    refund, order = await refund_with_order(db, actor, refund_id)
    await settle_refund(
        db, order, refund, system="finance", status=body.status, operator=body.operator,
        at=body.at, by=actor.id,
    )  # fmt: skip
    return await order_detail(db, actor, order)


@router.get("/customers/{customer_id}/purchases")
async def get_purchases(customer_id: UUID, db: Db, actor: CurrentActor) -> PurchaseSummary:
    customer = await customer_for(db, actor, customer_id)
    return await summary_of(db, customer.id)
