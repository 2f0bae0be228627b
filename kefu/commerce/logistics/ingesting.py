"""Ingesting: scans come in batches, in any order and more than once; each is kept once.

What a scan means is worked out right after by whoever watches the parcel (`watching.py`), so that
taking a batch costs a handful of statements however many scans it holds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from kefu.commerce.model_logistics import SHIPMENT
from kefu.commerce.model_orders import Order
from kefu.commerce.model_shipments import Shipment
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.ids import uuid7
from kefu.core.writing import among

KEPT_WAITING = timedelta(days=30)
HEARD_EVERY = timedelta(seconds=30)

COLUMNS = "external_id, at, code, place, province, reason, text, received_at"
OF_ROWS = (
    "unnest(cast(:ids as uuid[]), cast(:keys as text[]), cast(:external_id as text[]), "
    "cast(:at as timestamptz[]), cast(:code as text[]), cast(:place as text[]), "
    "cast(:province as text[]), cast(:reason as text[]), cast(:text as text[])) "
    "as r(id, key, external_id, at, code, place, province, reason, text)"
)
KEEP = text(
    "insert into tracking_events (id, shipment_id, external_id, at, code, place, province, "  # noqa: S608 - our own names
    "reason, text, received_at) select r.id, cast(r.key as uuid), r.external_id, r.at, r.code, "
    f"r.place, r.province, r.reason, r.text, :received_at from {OF_ROWS} order by r.key, r.at "
    "on conflict (shipment_id, external_id) do nothing returning shipment_id"
)
WAIT = text(
    "insert into waiting_scans (id, carrier, tracking_number, external_id, at, code, place, "
    "province, reason, text, received_at) select r.id, r.carrier, r.key, r.external_id, r.at, "
    "r.code, r.place, r.province, r.reason, r.text, :received_at from unnest("
    "cast(:ids as uuid[]), cast(:keys as text[]), cast(:carrier as text[]), "
    "cast(:external_id as text[]), cast(:at as timestamptz[]), cast(:code as text[]), "
    "cast(:place as text[]), cast(:province as text[]), cast(:reason as text[]), "
    "cast(:text as text[])) as r(id, key, carrier, external_id, at, code, place, province, "
    "reason, text) order by r.key, r.external_id "
    "on conflict (tracking_number, external_id) do nothing returning id"
)
WATCH = text(
    "insert into delivery_watches (subject, subject_kind, order_id, due_at) "
    "select subject, :kind, order_id, :due_at from unnest(cast(:subjects as uuid[]), "
    "cast(:orders as uuid[])) as t(subject, order_id) order by subject "
    "on conflict (subject) do update set due_at = excluded.due_at "
    "where delivery_watches.due_at is null or delivery_watches.due_at > excluded.due_at"
)
CALL_UP = text(
    "with gone as (delete from waiting_scans w using shipments s where s.id = any(:shipments) "  # noqa: S608 - our own names
    "and w.tracking_number = s.tracking_number "
    "and (w.carrier is null or s.carrier is null or w.carrier = s.carrier) "
    "returning s.id as shipment_id, w.*) "
    f"insert into tracking_events (id, shipment_id, {COLUMNS}) select id, shipment_id, {COLUMNS} "
    "from gone on conflict (shipment_id, external_id) do nothing"
)
HEARD = text(
    "update carriers set heard_at = :at where id in (select id from carriers "
    "where code = any(:codes) and (heard_at is null or heard_at < :before) "
    "for update skip locked)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewScan:
    """One scan as a carrier sends it; without a number of its own it is known by its content."""

    tracking_number: str
    code: str
    at: datetime
    carrier: str | None = None
    external_id: str | None = None
    place: str | None = None
    province: str | None = None
    reason: str | None = None
    text: str | None = None

    @property
    def key(self) -> str:
        if self.external_id:
            return self.external_id
        said = f"{self.code}|{self.at.timestamp()}|{self.place or ''}"
        return "c-" + hashlib.sha256(said.encode()).hexdigest()[:24]


@dataclass(frozen=True, slots=True)
class Ingested:
    """How many were new, known before, and how many wait for their parcel."""

    new: int
    known: int
    waiting: int


async def ingest(db: Session, scans: Sequence[NewScan]) -> Ingested:
    """Keep a batch; a repetition changes nothing, a scan of an unknown parcel waits for it."""
    if not scans:
        return Ingested(0, 0, 0)
    parcels = await _parcels_of(db, scans)
    at = now()
    placed: list[tuple[Any, NewScan]] = []
    unplaced: list[NewScan] = []
    for scan in scans:
        theirs = [parcel for parcel in parcels.get(scan.tracking_number, ()) if fits(scan, parcel)]
        placed += [(parcel, scan) for parcel in theirs]
        if not theirs:
            unplaced.append(scan)
    new = await _keep(db, placed, at)
    waiting = await _wait(db, unplaced, at)
    orders = {parcel.id: parcel.order_id for parcel, _ in placed}
    await watch(db, SHIPMENT, {one: orders[one] for one in new}, due_at=at)
    codes = {scan.carrier or parcel.carrier for parcel, scan in placed}
    codes |= {scan.carrier for scan in unplaced}
    await _hear(db, codes, at)
    return Ingested(len(new), len(placed) + len(unplaced) - len(new) - waiting, waiting)


def fits(scan: NewScan, parcel: Any) -> bool:
    """Whether a parcel of this number is meant: two carriers may give the same number."""
    return scan.carrier is None or parcel.carrier is None or scan.carrier == parcel.carrier


async def _parcels_of(db: Session, scans: Iterable[NewScan]) -> dict[str, list[Any]]:
    rows = await db.execute(
        select(Shipment.id, Shipment.order_id, Shipment.carrier, Shipment.tracking_number).where(
            among(Shipment.tracking_number, {scan.tracking_number for scan in scans})
        )
    )
    found: dict[str, list[Any]] = {}
    for row in rows:
        found.setdefault(row.tracking_number, []).append(row)
    return found


async def _keep(db: Session, placed: Sequence[tuple[Any, NewScan]], at: datetime) -> list[UUID]:
    if not placed:
        return []
    values = columns_of([scan for _, scan in placed])
    values |= {"keys": [str(parcel.id) for parcel, _ in placed], "received_at": at}
    return [row[0] for row in await db.execute(KEEP, values)]


async def _wait(db: Session, scans: Sequence[NewScan], at: datetime) -> int:
    if not scans:
        return 0
    values = columns_of(scans)
    values |= {
        "keys": [scan.tracking_number for scan in scans],
        "carrier": [scan.carrier for scan in scans],
        "received_at": at,
    }
    return len((await db.execute(WAIT, values)).all())


def columns_of(scans: Sequence[NewScan]) -> dict[str, Any]:
    return {
        "ids": [uuid7() for _ in scans],
        "external_id": [scan.key for scan in scans],
        "at": [scan.at for scan in scans],
        "code": [scan.code for scan in scans],
        "place": [scan.place for scan in scans],
        "province": [scan.province for scan in scans],
        "reason": [scan.reason for scan in scans],
        "text": [scan.text for scan in scans],
    }


async def watch(db: Session, kind: str, orders: dict[UUID, UUID], *, due_at: datetime) -> None:
    """Have these parcels (or orders) looked at then: `{subject: its order}`."""
    if not orders:
        return
    values = {"subjects": list(orders), "orders": list(orders.values())}
    await db.execute(WATCH, values | {"kind": kind, "due_at": due_at})


async def _hear(db: Session, codes: set[str | None], at: datetime) -> None:
    values = {"at": at, "before": at - HEARD_EVERY, "codes": sorted(filter(None, codes))}
    await db.execute(HEARD, values)


async def call_up(db: Session, shipments: Iterable[UUID]) -> None:
    """Parcels that shops have told us of: give them the scans that waited, and watch them.

    Those of old orders that were loaded are not watched: nothing is done about them any more.
    """
    known = sorted(set(shipments))
    if not known:
        return
    await db.execute(CALL_UP, {"shipments": known})
    rows = await db.execute(
        select(Shipment.id, Shipment.order_id)
        .join(Order, Order.id == Shipment.order_id)
        .where(Shipment.id.in_(known), Order.historic.is_(False))
    )
    await watch(db, SHIPMENT, dict(rows.all()), due_at=now())


async def forget_waiting(db: Session) -> None:
    """A scan that nobody's parcel came for in a month is given up."""
    await db.execute(
        text("delete from waiting_scans where received_at < :before"),
        {"before": now() - KEPT_WAITING},
    )
