"""Progress: an order as its customer sees it, a path from placing it to the end of its care."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import select

from kefu.commerce.changing import rules_and_verdicts
from kefu.commerce.model import Product, Shop, Sku
from kefu.commerce.model_invoices import Invoice
from kefu.commerce.model_order_care import AfterSaleRequest, OrderChange
from kefu.commerce.model_orders import Order, OrderLine, Refund
from kefu.commerce.model_shipments import Shipment, TrackingEvent
from kefu.commerce.schemas_service import (
    OwnAfterSale,
    OwnChange,
    OwnInvoice,
    OwnLine,
    OwnOption,
    OwnOrder,
    OwnRefund,
    OwnScan,
    OwnShipment,
    OwnStep,
    OwnWindow,
)
from kefu.core.db import Session
from kefu.customers import masked_phone

STEPS: tuple[tuple[Literal["placed", "paid", "shipped", "delivered"], str], ...] = (
    ("placed", "placed_at"),
    ("paid", "paid_at"),
    ("shipped", "shipped_at"),
    ("delivered", "delivered_at"),
)
SCANS = 40
COPIED = (
    *("id", "number", "status", "currency", "goods_amount", "shipping_amount"),
    *("discount_amount", "total_amount", "paid_amount", "refunded_amount", "placed_at"),
    *("promised_by", "recipient", "province", "city", "district"),
)


async def progress_of(db: Session, order: Order) -> OwnOrder:
    """Everything about one order that its customer may see; a fixed number of queries."""
    lines = await rows_of(db, OrderLine, order, OrderLine.position)
    shipments = await rows_of(db, Shipment, order, Shipment.id)
    scans = await scans_of(db, shipments)
    pictures = await pictures_of(db, lines)
    rules, verdicts = await rules_and_verdicts(db, order)
    shop = await db.get_one(Shop, order.shop_id)
    return OwnOrder(
        **{name: getattr(order, name) for name in COPIED},
        shop=shop.name,
        phone=masked_phone(order.phone),
        steps=steps_of(order),
        lines=[own_line(line, pictures) for line in lines],
        shipments=[own_shipment(one, scans[one.id]) for one in shipments],
        refunds=[
            OwnRefund.model_validate(one, from_attributes=True)
            for one in await rows_of(db, Refund, order, Refund.requested_at)
        ],
        invoices=[
            OwnInvoice.model_validate(one, from_attributes=True)
            for one in await rows_of(db, Invoice, order, Invoice.id.desc())
        ],
        changes=[
            OwnChange.model_validate(one, from_attributes=True)
            for one in await rows_of(db, OrderChange, order, OrderChange.id.desc())
        ],
        after_sales=[
            OwnAfterSale.model_validate(one, from_attributes=True)
            for one in await rows_of(db, AfterSaleRequest, order, AfterSaleRequest.id.desc())
        ],
        windows=[
            OwnWindow(kind=kind, is_open=one.is_open, closes_at=one.closes_at, special=one.special)
            for kind, one in sorted(verdicts.items())
        ],
        cancel_reasons=list(rules.cancel_reasons),
        options=await options_of(db, lines) if verdicts_open(verdicts) else {},
    )


def verdicts_open(verdicts: dict[str, Any]) -> bool:
    found = verdicts.get("content")
    return found is not None and (found.is_open or found.special)


def steps_of(order: Order) -> list[OwnStep]:
    """The path with the moments that are behind; a cancelled order ends where it was."""
    steps = [OwnStep(name=name, at=getattr(order, field)) for name, field in STEPS]
    if order.status != "cancelled":
        return steps
    behind = [step for step in steps if step.at is not None]
    return [*behind, OwnStep(name="cancelled", at=order.cancelled_at)]


def own_line(line: OrderLine, pictures: dict[UUID, str | None]) -> OwnLine:
    return OwnLine(
        id=line.id,
        title=line.title,
        specs=line.specs,
        sku=line.sku_id,
        quantity=line.quantity,
        amount=line.amount,
        cancelled_quantity=line.cancelled_quantity,
        returned_quantity=line.returned_quantity,
        image=pictures.get(line.product_id) if line.product_id else None,
    )


def own_shipment(shipment: Shipment, scans: Sequence[TrackingEvent]) -> OwnShipment:
    return OwnShipment(
        direction=shipment.direction,
        carrier=shipment.carrier,
        tracking_number=shipment.tracking_number,
        status=shipment.status,
        shipped_at=shipment.shipped_at,
        delivered_at=shipment.delivered_at,
        scans=[
            OwnScan(at=one.at, status=one.status, place=one.place, text=one.text) for one in scans
        ],
    )


async def rows_of(db: Session, table: Any, order: Order, sort: Any) -> Sequence[Any]:
    found = await db.scalars(select(table).where(table.order_id == order.id).order_by(sort))
    rows: Sequence[Any] = found.all()
    return rows


async def scans_of(db: Session, shipments: Sequence[Shipment]) -> dict[UUID, list[TrackingEvent]]:
    """The latest scans of these parcels, newest first."""
    found: dict[UUID, list[TrackingEvent]] = defaultdict(list)
    rows = await db.scalars(
        select(TrackingEvent)
        .where(TrackingEvent.shipment_id.in_([one.id for one in shipments]))
        .order_by(TrackingEvent.at.desc(), TrackingEvent.id.desc())
        .limit(SCANS)
    )
    for scan in rows:
        found[scan.shipment_id].append(scan)
    return found


async def pictures_of(db: Session, lines: Sequence[OrderLine]) -> dict[UUID, str | None]:
    wanted = {line.product_id for line in lines if line.product_id}
    rows = await db.execute(select(Product.id, Product.image).where(Product.id.in_(wanted)))
    return {row.id: row.image for row in rows}


async def options_of(db: Session, lines: Sequence[OrderLine]) -> dict[UUID, list[OwnOption]]:
    """For each line the variants of its product that are to be had."""
    products = {line.product_id for line in lines if line.product_id}
    found = await db.scalars(
        select(Sku)
        .where(Sku.product_id.in_(products), Sku.available)
        .order_by(Sku.price, Sku.id)
        .limit(200)
    )
    variants: dict[UUID, list[OwnOption]] = defaultdict(list)
    for sku in found:
        variants[sku.product_id].append(OwnOption(id=sku.id, specs=sku.specs, price=sku.price))
    return {
        line.id: variants[line.product_id]
        for line in lines
        if line.product_id and len(variants[line.product_id]) > 1
    }
