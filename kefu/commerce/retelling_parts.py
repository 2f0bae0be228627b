"""The parts of an order that is told again: lines, payments, refunds, parcels with their scans."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kefu.commerce.documents import (
    OrderDocument,
    PaymentDocument,
    RefundDocument,
    ShipmentDocument,
)
from kefu.commerce.events import ShipmentMoved
from kefu.commerce.holding import Held, changes_held
from kefu.commerce.model_order_care import OrderChange
from kefu.commerce.model_orders import Order, OrderLine, Payment, Refund
from kefu.commerce.model_shipments import SHIPMENT_STATUSES, Shipment
from kefu.commerce.placing import Placing, line_rows, payment_row, scan_row, shipment_row
from kefu.commerce.refunding import told_of_refund
from kefu.commerce.retelling_lines import has_taken_line, paired
from kefu.core.db import Base, Session
from kefu.core.events import Event
from kefu.core.ids import uuid7

SHIPMENT_FIELDS = ("carrier", "shipped_at", "delivered_at", "promised_by")
PROGRESS = {status: rank for rank, status in enumerate(SHIPMENT_STATUSES[:4])}


@dataclass
class Parts:
    """What belongs to known orders, and what is new with them."""

    lines: dict[UUID, list[OrderLine]]
    payments: dict[UUID, list[Payment]]
    refunds: dict[UUID, list[Refund]]
    shipments: dict[UUID, list[Shipment]]
    changes: dict[UUID, list[OrderChange]]
    scans: list[dict[str, Any]] = field(default_factory=list)
    facts: list[Event] = field(default_factory=list)


async def parts_of(db: Session, orders: Sequence[UUID]) -> Parts:
    """Five queries, for one order as for a thousand."""
    return Parts(
        lines=await by_order(db, OrderLine, orders),
        payments=await by_order(db, Payment, orders),
        refunds=await by_order(db, Refund, orders),
        shipments=await by_order(db, Shipment, orders),
        changes=await changes_held(db, orders),
    )


async def by_order(db: Session, table: Any, orders: Sequence[UUID]) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Base]] = defaultdict(list)
    for row in await db.scalars(select(table).where(table.order_id.in_(orders)).order_by(table.id)):
        found[row.order_id].append(row)
    return found


@dataclass
class Retelling:
    """One order with its parts, and the telling that may be newer."""

    db: Session
    placing: Placing
    order: Order
    document: OrderDocument
    parts: Parts
    held: Held
    newer: bool

    def put_all(self) -> list[str]:
        """Which parts are different now."""
        done = {
            "lines": self.put_lines(),
            "payments": self.put_payments(),
            "refunds": self.put_refunds(),
            "shipments": self.put_shipments(),
        }
        return [name for name, different in done.items() if different]

    def put_lines(self) -> bool:
        """A newer telling says what the lines are; one it leaves out was cancelled."""
        known = self.parts.lines[self.order.id]
        if known and not self.newer:
            return False
        rows = line_rows(self.placing, self.document, self.order.id)
        left, changed = list(known), False
        last = max((line.position for line in known), default=0)
        for row, line in paired(known, rows):
            if line is None:
                last += 1
                self.db.add(OrderLine(**(row | {"position": last})))
                changed = True
                continue
            left.remove(line)
            changed = has_taken_line(line, row | self.held.kept_line(line)) or changed
        for line in left if rows else ():
            changed = line.cancelled_quantity < line.quantity - line.returned_quantity or changed
            line.cancelled_quantity = line.quantity - line.returned_quantity
        return changed

    def put_payments(self) -> bool:
        known = {one.external_id: one for one in self.parts.payments[self.order.id]}
        changed = False
        for told in self.document.payments:
            payment = known.get(told.external_id)
            if payment is None:
                row = payment_row(self.placing, told, vars(self.order))
                self.db.add(Payment(**row))
                changed = True
            elif self.newer:
                changed = has_taken_payment(payment, told) or changed
        if changed or self.newer:
            changed = self.put_paid() or changed
        return changed

    def put_paid(self) -> bool:
        """What was paid, as a newer telling reckons it; an older one never lowers it."""
        paid = self.document.paid + self.held.amounts().get("paid_amount", 0)
        if not self.newer:
            paid = max(paid, self.order.paid_amount)
        if paid == self.order.paid_amount:
            return False
        self.order.paid_amount = paid
        return True

    def put_refunds(self) -> bool:
        known = {one.external_id: one for one in self.parts.refunds[self.order.id]}
        changed = False
        for told in self.document.refunds:
            refund = known.get(told.external_id)
            if refund is None:
                self.parts.refunds[self.order.id].append(self.new_refund(told))
                changed = True
            elif self.newer and refund.status != told.status:
                refund.status, refund.failure = told.status, told.failure
                refund.paid_at = told.paid_at or refund.paid_at
                self.tell_refund(refund)
                changed = True
        if changed:
            self.order.refunded_amount = sum(
                one.amount for one in self.parts.refunds[self.order.id] if one.status == "paid"
            )
        return changed

    def new_refund(self, told: RefundDocument) -> Refund:
        lines = self.parts.lines[self.order.id]
        line = next((one.id for one in lines if one.position == told.line), None)
        asked = told.requested_at or told.paid_at or self.placing.at
        fields = told.model_dump(exclude={"line", "requested_at"})
        refund = Refund(
            id=uuid7(), order_id=self.order.id, line_id=line, requested_at=asked, **fields
        )
        self.db.add(refund)
        self.tell_refund(refund)
        return refund

    def tell_refund(self, refund: Refund) -> None:
        at = refund.paid_at or self.placing.at
        self.parts.facts.append(told_of_refund(self.order, refund, system="shop", at=at))

    def put_shipments(self) -> bool:
        known = self.parts.shipments[self.order.id]
        changed = False
        for told in self.document.shipments:
            row = shipment_row(self.placing, told, vars(self.order))
            shipment = same_shipment(known, told)
            if shipment is None:
                shipment = Shipment(**row)
                self.db.add(shipment)
                known.append(shipment)
                changed = True
            else:
                changed = self.has_taken_shipment(shipment, row) or changed
            scans = [scan_row(self.placing, scan, shipment.id) for scan in told.tracking]
            self.parts.scans += scans
        return changed

    def has_taken_shipment(self, shipment: Shipment, row: dict[str, Any]) -> bool:
        changed = False
        for name in SHIPMENT_FIELDS:
            known = getattr(shipment, name)
            if row[name] is not None and row[name] != known and (self.newer or known is None):
                setattr(shipment, name, row[name])
                changed = True
        shipment.last_event_at = latest(shipment.last_event_at, row["last_event_at"])
        if not is_progress(shipment.status, row["status"], newer=self.newer):
            return changed
        shipment.status = row["status"]
        moved = ShipmentMoved(
            subject=shipment.id,
            customer=self.order.customer_id,
            historic=self.order.historic,
            order=self.order.id,
            direction=shipment.direction,
            status=shipment.status,
            happened_at=row["last_event_at"] or self.placing.at,
            carrier=shipment.carrier,
        )
        self.parts.facts.append(moved)
        return True


def is_progress(known: str, told: str, *, newer: bool) -> bool:
    """Parcels go forward; only a newer telling says that one is in trouble, or out of it."""
    if known in PROGRESS and told in PROGRESS:
        return PROGRESS[told] > PROGRESS[known]
    return newer and told != known


def latest(one: datetime | None, other: datetime | None) -> datetime | None:
    return max((at for at in (one, other) if at is not None), default=None)


def has_taken_payment(payment: Payment, told: PaymentDocument) -> bool:
    changed = False
    for name in ("method", "amount", "status", "paid_at", "failure"):
        value = getattr(told, name)
        if value is not None and value != getattr(payment, name):
            setattr(payment, name, value)
            changed = True
    return changed


def same_shipment(shipments: list[Shipment], told: ShipmentDocument) -> Shipment | None:
    """The parcel with this number; one whose number was not known yet gets it."""
    theirs = [one for one in shipments if one.direction == told.direction]
    exact = next((one for one in theirs if one.tracking_number == told.tracking_number), None)
    if exact is not None:
        return exact
    blank = next((one for one in theirs if one.tracking_number is None), None)
    if blank is not None and told.tracking_number is not None:
        blank.tracking_number = told.tracking_number
        return blank
    return None
