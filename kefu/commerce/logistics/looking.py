"""Looking: what is known of the deliveries that are to be looked at now, read in a few queries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text

from kefu.commerce.model_logistics import SHIPMENT, DeliveryAnomaly
from kefu.commerce.model_orders import Order
from kefu.commerce.model_shipments import Shipment
from kefu.commerce.parcels.anomalies import KINDS, SEVERITIES, Finding, Parcel
from kefu.commerce.parcels.scans import MOVES, STAGE_OF, Scan, stage_after
from kefu.core.db import Session
from kefu.core.writing import among

CODE_OF = {
    "created": "label_created",
    "in_transit": "arrived",
    "out_for_delivery": "out_for_delivery",
    "delivered": "delivered",
    "exception": "exception",
    "returned": "returned",
    "lost": "lost",
}
"""What a shop's own words for a parcel mean, where no carrier's code is known."""
OVER = ("delivered", "completed", "cancelled")
EVERY_KIND = frozenset(KINDS)
OF_PROMISES = frozenset({"promise_at_risk", "promise_broken"})

LEASE = timedelta(seconds=60)
CLAIM = text(
    "update delivery_watches set due_at = :lease where subject in (select subject from "
    "delivery_watches where due_at <= :at order by due_at limit :limit for update skip locked) "
    "returning subject, subject_kind, order_id"
)
HOLD = text("select from delivery_watches where subject = any(:orders) order by subject for update")
SCANS = text(
    "select shipment_id, code, status, at, received_at, place, province, reason "
    "from tracking_events where shipment_id = any(:shipments)"
)
ORDER_COLUMNS = (
    Order.id,
    Order.number,
    Order.customer_id,
    Order.status,
    Order.placed_at,
    Order.shipped_at,
    Order.delivered_at,
    Order.promised_by,
    Order.province,
    Order.historic,
)
SHIPMENT_COLUMNS = (
    Shipment.id,
    Shipment.order_id,
    Shipment.direction,
    Shipment.return_id,
    Shipment.carrier,
    Shipment.tracking_number,
    Shipment.status,
    Shipment.shipped_at,
    Shipment.delivered_at,
    Shipment.promised_by,
    Shipment.last_event_at,
    Shipment.created_at,
)


@dataclass(frozen=True, slots=True)
class Handled:
    """When somebody last saw to a problem of a kind, and how urgent it had become."""

    at: datetime
    urgency: int


@dataclass(slots=True)
class Delivery:
    """An order that has not left, or one of its parcels, with its scans and its open anomalies."""

    subject: UUID
    kind: str
    order: Any
    shipment: Any | None
    scans: list[Scan]
    parcels: int = 0
    anomalies: list[DeliveryAnomaly] = field(default_factory=list)
    handled: dict[str, Handled] = field(default_factory=dict)

    def was_handled(self, finding: Finding) -> bool:
        """Whether somebody saw to just this, and it has not become worse since."""
        kept = self.handled.get(finding.kind)
        return (
            kept is not None
            and finding.since <= kept.at
            and SEVERITIES.index(finding.severity) <= kept.urgency
        )

    @property
    def is_over(self) -> bool:
        """Nothing is to be watched any more: its parcels are watched, or it has arrived."""
        return self.kind != SHIPMENT and (self.parcels > 0 or self.order.status in OVER)

    @property
    def kinds(self) -> frozenset[str]:
        """Of an order without parcels nothing is known but its promise."""
        return EVERY_KIND if self.kind == SHIPMENT else OF_PROMISES

    def parcel(self) -> Parcel:
        shipment = self.shipment
        if shipment is None:
            return Parcel(self.order.placed_at, self.order.promised_by, self.order.province or "")
        coming_back = shipment.direction == "return"
        promised = shipment.promised_by or (None if coming_back else self.order.promised_by)
        return Parcel(
            began_at=shipment.shipped_at or shipment.created_at,
            promised_at=promised,
            province="" if coming_back else self.order.province or "",
            return_wanted=coming_back,
        )


@dataclass(frozen=True, slots=True)
class Claim:
    """What one look has taken; a scan that comes meanwhile makes its watch due again."""

    lease: datetime
    rows: Sequence[Any]


async def claim_due(db: Session, at: datetime, limit: int) -> Claim:
    """Take what is due for a minute: whoever takes it and dies leaves it to others after that.

    Committed before the look itself, so that scans coming in never wait for one.
    """
    values = {"at": at, "lease": at + LEASE, "limit": limit}
    return Claim(at + LEASE, (await db.execute(CLAIM, values)).all())


async def read_claimed(db: Session, claim: Claim) -> list[Delivery]:
    """Everything known of what was taken, in a few queries."""
    rows = claim.rows
    orders = await _orders(db, {row.order_id for row in rows})
    shipments = await _shipments(db, [row.subject for row in rows if row.subject_kind == SHIPMENT])
    scans = await _scans(db, shipments)
    alone = [row.subject for row in rows if row.subject_kind != SHIPMENT]
    await db.execute(HOLD, {"orders": alone})
    leaving = await _parcels_of_orders(db, alone)
    anomalies = await _open_anomalies(db, [row.subject for row in rows])
    handled = await _handled(db, orders)
    found = []
    for row in sorted(rows, key=lambda row: row.subject):
        shipment = shipments.get(row.subject)
        if row.order_id not in orders or (row.subject_kind == SHIPMENT and shipment is None):
            continue
        order = orders[row.order_id]
        known = with_what_the_shop_says(shipment or order, scans.get(row.subject, []))
        delivery = Delivery(row.subject, row.subject_kind, order, shipment, known)
        delivery.parcels = leaving.get(row.subject, 0)
        delivery.anomalies = anomalies.get(row.subject, [])
        delivery.handled = handled.get(row.subject, {})
        found.append(delivery)
    return found


def with_what_the_shop_says(told: Any, scans: list[Scan]) -> list[Scan]:
    """A shop knows that a parcel left or arrived, even where the carrier was not heard."""
    said = list(scans)
    if told.shipped_at and not any(scan.code in MOVES for scan in said):
        said.append(Scan("picked_up", told.shipped_at, told.shipped_at))
    if told.delivered_at and stage_after(said) != "delivered":
        said.append(Scan("delivered", told.delivered_at, told.delivered_at))
    return said


async def _orders(db: Session, ids: Iterable[UUID]) -> dict[UUID, Any]:
    rows = await db.execute(select(*ORDER_COLUMNS).where(among(Order.id, set(ids))))
    return {row.id: row for row in rows}


async def _shipments(db: Session, ids: Sequence[UUID]) -> dict[UUID, Any]:
    """Locked in a fixed order: their status is changed next."""
    query = select(*SHIPMENT_COLUMNS).where(among(Shipment.id, ids)).order_by(Shipment.id)
    rows = await db.execute(query.with_for_update(key_share=True))
    return {row.id: row for row in rows}


async def _scans(db: Session, shipments: Iterable[UUID]) -> dict[UUID, list[Scan]]:
    found: dict[UUID, list[Scan]] = {}
    for one, code, status, at, received_at, place, province, reason in await db.execute(
        SCANS, {"shipments": list(shipments)}
    ):
        known = code if code in STAGE_OF else CODE_OF.get(status or "", "arrived")
        scan = Scan(known, at, received_at, place or "", province or "", reason or "")
        found.setdefault(one, []).append(scan)
    return found


async def _parcels_of_orders(db: Session, orders: Sequence[UUID]) -> dict[UUID, int]:
    if not orders:
        return {}
    rows = await db.execute(
        text(
            "select order_id, count(*) from shipments where order_id = any(:orders) "
            "and direction = 'outbound' group by order_id"
        ),
        {"orders": list(orders)},
    )
    return dict(rows.all())


async def _open_anomalies(
    db: Session, subjects: Sequence[UUID]
) -> dict[UUID, list[DeliveryAnomaly]]:
    rows = await db.scalars(
        select(DeliveryAnomaly)
        .where(among(DeliveryAnomaly.subject, subjects), DeliveryAnomaly.closed_at.is_(None))
        .order_by(DeliveryAnomaly.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    found: dict[UUID, list[DeliveryAnomaly]] = {}
    for anomaly in rows:
        found.setdefault(anomaly.subject, []).append(anomaly)
    return found


async def _handled(db: Session, orders: Iterable[UUID]) -> dict[UUID, dict[str, Handled]]:
    """What somebody saw to on the way of these orders, by parcel and kind."""
    anomaly = DeliveryAnomaly
    rows = await db.execute(
        select(
            anomaly.subject, anomaly.kind, func.max(anomaly.closed_at), func.max(anomaly.urgency)
        )
        .where(among(anomaly.order_id, set(orders)), anomaly.closing == "handled")
        .group_by(anomaly.subject, anomaly.kind)
    )
    found: dict[UUID, dict[str, Handled]] = {}
    for subject, kind, at, urgency in rows:
        if at is not None:
            found.setdefault(subject, {})[kind] = Handled(at, urgency)
    return found
