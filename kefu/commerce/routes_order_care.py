"""Order care over HTTP: changes and cancellations, special requests, returns and exchanges."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from sqlalchemy import select

from kefu.commerce.access import order_for
from kefu.commerce.after_sales import request_after_sale
from kefu.commerce.caring import care_of
from kefu.commerce.changing import Asked, approve, deny, request_change, withdraw
from kefu.commerce.delivery_addresses import change_delivery_address
from kefu.commerce.model_order_care import OrderChange
from kefu.commerce.model_orders import Order
from kefu.commerce.schemas_order_care import (
    AddressBody,
    AfterSaleBody,
    AfterSaleShown,
    ApprovalBody,
    CareShown,
    ChangeBody,
    ChangeKind,
    ChangeShown,
    ChangeState,
    DeliveryAddressShown,
    DenialBody,
)
from kefu.commerce.showing_changes import changes_for, masked, shown_changes
from kefu.core.db import Session
from kefu.core.errors import NotFound
from kefu.core.http import Db
from kefu.core.paging import Cursor, Limit
from kefu.core.shapes import Page
from kefu.customers import customer_for, phone_number
from kefu.identity import Actor, CurrentActor

router = APIRouter(prefix="/api/v1", tags=["order care"])


@router.get("/orders/{order_id}/care")
async def get_care(order_id: UUID, db: Db, actor: CurrentActor) -> CareShown:
    """What can be asked of the order now, until when, and what was asked before."""
    return await care_of(db, await order_for(db, actor, order_id))


@router.post("/orders/{order_id}/changes", status_code=201)
async def post_change(order_id: UUID, body: ChangeBody, db: Db, actor: CurrentActor) -> ChangeShown:
    """Change or cancel it: done at once inside the window, otherwise kept for a decision."""
    order = await order_for(db, actor, order_id, lock=True)
    asked = Asked(by=actor.id, conversation=body.conversation, reason=body.reason, note=body.note)
    change = await request_change(
        db, order, kind=body.kind, wanted=written(body.wanted()), asked=asked
    )
    return await shown_change(db, change)


@router.post("/orders/{order_id}/after-sales", status_code=201)
async def post_after_sale(
    order_id: UUID, body: AfterSaleBody, db: Db, actor: CurrentActor
) -> AfterSaleShown:
    """Ask for a return or an exchange of lines of a delivered order."""
    order = await order_for(db, actor, order_id, lock=True)
    request = await request_after_sale(
        db,
        order,
        kind=body.kind,
        lines=[line.model_dump(exclude_none=True) for line in body.lines],
        method=body.payment_method,
        asked=Asked(by=actor.id, conversation=body.conversation, reason=body.reason),
    )
    return AfterSaleShown.model_validate(request, from_attributes=True)


@router.get("/order-changes")
async def get_changes(
    db: Db,
    actor: CurrentActor,
    state: ChangeState | None = None,
    kind: ChangeKind | None = None,
    cursor: Cursor = None,
    limit: Limit = 25,
) -> Page[ChangeShown]:
    """Requests, newest first; of those that wait for a decision the longest waiting first."""
    items, following = await changes_for(
        db, actor, state=state, kind=kind, cursor=cursor, limit=limit
    )
    return Page(items=items, next_cursor=following)


@router.get("/order-changes/{change_id}")
async def get_change(change_id: UUID, db: Db, actor: CurrentActor) -> ChangeShown:
    change, _ = await change_for(db, actor, change_id)
    return await shown_change(db, change)


@router.put("/order-changes/{change_id}/approval")
async def put_approval(
    change_id: UUID, body: ApprovalBody, db: Db, actor: CurrentActor
) -> ChangeShown:
    """Let it be done although the window is over."""
    change, order = await change_for(db, actor, change_id, lock=True)
    await approve(db, change, order, by=actor.id, note=body.note)
    return await shown_change(db, change)


@router.put("/order-changes/{change_id}/denial")
async def put_denial(change_id: UUID, body: DenialBody, db: Db, actor: CurrentActor) -> ChangeShown:
    """Say no, and why."""
    change, _ = await change_for(db, actor, change_id, lock=True)
    await deny(db, change, by=actor.id, note=body.note)
    return await shown_change(db, change)


@router.put("/order-changes/{change_id}/withdrawal")
async def put_withdrawal(change_id: UUID, db: Db, actor: CurrentActor) -> ChangeShown:
    """The customer does not want it any more."""
    change, _ = await change_for(db, actor, change_id, lock=True)
    await withdraw(db, change, by=actor.id)
    return await shown_change(db, change)


@router.put("/customers/{customer_id}/delivery-address")
async def put_delivery_address(
    customer_id: UUID, body: AddressBody, db: Db, actor: CurrentActor
) -> DeliveryAddressShown:
    """Keep another address for a customer; orders already placed go where they were to go."""
    customer = await customer_for(db, actor, customer_id, lock=True)
    address = written(body.model_dump(exclude_none=True))
    kept = await change_delivery_address(db, customer, address, by=actor.id)
    return DeliveryAddressShown(address=masked(kept.address), updated_at=kept.updated_at)


async def change_for(
    db: Session, actor: Actor, change_id: UUID, *, lock: bool = False
) -> tuple[OrderChange, Order]:
    """The request and its order; the order's row is locked first, as everywhere."""
    named = await db.scalar(select(OrderChange.order_id).where(OrderChange.id == change_id))
    if named is None:
        actor.require("order.read")
        raise NotFound("There is no such request.")
    order = await order_for(db, actor, named, lock=lock)
    change = await db.get_one(
        OrderChange, change_id, with_for_update=lock or None, populate_existing=lock
    )
    return change, order


def written(wanted: dict[str, Any]) -> dict[str, Any]:
    """With the telephone in its one spelling."""
    if wanted.get("phone"):
        return wanted | {"phone": phone_number(wanted["phone"], field="address.phone")}
    return wanted


async def shown_change(db: Session, change: OrderChange) -> ChangeShown:
    await db.flush()
    return (await shown_changes(db, [change]))[0]
