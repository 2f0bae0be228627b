"""Drafting: before a customer asks about a problem, an agent has the words ready to send."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from kefu.commerce.events_logistics import NoticeDrafted
from kefu.commerce.logistics.recipients import Recipients, known_of
from kefu.commerce.logistics.settings import notice_settings, settings_row
from kefu.commerce.logistics.settling import quiet_until, said, say_due, settle
from kefu.commerce.logistics.wording import ABOUT_PROBLEM
from kefu.commerce.model_logistics import DeliveryAnomaly, LogisticsSettings
from kefu.commerce.model_notices import CustomerNotice
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Conflict, NotFound
from kefu.core.events import record_all
from kefu.core.ids import uuid7
from kefu.identity import Actor

AGAIN_AFTER = timedelta(hours=24)
TOLD = ("draft", "waiting", "sent")


async def draft_about(
    db: Session, anomalies: Sequence[DeliveryAnomaly], kept: LogisticsSettings
) -> None:
    """A draft for each customer who should hear; one delivery gets one of a kind a day."""
    wished = notice_settings(kept)
    told = await _told_lately(db, {anomaly.order_id for anomaly in anomalies})
    known = await known_of(db, {anomaly.order_id for anomaly in anomalies})
    for anomaly in anomalies:
        about = ABOUT_PROBLEM.get(anomaly.kind)
        customer = anomaly.customer_id
        if about is None or about not in wished["kinds"] or customer is None:
            continue
        if (anomaly.subject, about) in told or customer in known.unwanted:
            continue
        told.add((anomaly.subject, about))
        await draft(db, anomaly, about, known, kept)


async def draft(
    db: Session, anomaly: DeliveryAnomaly, about: str, known: Recipients, kept: LogisticsSettings
) -> None:
    at_once = bool(notice_settings(kept)["send_problems"])
    order = known.orders[anomaly.order_id]
    broken = anomaly.kind == "promise_broken"
    notice = CustomerNotice(
        id=uuid7(),
        key=f"{anomaly.id}:{about}",
        kind=about,
        order_id=anomaly.order_id,
        shipment_id=anomaly.shipment_id,
        anomaly_id=anomaly.id,
        customer_id=anomaly.customer_id,
        text=known.words_of(about, order, {"promise": ""} if broken else {}),
        status="waiting" if at_once else "draft",
        not_before=(quiet_until(kept, now()) or now()) if at_once else None,
    )
    db.add(notice)
    await db.flush()
    if at_once:
        await say_due(db, [notice])
    else:
        await record_all(db, [said(NoticeDrafted, notice)])


async def _told_lately(db: Session, orders: set[UUID]) -> set[tuple[UUID, str]]:
    """Of which deliveries customers have a draft, or heard within a day."""
    rows = await db.execute(
        select(
            CustomerNotice.shipment_id,
            CustomerNotice.order_id,
            CustomerNotice.kind,
            CustomerNotice.status,
            CustomerNotice.created_at,
        ).where(
            CustomerNotice.order_id.in_(orders),
            CustomerNotice.anomaly_id.is_not(None),
            CustomerNotice.status.in_(TOLD),
        )
    )
    return {
        (row.shipment_id or row.order_id, row.kind)
        for row in rows
        if row.status != "sent" or row.created_at > now() - AGAIN_AFTER
    }


async def send_draft(
    db: Session, notice: CustomerNotice, *, text: str | None = None, by: Actor
) -> None:
    """An agent lets a draft go, as it stands or in their own words."""
    check_draft(notice)
    if text is not None:
        notice.text = text
    notice.status, notice.settled_by = "waiting", by.id
    kept = await settings_row(db)
    notice.not_before = quiet_until(kept, now()) or now()
    await say_due(db, [notice])


async def edit_draft(db: Session, notice: CustomerNotice, *, text: str, by: Actor) -> None:
    check_draft(notice)
    notice.text, notice.settled_by = text, by.id
    await record_all(db, [said(NoticeDrafted, notice, actor=by.id)])


async def discard_draft(db: Session, notice: CustomerNotice, *, by: Actor) -> None:
    check_draft(notice)
    await settle(db, notice, "discarded", reason="choice", by=by.id)


def check_draft(notice: CustomerNotice) -> None:
    if notice.status != "draft":
        raise Conflict("This is no draft any more.", code="settled", detail=notice.status)


async def withdraw_drafts(db: Session, anomalies: Iterable[UUID], *, by: UUID | None) -> None:
    """What is over needs no warning any more."""
    rows = await db.scalars(
        select(CustomerNotice)
        .where(
            CustomerNotice.anomaly_id.in_(set(anomalies)),
            CustomerNotice.status.in_(("draft", "waiting")),
        )
        .order_by(CustomerNotice.id)
        .with_for_update()
    )
    for notice in rows.all():
        await settle(db, notice, "discarded", reason="over", by=by)


async def notice_for(
    db: Session, actor: Actor, notice_id: UUID, *, lock: bool = False
) -> CustomerNotice:
    """A notice, for whoever may see orders."""
    actor.require("order.read")
    query = select(CustomerNotice).where(CustomerNotice.id == notice_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    notice = await db.scalar(query)
    if notice is None:
        raise NotFound("There is no such notice.")
    return notice
