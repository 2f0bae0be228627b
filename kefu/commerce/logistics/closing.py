"""Closing: a problem is over because the parcel went on, its way ended, or somebody handled it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from kefu.commerce.events_logistics import AnomalyClosed
from kefu.commerce.logistics.drafting import withdraw_drafts
from kefu.commerce.model_logistics import DeliveryAnomaly
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Conflict, NotFound
from kefu.core.events import record_all
from kefu.identity import Actor
from kefu.notifications import withdraw
from kefu.promises import complete_tasks_about, stop_clocks

OPENED = "anomaly.opened"
HANDLED = "handled"


async def handle(db: Session, anomaly: DeliveryAnomaly, *, remedy: str, by: Actor) -> None:
    """Somebody saw to it; what they did is kept in their own words."""
    if anomaly.closed_at is not None:
        raise Conflict("This problem is over already.", code="already_closed")
    anomaly.remedy = remedy
    await close_now(db, [(anomaly, HANDLED)], at=now(), by=by.id)


async def close_now(
    db: Session,
    over: Sequence[tuple[DeliveryAnomaly, str]],
    *,
    at: datetime,
    by: UUID | None = None,
) -> None:
    """End these problems with their clocks, tasks, alarms and unsent drafts."""
    if not over:
        return
    for anomaly, closing in over:
        anomaly.closed_at, anomaly.closing, anomaly.closed_by = at, closing, by
    await db.flush()
    ids = [anomaly.id for anomaly, _ in over]
    await stop_clocks(db, ids, at)
    await withdraw(db, OPENED, ids)
    await withdraw_drafts(db, ids, by=by)
    for anomaly, _ in over:
        if anomaly.task_id is not None:
            await complete_tasks_about(db, anomaly.id, by=by)
    await record_all(db, [closed(anomaly, by) for anomaly, _ in over])


def closed(anomaly: DeliveryAnomaly, by: UUID | None) -> AnomalyClosed:
    assert anomaly.closed_at is not None
    return AnomalyClosed(
        subject=anomaly.id,
        customer=anomaly.customer_id,
        actor=by,
        order=anomaly.order_id,
        problem=anomaly.kind,
        severity=anomaly.severity,
        shipment=anomaly.shipment_id,
        carrier=anomaly.carrier,
        closing=anomaly.closing or "",
        seconds=round((anomaly.closed_at - anomaly.opened_at).total_seconds()),
    )


async def anomaly_for(
    db: Session, actor: Actor, anomaly_id: UUID, *, lock: bool = False
) -> DeliveryAnomaly:
    """A problem, for whoever may see problems."""
    actor.require("anomaly.read")
    query = select(DeliveryAnomaly).where(DeliveryAnomaly.id == anomaly_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    anomaly = await db.scalar(query)
    if anomaly is None:
        raise NotFound("There is no such problem.")
    return anomaly
