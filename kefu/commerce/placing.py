"""Placing: orders that are new to us are written in a few statements, however many they are."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from kefu.commerce.documents import OrderDocument, PaymentDocument, ScanDocument, ShipmentDocument
from kefu.commerce.finding_goods import Goods
from kefu.commerce.model import Shop
from kefu.commerce.model_orders import Order, OrderLine, Payment, Refund
from kefu.commerce.model_shipments import Shipment, TrackingEvent
from kefu.commerce.steps import MOMENT
from kefu.commerce.telling import told_of_new
from kefu.commerce.terms import terms_of
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.events import Event, record_all
from kefu.core.ids import uuid7
from kefu.core.writing import write_rows
from kefu.customers import a_person

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Placing:
    """What all orders of one batch have in common."""

    shop: Shop
    historic: bool
    at: datetime
    customers: Mapping[str, UUID]
    goods: Goods
    methods: Mapping[str, UUID]


async def place_orders(
    db: Session, placing: Placing, documents: Sequence[OrderDocument], claimed: Callable[[], None]
) -> dict[str, UUID]:
    """The ids of those that are new now, by number; what others placed meanwhile is left out.

    `claimed` is called once all of them are: the rest is written about them alone.
    """
    orders = {document.number: order_row(placing, document) for document in documents}
    rows = sorted(orders.values(), key=lambda row: str(row["number"]))
    writing = asyncio.create_task(
        write_rows(db, Order, rows, conflict="shop_id, number", returning="number")
    )
    await asyncio.sleep(0)  # the database works from here on while we go on reckoning
    try:
        batch = Batch()
        for document in documents:
            batch.add(placing, document, orders[document.number])
    finally:
        new = set(await writing)
    if len(new) < len(orders):
        batch.keep_only({orders[number]["id"] for number in new})
    else:
        claimed()
    await batch.write(db)
    return {number: orders[number]["id"] for number in new}


class Batch:
    """Rows that belong to new orders, and the facts that tell of them."""

    def __init__(self) -> None:
        self.lines: list[Row] = []
        self.payments: list[Row] = []
        self.refunds: list[Row] = []
        self.shipments: list[Row] = []
        self.scans: list[Row] = []
        self.facts: list[Event] = []

    def add(self, placing: Placing, document: OrderDocument, order: Row) -> None:
        lines = line_rows(placing, document, order["id"])
        self.lines += lines
        self.payments += [payment_row(placing, one, order) for one in document.payments]
        for refund in document.refunds:
            row = {
                "id": uuid7(),
                "order_id": order["id"],
                "line_id": line_id(lines, refund.line),
                "requested_at": refund.requested_at or refund.paid_at or placing.at,
                "created_at": placing.at,
                **refund.model_dump(exclude={"line", "requested_at"}),
            }
            self.refunds.append(row)
        for shipment in document.shipments:
            row = shipment_row(placing, shipment, order)
            self.shipments.append(row)
            self.scans += [scan_row(placing, scan, row["id"]) for scan in shipment.tracking]
        self.facts += told_of_new(order, len(lines))

    def keep_only(self, orders: set[UUID]) -> None:
        """Drop what belongs to other orders: somebody else was faster with them."""
        for name in ("lines", "payments", "refunds", "shipments"):
            rows = getattr(self, name)
            setattr(self, name, [row for row in rows if row["order_id"] in orders])
        parcels = {row["id"] for row in self.shipments}
        self.scans = [row for row in self.scans if row["shipment_id"] in parcels]
        self.facts = [fact for fact in self.facts if fact.subject in orders]

    async def write(self, db: Session) -> None:
        for table, rows in (
            (OrderLine, self.lines),
            (Payment, self.payments),
            (Refund, self.refunds),
            (Shipment, self.shipments),
        ):
            await write_rows(db, table, rows)
        await write_rows(db, TrackingEvent, self.scans, conflict="shipment_id, external_id")
        await record_all(db, self.facts)


def line_id(lines: Sequence[Row], position: int | None) -> UUID | None:
    found: UUID | None = None
    if position is not None and position <= len(lines):
        found = lines[position - 1]["id"]
    return found


def order_row(placing: Placing, document: OrderDocument) -> Row:
    placed_at = document.placed_at or document.updated_at or placing.at
    return {
        "id": uuid7(placed_at if placing.historic else None),
        "shop_id": placing.shop.id,
        "number": document.number,
        "external_id": document.external_id,
        "customer_id": placing.customers.get(document.number),
        "status": document.status,
        "placed_at": placed_at,
        **times_row(placing, document),
        **amounts_row(placing, document),
        **address_row(document),
        "note": document.note,
        "channel": document.channel,
        "source": "shop",
        "unfinished_step": document.unfinished_step if document.status == "created" else None,
        "historic": placing.historic,
        "version": document.version,
        "source_updated_at": document.updated_at,
        "source_hash": document.fingerprint,
        "attributes": document.attributes,
        "created_at": placing.at,
        "updated_at": placing.at,
    }


def times_row(placing: Placing, document: OrderDocument) -> Row:
    """The moments as told; a live order that has just come to a step came to it now."""
    row: Row = {
        name: getattr(document, name)
        for name in ("paid_at", "shipped_at", "delivered_at", "completed_at", "cancelled_at")
    }
    moment = MOMENT.get(document.status)
    if moment and row[moment] is None and not placing.historic:
        row[moment] = document.updated_at or placing.at
    return row | {
        "promised_ship_by": document.promised_ship_by,
        "promised_by": document.promised_by,
    }


def amounts_row(placing: Placing, document: OrderDocument) -> Row:
    return {
        "currency": document.currency or placing.shop.currency,
        "goods_amount": document.goods,
        "shipping_amount": document.shipping_amount,
        "discount_amount": document.discount_amount,
        "total_amount": document.total,
        "paid_amount": document.paid,
        "refunded_amount": document.refunded,
    }


def address_row(document: OrderDocument) -> Row:
    """Where it goes, with what it is searched by; without an address the customer's own contact."""
    address, customer = document.address, document.customer
    recipient = address.recipient if address else None
    recipient = recipient or (customer.name if customer else None)
    phone = (address.phone if address else None) or (customer.phone if customer else None)
    phone = a_person(phone=phone).phone or phone
    places = ("country", "province", "city", "district", "street", "postcode")
    return {
        "recipient": recipient,
        "search_terms": terms_of(recipient) if recipient else [],
        "phone": phone,
        "phone_tail": tail_of(phone),
        **{name: getattr(address, name) if address else None for name in places},
    }


def tail_of(phone: str | None) -> str | None:
    """The last four figures of a telephone number, however it is written."""
    figures = "".join(one for one in phone or "" if one.isascii() and one.isdigit())
    return figures[-4:] if len(figures) >= 4 else None


def line_rows(placing: Placing, document: OrderDocument, order: UUID) -> list[Row]:
    return [
        {
            "id": uuid7(),
            "order_id": order,
            "position": position,
            "product_id": placing.goods.product_of(line.product, line.sku),
            "sku_id": placing.goods.sku_of(line.sku),
            **line.model_dump(exclude={"product", "sku"}),
        }
        for position, line in enumerate(document.lines, 1)
    ]


def payment_row(placing: Placing, payment: PaymentDocument, order: Row) -> Row:
    paid_at = payment.paid_at or (order["paid_at"] if payment.status == "paid" else None)
    return {
        "id": uuid7(),
        "order_id": order["id"],
        "external_id": payment.external_id,
        "method": payment.method,
        "method_id": placing.methods.get(payment.payment_method or ""),
        "amount": payment.amount,
        "status": payment.status,
        "paid_at": paid_at,
        "failure": payment.failure,
        "created_at": placing.at,
    }


def shipment_row(placing: Placing, shipment: ShipmentDocument, order: Row) -> Row:
    """A parcel; what the shop does not say of it is read from its scans and its order."""
    scans = sorted(shipment.tracking, key=lambda scan: scan.at)
    last = next((scan.status for scan in reversed(scans) if scan.status), None)
    first_out = order["shipped_at"] if shipment.direction == "outbound" else None
    delivered = order["delivered_at"] if shipment.direction == "outbound" else None
    status = shipment.status or last or ("in_transit" if shipment.shipped_at else "created")
    if shipment.status is None and last is None and delivered:
        status = "delivered"
    return {
        "id": uuid7(),
        "order_id": order["id"],
        "direction": shipment.direction,
        "carrier": shipment.carrier.lower() if shipment.carrier else None,
        "tracking_number": shipment.tracking_number,
        "status": status,
        "shipped_at": shipment.shipped_at or first_out,
        "delivered_at": shipment.delivered_at or (delivered if status == "delivered" else None),
        "promised_by": shipment.promised_by or order["promised_by"],
        "freight_insured": shipment.freight_insured,
        "last_event_at": scans[-1].at if scans else None,
        "created_at": placing.at,
        "updated_at": placing.at,
    }


def scan_row(placing: Placing, scan: ScanDocument, shipment: UUID) -> Row:
    return {
        "id": uuid7(),
        "shipment_id": shipment,
        "external_id": scan.key,
        "at": scan.at,
        "code": scan.code,
        "status": scan.status,
        "place": scan.place,
        "text": scan.text,
        "received_at": placing.at,
    }


def began(shop: Shop, *, historic: bool) -> Placing:
    """A batch of this shop that knows no customers and no goods yet."""
    return Placing(shop, historic, now(), {}, Goods({}, {}), {})
