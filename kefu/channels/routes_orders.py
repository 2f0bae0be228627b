"""The widget's routes to one's own orders: for whom the shop or a code has proven who they are."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request
from sqlalchemy import select

from kefu.channels.doorstep import DoorstepRoute, EnteredVisitor, ReadingVisitor
from kefu.channels.visitors import Visitor
from kefu.commerce import OrderPass, OwnOrder, OwnOrders, own_order, own_orders, pass_for
from kefu.core.db import Session
from kefu.core.errors import NotFound
from kefu.core.http import Db
from kefu.customers import Identity, verified_until

router = APIRouter(prefix="/api/v1/widget/{inbox}", tags=["widget"], route_class=DoorstepRoute)


@router.get("/orders")
async def list_own_orders(db: Db, visitor: ReadingVisitor) -> OwnOrders:
    """One's orders, newest first; a stranger has none and is told how to prove one."""
    if not await is_proven(db, visitor):
        return OwnOrders(proven=False, items=[])
    return OwnOrders(proven=True, items=await own_orders(db, visitor.customer.id))


@router.get("/orders/{order_id}")
async def show_own_order(db: Db, visitor: ReadingVisitor, order_id: UUID) -> OwnOrder:
    """How far one of one's own orders is."""
    if not await is_proven(db, visitor):
        raise NotFound("There is no such order.")
    return await own_order(db, visitor.customer.id, order_id)


@router.post("/orders/{order_id}/pass", status_code=201)
async def post_pass(request: Request, db: Db, visitor: EnteredVisitor, order_id: UUID) -> OrderPass:
    """Open one of one's own orders in the pages of self-service, to ask for something there."""
    if not await is_proven(db, visitor):
        raise NotFound("There is no such order.")
    key = request.app.state.settings.signing_key()
    return await pass_for(db, visitor.customer.id, order_id, key=key)


async def is_proven(db: Session, visitor: Visitor) -> bool:
    """Whether the shop has signed who this is, or the customer has shown it by a code."""
    signed = await db.scalar(
        select(Identity.id)
        .where(
            Identity.customer_id == visitor.customer.id,
            Identity.kind == "external_id",
            Identity.scope == visitor.inbox.id,
            Identity.verified_at.is_not(None),
        )
        .limit(1)
    )
    return signed is not None or await verified_until(db, visitor.customer.id) is not None
