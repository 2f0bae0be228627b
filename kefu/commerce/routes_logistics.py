"""Routes of logistics: scans come in; problems and notices are listed and seen to."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query

from kefu.commerce.logistics import listing, wishes
from kefu.commerce.logistics.closing import anomaly_for, handle
from kefu.commerce.logistics.drafting import discard_draft, edit_draft, notice_for, send_draft
from kefu.commerce.logistics.ingesting import ingest
from kefu.commerce.model_logistics import DeliveryAnomaly
from kefu.commerce.model_notices import CustomerNotice
from kefu.commerce.schemas_logistics import (
    AnomalyCounts,
    AnomalyRow,
    ClosureBody,
    Ingestion,
    NoticeRow,
    NoticeSending,
    NoticeText,
    ScanBatch,
    WishShape,
)
from kefu.core.http import Db
from kefu.core.paging import Cursor, Limit
from kefu.core.shapes import Page
from kefu.customers import customer_for
from kefu.identity import CurrentActor

router = APIRouter(prefix="/api/v1", tags=["logistics"])

Problem = Literal[
    "stuck", "loop", "wrong_region", "exception", "return_to_sender", "lost", "delayed_scan",
    "promise_at_risk", "promise_broken",
]  # fmt: skip
Severity = Literal["low", "medium", "high", "critical"]
NoticeStatus = Literal["draft", "waiting", "sent", "undelivered", "discarded", "suppressed"]


@router.post("/tracking-events", status_code=202)
async def post_tracking_events(body: ScanBatch, db: Db, actor: CurrentActor) -> Ingestion:
    """Scans of parcels, up to a thousand: in any order, more than once, before their parcel."""
    actor.require("tracking.write")
    return Ingestion.model_validate(await ingest(db, [scan.scan() for scan in body.events]))


@router.get("/delivery-anomalies")
async def get_anomalies(
    db: Db,
    actor: CurrentActor,
    state: listing.State = "open",
    kind: Problem | None = None,
    severity: Severity | None = None,
    order: UUID | None = None,
    cursor: Cursor = None,
    limit: Limit = 30,
) -> Page[AnomalyRow]:
    actor.require("anomaly.read")
    rows, following = await listing.anomalies(
        db, state=state, kind=kind, severity=severity, order=order, cursor=cursor, limit=limit
    )
    drafts = await listing.notices_about(db, [row.id for row in rows])
    items = [shown(row, drafts.get(row.id)) for row in rows]
    return Page(items=items, next_cursor=following)


def shown(anomaly: DeliveryAnomaly, notice: CustomerNotice | None) -> AnomalyRow:
    row = AnomalyRow.model_validate(anomaly)
    row.notice = NoticeRow.model_validate(notice) if notice else None
    return row


@router.get("/delivery-anomalies/counts")
async def get_counts(db: Db, actor: CurrentActor) -> AnomalyCounts:
    actor.require("anomaly.read")
    return AnomalyCounts(**await listing.counts(db))


@router.get("/delivery-anomalies/{anomaly_id}")
async def get_anomaly(anomaly_id: UUID, db: Db, actor: CurrentActor) -> AnomalyRow:
    anomaly = await anomaly_for(db, actor, anomaly_id)
    return shown(anomaly, (await listing.notices_about(db, [anomaly.id])).get(anomaly.id))


@router.post("/delivery-anomalies/{anomaly_id}/closure")
async def post_closure(
    anomaly_id: UUID, body: ClosureBody, db: Db, actor: CurrentActor
) -> AnomalyRow:
    actor.require("anomaly.handle")
    anomaly = await anomaly_for(db, actor, anomaly_id, lock=True)
    await handle(db, anomaly, remedy=body.remedy, by=actor)
    return shown(anomaly, (await listing.notices_about(db, [anomaly.id])).get(anomaly.id))


@router.get("/customer-notices")
async def get_notices(
    db: Db,
    actor: CurrentActor,
    order: UUID | None = None,
    customer: UUID | None = None,
    status: Annotated[NoticeStatus | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = 30,
) -> Page[NoticeRow]:
    actor.require("order.read")
    rows, following = await listing.notices(
        db, order=order, customer=customer, status=status, cursor=cursor, limit=limit
    )
    return Page(items=[NoticeRow.model_validate(row) for row in rows], next_cursor=following)


@router.patch("/customer-notices/{notice_id}")
async def patch_notice(notice_id: UUID, body: NoticeText, db: Db, actor: CurrentActor) -> NoticeRow:
    actor.require("notice.send")
    notice = await notice_for(db, actor, notice_id, lock=True)
    await edit_draft(db, notice, text=body.text, by=actor)
    return NoticeRow.model_validate(notice)


@router.post("/customer-notices/{notice_id}/sending")
async def post_sending(
    notice_id: UUID, body: NoticeSending, db: Db, actor: CurrentActor
) -> NoticeRow:
    """Send a draft, as it stands or with the words given."""
    actor.require("notice.send")
    notice = await notice_for(db, actor, notice_id, lock=True)
    await send_draft(db, notice, text=body.text, by=actor)
    return NoticeRow.model_validate(notice)


@router.delete("/customer-notices/{notice_id}")
async def delete_notice(notice_id: UUID, db: Db, actor: CurrentActor) -> NoticeRow:
    """Discard a draft."""
    actor.require("notice.send")
    notice = await notice_for(db, actor, notice_id, lock=True)
    await discard_draft(db, notice, by=actor)
    return NoticeRow.model_validate(notice)


@router.get("/customers/{customer_id}/notice-wish")
async def get_wish(customer_id: UUID, db: Db, actor: CurrentActor) -> WishShape:
    actor.require("order.read")
    customer = await customer_for(db, actor, customer_id)
    kept = await wishes.wish_of(db, customer.id)
    return WishShape.model_validate({"wanted": kept.wanted, "way": kept.way})


@router.put("/customers/{customer_id}/notice-wish")
async def put_wish(customer_id: UUID, body: WishShape, db: Db, actor: CurrentActor) -> WishShape:
    actor.require("order.edit")
    customer = await customer_for(db, actor, customer_id)
    await wishes.wish(db, customer.id, wanted=body.wanted, way=body.way, by=actor.id)
    return body
