"""Showing one: an order's page with its lines, money, parcels and what may be done with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kefu.commerce.accuracy import errors_of
from kefu.commerce.model_orders import Order, OrderError, OrderLine, Payment, Refund
from kefu.commerce.model_shipments import Shipment, TrackingEvent
from kefu.commerce.offering import offers_for
from kefu.commerce.schemas import (
    ErrorRow,
    LineRow,
    OfferRow,
    OrderDetail,
    PaymentRow,
    RefundRow,
    ScanRow,
    ShipmentRow,
    SystemWord,
)
from kefu.commerce.showing import customers_shown, pictures_of, shops_named, shown
from kefu.core.db import Session
from kefu.identity import Actor, AgentName, agents_named

OWN = (
    *("external_id", "goods_amount", "shipping_amount", "discount_amount", "country", "province"),
    *("district", "note", "promised_ship_by", "version", "source_updated_at", "attributes"),
)
SCANS = 200
Names = Mapping[UUID, AgentName]


async def order_detail(db: Session, actor: Actor, order: Order) -> OrderDetail:
    """Everything about one order; the same number of queries for every order."""
    lines = await rows_of(db, OrderLine, order, OrderLine.position)
    payments = await rows_of(db, Payment, order, Payment.id)
    refunds = await rows_of(db, Refund, order, Refund.requested_at)
    shipments = await rows_of(db, Shipment, order, Shipment.id)
    scans = await scans_of(db, shipments)
    errors = await errors_of(db, order.id)
    names = await agents_named(db, agents_in(order, refunds, errors))
    pictures = await pictures_of(db, lines)
    shops = await shops_named(db, {order.shop_id})
    customers = await customers_shown(db, [order])
    return OrderDetail(
        **shown(order, lines, shops, customers),
        **{name: getattr(order, name) for name in OWN},
        street="****" if order.street else None,
        postcode="****" if order.postcode else None,
        assisted_by=name_of(names, order.assisted_by),
        lines=[line_row(line, pictures) for line in lines],
        payments=[PaymentRow.model_validate(one, from_attributes=True) for one in payments],
        refunds=[RefundRow(**refund_row(one, names)) for one in refunds],
        shipments=[shipment_row(one, scans[one.id]) for one in shipments],
        errors=[ErrorRow(**error_row(one, names)) for one in errors],
        allowed=[OfferRow(**asdict(offer)) for offer in await offers_for(db, actor, order)],
    )


async def rows_of(db: Session, table: Any, order: Order, sort: Any) -> Sequence[Any]:
    rows: Sequence[Any] = (
        await db.scalars(select(table).where(table.order_id == order.id).order_by(sort))
    ).all()
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


def agents_in(
    order: Order, refunds: Sequence[Refund], errors: Sequence[OrderError]
) -> list[UUID | None]:
    return [
        order.assisted_by,
        *(one.crm_operator for one in refunds),
        *(one.found_by for one in errors),
    ]


def name_of(names: Names, agent: UUID | None) -> str | None:
    found = names.get(agent) if agent else None
    return found.name if found else None


def line_row(line: OrderLine, pictures: Mapping[UUID, str | None]) -> LineRow:
    picture = pictures.get(line.product_id) if line.product_id else None
    fields = {name: getattr(line, name) for name in LineRow.model_fields if name != "image"}
    return LineRow(**fields, image=picture)


def refund_row(refund: Refund, names: Names) -> dict[str, Any]:
    own = ("id", "line_id", "return_id", "amount", "reason", "status", "requested_at")
    return {
        **{name: getattr(refund, name) for name in (*own, "paid_at", "failure")},
        "crm": word(refund.crm_status, name_of(names, refund.crm_operator), refund.crm_at),
        "finance": word(refund.finance_status, refund.finance_operator, refund.finance_at),
        "fits": fits(refund),
    }


def word(status: str | None, operator: str | None, at: Any) -> SystemWord | None:
    return SystemWord(status=status, operator=operator, at=at) if status else None


def fits(refund: Refund) -> bool:
    """Whether nothing that was said contradicts something else that was said."""
    said = {refund.crm_status, refund.finance_status} - {None}
    return len(said) < 2


def shipment_row(shipment: Shipment, scans: Sequence[TrackingEvent]) -> ShipmentRow:
    fields = {
        name: getattr(shipment, name) for name in ShipmentRow.model_fields if name != "tracking"
    }
    tracking = [ScanRow.model_validate(scan, from_attributes=True) for scan in scans]
    return ShipmentRow(**fields, tracking=tracking)


def error_row(error: OrderError, names: Names) -> dict[str, Any]:
    return {
        "id": error.id,
        "cause": error.cause,
        "note": error.note,
        "found_by": name_of(names, error.found_by),
        "found_at": error.found_at,
        "corrected_at": error.corrected_at,
    }
