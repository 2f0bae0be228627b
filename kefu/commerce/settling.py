"""Settling: what the shop says to a change that was written back, and what follows from it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from kefu.commerce.carrying_out import undo
from kefu.commerce.changing import said, tell_executed
from kefu.commerce.events_order_care import OrderChangeConfirmed, OrderChangeRefused
from kefu.commerce.model import Shop
from kefu.commerce.model_order_care import OrderChange
from kefu.commerce.model_orders import Order, OrderLine
from kefu.commerce.writing_back import OrderWriter, ShopChange, ShopRefused, writer_for
from kefu.core.db import Database, Session
from kefu.core.events import record


async def write_back(database: Database, change_id: UUID) -> None:
    """Write one change into its shop; no transaction is open while the shop thinks."""
    async with database.transaction() as db:
        asked = await to_be_written(db, change_id)
    if asked is None:
        return
    shop, writer, change = asked
    try:
        await writer.write(shop, change)
    except ShopRefused as refused:
        async with database.transaction() as db:
            await settle(db, change_id, refusal=refused.code)
        return
    async with database.transaction() as db:
        await settle(db, change_id, refusal=None)


async def to_be_written(
    db: Session, change_id: UUID
) -> tuple[Shop, OrderWriter, ShopChange] | None:
    change = await db.get(OrderChange, change_id)
    if change is None or change.shop_state != "waiting":
        return None
    order = await db.get_one(Order, change.order_id)
    shop = await db.get_one(Shop, change.shop_id)
    writer = writer_for(shop)
    if writer is None:
        return None
    told = ShopChange(
        key=change.id,
        kind=change.kind,
        order_number=order.number,
        external_id=order.external_id,
        reason=change.reason,
        wanted=change.wanted,
        after=change.after or {},
    )
    return shop, writer, told


async def settle(db: Session, change_id: UUID, *, refusal: str | None) -> None:
    """Take the shop's word: with a refusal the order is put back as it was, for all to see."""
    change = await db.get(OrderChange, change_id, with_for_update=True, populate_existing=True)
    if change is None or change.shop_state != "waiting":
        return
    by = change.decided_by or change.requested_by
    if refusal is None:
        was_approved = change.state == "approved"
        change.shop_state, change.state = "confirmed", "executed"
        await record(db, said(OrderChangeConfirmed, change, None))
        if was_approved:
            await tell_executed(db, change)
        return
    order = await db.get_one(
        Order, change.order_id, with_for_update={"key_share": True}, populate_existing=True
    )
    lines = await db.scalars(select(OrderLine).where(OrderLine.order_id == order.id))
    change.shop_state, change.state, change.refusal = "refused", "refused_by_shop", refusal
    await undo(db, change, order, lines.all(), by=by)
    await record(db, said(OrderChangeRefused, change, None, refusal=refusal))
