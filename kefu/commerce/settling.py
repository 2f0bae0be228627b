"""Settling: what the shop says to a change that was written back, and what follows from it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select

from kefu.commerce.carrying_out import undo
from kefu.commerce.changing import said, tell_executed, unwritten
from kefu.commerce.events_order_care import OrderChangeConfirmed, OrderChangeRefused
from kefu.commerce.model import PaymentMethod, Product, Shop, Sku
from kefu.commerce.model_order_care import OrderChange
from kefu.commerce.model_orders import Order, OrderLine
from kefu.commerce.writing_back import (
    WRITERS,
    OrderWriter,
    ShopChange,
    ShopLine,
    ShopRefused,
    taking_source,
)
from kefu.core.db import Database, Session
from kefu.core.events import plain, record
from kefu.core.wire import Wire


async def write_back(database: Database, change_id: UUID, wire: Wire) -> None:
    """Write one change into its shop; no transaction is open while the shop thinks."""
    async with database.transaction() as db:
        asked = await to_be_written(db, change_id, wire)
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
    db: Session, change_id: UUID, wire: Wire
) -> tuple[Shop, OrderWriter, ShopChange] | None:
    """What is written, and by whom; a shop that takes nothing any more is told by people."""
    change = await db.get(OrderChange, change_id)
    if change is None or change.shop_state != "waiting":
        return None
    source = await taking_source(db, change.shop_id)
    if source is None:
        await settle(db, change_id, refusal=None, shop_state=unwritten(change.kind))
        return None
    order = await db.get_one(Order, change.order_id)
    shop = await db.get_one(Shop, change.shop_id)
    return shop, WRITERS[source.kind](source, wire), await told(db, change, order)


async def told(db: Session, change: OrderChange, order: Order) -> ShopChange:
    """The change in the shop's own ids."""
    return ShopChange(
        key=change.id,
        kind=change.kind,
        order_number=order.number,
        external_id=order.external_id,
        reason=change.reason,
        wanted=change.wanted,
        after=change.after or {},
        currency=order.currency,
        taxed=bool(str(order.attributes.get("tax") or "").strip("0.")),
        payment=await way_of_paying(db, change),
        lines=await changed_lines(db, change, order),
    )


async def way_of_paying(db: Session, change: OrderChange) -> str | None:
    """The kind of the way that pays from now on."""
    if change.kind != "payment":
        return None
    method = await db.get(PaymentMethod, UUID(change.wanted["payment_method"]))
    return method.kind if method else None


async def changed_lines(db: Session, change: OrderChange, order: Order) -> tuple[ShopLine, ...]:
    """The lines that a request was about, as they are now, in the order of the order."""
    if change.kind != "content":
        return ()
    asked = {UUID(one["line"]): one for one in change.wanted["lines"]}
    before = {line["id"]: line for line in (change.before or {}).get("lines", ())}
    rows: Any = await db.execute(
        select(OrderLine, Sku.external_id, Product.external_id)
        .outerjoin(Sku, Sku.id == OrderLine.sku_id)
        .outerjoin(Product, Product.id == OrderLine.product_id)
        .where(OrderLine.order_id == order.id, OrderLine.id.in_(asked))
        .order_by(OrderLine.position)
    )
    return tuple(
        ShopLine(
            external_id=line.external_id,
            position=line.position,
            product=product,
            sku=sku,
            quantity=line.quantity,
            amount=line.amount,
            replaced=before.get(str(line.id), {}).get("sku_id") != plain(line.sku_id),
        )
        for line, sku, product in rows
    )


async def settle(
    db: Session, change_id: UUID, *, refusal: str | None, shop_state: str = "confirmed"
) -> None:
    """Take the shop's word: with a refusal the order is put back as it was, for all to see."""
    change = await db.get(OrderChange, change_id, with_for_update=True, populate_existing=True)
    if change is None or change.shop_state != "waiting":
        return
    by = change.decided_by or change.requested_by
    if refusal is None:
        was_approved = change.state == "approved"
        change.shop_state, change.state = shop_state, "executed"
        if shop_state == "confirmed":
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
