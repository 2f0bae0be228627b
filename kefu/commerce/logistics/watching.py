"""Watching: each delivery is looked at when a scan came or its silence has lasted too long.

The moments stand in a table and are found by an index, as those of promises are: nothing is a
timer in memory, and a look costs the same few statements for one delivery or five hundred.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from prometheus_client import Histogram
from sqlalchemy import text
from sqlalchemy.exc import InterfaceError, OperationalError

from kefu.commerce.events import ShipmentMoved
from kefu.commerce.events_logistics import AnomalyEvent, AnomalyOpened, AnomalyWorsened
from kefu.commerce.logistics.closing import close_now
from kefu.commerce.logistics.looking import Claim, Delivery, claim_due, read_claimed
from kefu.commerce.logistics.settings import Limits, limits
from kefu.commerce.logistics.starting import lead_orders
from kefu.commerce.model_logistics import DeliveryAnomaly
from kefu.commerce.parcels.anomalies import SEVERITIES, Finding, findings, next_look
from kefu.commerce.parcels.scans import ENDED, in_order, stage_after, status_after
from kefu.core.clock import now
from kefu.core.db import Database, Session
from kefu.core.events import Event, plain, record_all
from kefu.core.ids import uuid7
from kefu.core.metrics import LATENCIES

log = structlog.get_logger(__name__)
BATCH = 500
LONGEST_PAUSE = 1.0

LATE = Histogram(
    "kefu_delivery_alarm_late_seconds", "From when an alarm was due to when it was given",
    buckets=LATENCIES,
)  # fmt: skip
NEXT = text(
    "update delivery_watches w set due_at = t.due_at from (select subject, due_at from "
    "unnest(cast(:subjects as uuid[]), cast(:moments as timestamptz[])) as u(subject, due_at) "
    "order by subject) t where w.subject = t.subject and w.due_at = :lease"
)
FORGET = text("delete from delivery_watches where subject = any(:subjects) and due_at = :lease")
MOVE = text(
    "update shipments s set status = t.status, last_event_at = t.last_at, "
    "shipped_at = coalesce(s.shipped_at, t.shipped_at), "
    "delivered_at = case when t.status = 'delivered' then coalesce(t.ended_at, s.delivered_at) "
    "else s.delivered_at end, updated_at = :at from unnest(cast(:ids as uuid[]), "
    "cast(:statuses as text[]), cast(:last as timestamptz[]), cast(:shipped as timestamptz[]), "
    "cast(:ended as timestamptz[])) as t(id, status, last_at, shipped_at, ended_at) "
    "where s.id = t.id"
)


@dataclass(slots=True)
class Outcome:
    """What a look changes, gathered so that it is written at once."""

    moved: list[tuple[UUID, str, datetime | None, datetime | None, datetime | None]] = field(
        default_factory=list
    )
    opened: list[DeliveryAnomaly] = field(default_factory=list)
    over: list[tuple[DeliveryAnomaly, str]] = field(default_factory=list)
    following: dict[UUID, datetime] = field(default_factory=dict)
    finished: list[UUID] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    led: set[UUID] = field(default_factory=set)


async def look(db: Session, limit: int = BATCH) -> int:
    """Look at what is due; returns how many deliveries that were."""
    return await look_at(db, await claim_due(db, now(), limit))


async def look_at(db: Session, claim: Claim) -> int:
    """Look at what was taken, and say when to look again."""
    if not claim.rows:
        return 0
    at = now()
    patience = await limits(db)
    outcome = Outcome()
    for delivery in await read_claimed(db, claim):
        if delivery.shipment is not None:
            note_move(delivery, outcome)
        judge(delivery, at, patience, outcome)
    await write(db, outcome, at)
    await db.execute(
        NEXT,
        {
            "subjects": list(outcome.following),
            "moments": list(outcome.following.values()),
            "lease": claim.lease,
        },
    )
    await db.execute(FORGET, {"subjects": outcome.finished, "lease": claim.lease})
    return len(claim.rows)


def note_move(delivery: Delivery, outcome: Outcome) -> None:
    """The parcel's status by its scans, in the order of what happened."""
    shipment, scans = delivery.shipment, in_order(delivery.scans)
    assert shipment is not None
    if not scans:
        return
    status, last = status_after(scans), scans[-1]
    left = next((scan.at for scan in scans if scan.code == "picked_up"), None)
    known = (shipment.status, shipment.last_event_at, shipment.shipped_at or left)
    if known == (status, last.at, shipment.shipped_at):
        return
    ended = next((scan.at for scan in reversed(scans) if scan.code == status), None)
    outcome.moved.append((shipment.id, status, last.at, left, ended))
    if status != shipment.status:
        if shipment.direction == "outbound":
            outcome.led.add(shipment.order_id)
        outcome.events.append(
            ShipmentMoved(
                subject=shipment.id,
                customer=delivery.order.customer_id,
                order=shipment.order_id,
                direction=shipment.direction,
                status=status,
                happened_at=ended or last.at,
                carrier=shipment.carrier,
                return_id=shipment.return_id,
                historic=delivery.order.historic,
                scanned=True,
            )
        )


def judge(delivery: Delivery, at: datetime, patience: Limits, outcome: Outcome) -> None:
    """Open what is newly wrong, close what is not wrong any more, and say when to look again."""
    carrier = delivery.shipment.carrier if delivery.shipment is not None else None
    limits, parcel = patience.of(carrier), delivery.parcel()
    wrong: dict[str, Finding] = {}
    following = None
    if not delivery.order.historic and not delivery.is_over:
        found = findings(parcel, delivery.scans, at, limits)
        wrong = {one.kind: one for one in found if one.kind in delivery.kinds}
        following = next_look(parcel, delivery.scans, at, limits)
    for anomaly in delivery.anomalies:
        finding = wrong.pop(anomaly.kind, None)
        if finding is None:
            outcome.over.append((anomaly, closing_of(delivery)))
        else:
            keep_up(anomaly, finding, outcome)
    for finding in wrong.values():
        if delivery.was_handled(finding):
            continue
        outcome.opened.append(anomaly_of(delivery, finding, at, patience))
        LATE.observe(max(0.0, (at - finding.since).total_seconds()))
    if following is None:
        outcome.finished.append(delivery.subject)
    else:
        outcome.following[delivery.subject] = following


def closing_of(delivery: Delivery) -> str:
    ended = delivery.shipment is not None and stage_after(delivery.scans) in ENDED
    return "ended" if ended or delivery.order.status == "cancelled" else "went_on"


def keep_up(anomaly: DeliveryAnomaly, finding: Finding, outcome: Outcome) -> None:
    """Evidence may grow; who is told again is told only of what became worse."""
    anomaly.evidence = evidence_of(finding)
    urgency = SEVERITIES.index(finding.severity)
    if urgency > anomaly.urgency:
        outcome.events.append(said(AnomalyWorsened, anomaly, severity=finding.severity))
    anomaly.urgency = urgency


def anomaly_of(
    delivery: Delivery, finding: Finding, at: datetime, patience: Limits
) -> DeliveryAnomaly:
    shipment, order = delivery.shipment, delivery.order
    return DeliveryAnomaly(
        id=uuid7(at),
        subject=delivery.subject,
        subject_kind=delivery.kind,
        order_id=order.id,
        shipment_id=shipment.id if shipment is not None else None,
        customer_id=order.customer_id,
        order_number=order.number,
        tracking_number=shipment.tracking_number if shipment is not None else None,
        carrier=shipment.carrier if shipment is not None else None,
        kind=finding.kind,
        urgency=SEVERITIES.index(finding.severity),
        since=finding.since,
        evidence=evidence_of(finding),
        opened_at=at,
        due_at=at + patience.solve_within,
    )


def evidence_of(finding: Finding) -> dict[str, Any]:
    return {name: plain(value) for name, value in finding.evidence.items() if value != ""}


def said(kind: type[AnomalyEvent], anomaly: DeliveryAnomaly, **more: Any) -> AnomalyEvent:
    return kind(
        **{
            "subject": anomaly.id,
            "customer": anomaly.customer_id,
            "order": anomaly.order_id,
            "problem": anomaly.kind,
            "severity": anomaly.severity,
            "shipment": anomaly.shipment_id,
            "carrier": anomaly.carrier,
        }
        | more
    )


async def write(db: Session, outcome: Outcome, at: datetime) -> None:
    if outcome.moved:
        ids, statuses, last, shipped, ended = (
            list(column) for column in zip(*outcome.moved, strict=True)
        )
        values = {"ids": ids, "statuses": statuses, "last": last, "shipped": shipped}
        await db.execute(MOVE, values | {"ended": ended, "at": at})
    db.add_all(outcome.opened)
    await db.flush()
    opened: list[Event] = [
        said(AnomalyOpened, one, since=one.since, due_at=one.due_at) for one in outcome.opened
    ]
    await record_all(db, outcome.events + opened)
    await lead_orders(db, outcome.led)
    await close_now(db, outcome.over, at=at)


class Watchman:
    """Looks for ever in the worker; any number may run, in any number of processes."""

    def __init__(self, database: Database, *, batch: int = BATCH) -> None:
        self._database = database
        self._batch = batch

    async def run(self) -> None:
        """Look at what is due; a database that is away is waited for."""
        while True:
            try:
                async with self._database.transaction() as db:
                    claim = await claim_due(db, now(), self._batch)
                async with self._database.transaction() as db:
                    looked = await look_at(db, claim)
                pause = 0.0 if looked == self._batch else LONGEST_PAUSE
            except (OperationalError, InterfaceError, OSError) as error:
                log.warning("watchman_waits", error=str(error)[:200])
                pause = LONGEST_PAUSE
            await asyncio.sleep(pause)
