"""Replacing: new goods go out for those that came back, or the repaired ones go home."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select

from kefu.commerce.events import OrderPlaced, ShipmentCreated
from kefu.commerce.events_returns import ReturnReplaced
from kefu.commerce.model import Sku
from kefu.commerce.model_orders import Order, OrderLine
from kefu.commerce.model_returns import ReturnCase, ReturnLine
from kefu.commerce.model_shipments import Shipment
from kefu.commerce.returns.differences import check_settled
from kefu.commerce.returns.moving import advance, check_at
from kefu.commerce.returns.nodes import EXCHANGE, RESHIP
from kefu.commerce.returns.telling import tell
from kefu.commerce.terms import terms_of
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.events import record
from kefu.core.ids import uuid7

KEPT = (
    "shop_id",
    "customer_id",
    "currency",
    "recipient",
    "phone",
    "phone_tail",
    "country",
    "province",
    "city",
    "district",
    "street",
    "postcode",
)


async def reship(
    db: Session, case: ReturnCase, *, carrier: str, tracking_number: str, by: UUID
) -> Shipment:
    """Send the goods out; an exchange gets an order of its own, free of charge.

    What its goods cost more or less was settled before, on the order that they were bought with.
    """
    check_at(case, RESHIP)
    await check_settled(db, case)
    order = await db.get_one(Order, case.order_id)
    target = await replacement_order(db, case, order, by=by) if case.kind == EXCHANGE else order
    parcel = Shipment(
        id=uuid7(),
        order_id=target.id,
        return_id=case.id,
        carrier=carrier,
        tracking_number=tracking_number,
        shipped_at=now(),
    )
    db.add(parcel)
    await record(
        db,
        ShipmentCreated(
            subject=parcel.id,
            customer=case.customer_id,
            actor=by,
            order=target.id,
            direction="outbound",
            carrier=carrier,
            return_id=case.id,
        ),
    )
    await advance(db, case, "shipped", by=by)
    await tell(db, ReturnReplaced, case, by=by, replacement=case.replacement_order_id)
    return parcel


async def replacement_order(db: Session, case: ReturnCase, order: Order, *, by: UUID) -> Order:
    """The same goods, or the option asked for instead, to the same address, for nothing."""
    at = now()
    replacement = Order(
        id=uuid7(),
        number=f"{order.number}-{case.number}",
        status="shipped",
        source="service",
        assisted_by=by,
        placed_at=at,
        paid_at=at,
        shipped_at=at,
        search_terms=terms_of(order.recipient or ""),
        **{name: getattr(order, name) for name in KEPT},
    )
    db.add(replacement)
    await db.flush()
    lines = await replace_lines(db, case, replacement)
    case.replacement_order_id = replacement.id
    await record(
        db,
        OrderPlaced(
            subject=replacement.id,
            customer=order.customer_id,
            actor=by,
            status="shipped",
            total=0,
            currency=order.currency,
            lines=lines,
            happened_at=at,
        ),
    )
    return replacement


async def replace_lines(db: Session, case: ReturnCase, replacement: Order) -> int:
    """Lines of the goods that go out, without a price; the old ones count as returned."""
    rows: Any = await db.execute(
        select(ReturnLine, OrderLine, Sku)
        .join(OrderLine, OrderLine.id == ReturnLine.order_line_id)
        .outerjoin(Sku, Sku.id == ReturnLine.wanted_sku_id)
        .where(ReturnLine.case_id == case.id)
        .order_by(OrderLine.position)
    )
    lines = rows.all()
    for position, (wanted, line, instead) in enumerate(lines, start=1):
        db.add(
            OrderLine(
                id=uuid7(),
                order_id=replacement.id,
                position=position,
                product_id=line.product_id,
                sku_id=instead.id if instead else line.sku_id,
                title=line.title,
                specs=instead.specs if instead else line.specs,
                quantity=wanted.quantity,
                unit_price=0,
            )
        )
        left = line.quantity - line.cancelled_quantity
        line.returned_quantity = min(line.returned_quantity + wanted.quantity, left)
    return len(lines)
