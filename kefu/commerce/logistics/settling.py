"""Settling: a notice is handed over when its moment has come, and what came of it is said once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from kefu.commerce.events_logistics import NoticeDue, NoticeEvent, NoticeSettled
from kefu.commerce.logistics.settings import notice_settings
from kefu.commerce.model_logistics import LogisticsSettings
from kefu.commerce.model_notices import CustomerNotice
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.events import record_all
from kefu.core.worktime import Hours, between, is_open, next_openings


async def say_due(db: Session, notices: Sequence[CustomerNotice]) -> None:
    """Hand over those whose moment has come."""
    at = now()
    due = [one for one in notices if one.not_before is None or one.not_before <= at]
    for one in due:
        one.handed_at = at
    await record_all(db, [said(NoticeDue, one) for one in due])


async def release_due(db: Session, limit: int = 500) -> int:
    """Hand over what had to wait for the morning."""
    rows = await db.scalars(
        select(CustomerNotice)
        .where(
            CustomerNotice.status == "waiting",
            CustomerNotice.handed_at.is_(None),
            CustomerNotice.not_before <= now(),
        )
        .order_by(CustomerNotice.not_before)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    notices = rows.all()
    await say_due(db, notices)
    return len(notices)


def quiet_until(kept: LogisticsSettings, at: datetime) -> datetime | None:
    """When the quiet hours end in which this moment lies; nothing outside of them."""
    quiet = notice_settings(kept)["quiet"]
    if not quiet:
        return None
    hours = Hours(ZoneInfo(quiet["timezone"]), ((between(quiet["from"], quiet["to"]),),) * 7)
    return next_openings(at, hours, count=1)[0][1] if is_open(at, hours) else None


async def settle(
    db: Session,
    notice: CustomerNotice,
    status: str,
    *,
    reason: str | None = None,
    way: str | None = None,
    conversation: UUID | None = None,
    by: UUID | None = None,
) -> None:
    """What came of it; said once."""
    notice.status, notice.reason, notice.way = status, reason, way
    notice.conversation_id, notice.settled_at = conversation, now()
    notice.settled_by = by or notice.settled_by
    event = said(NoticeSettled, notice, actor=by, conversation=conversation, **outcome_of(notice))
    await record_all(db, [event])


def outcome_of(notice: CustomerNotice) -> dict[str, Any]:
    return {"outcome": notice.status, "way": notice.way, "reason": notice.reason}


def said(kind: type[NoticeEvent], notice: CustomerNotice, **more: Any) -> NoticeEvent:
    return kind(
        subject=notice.id,
        customer=notice.customer_id,
        order=notice.order_id,
        about=notice.kind,
        shipment=notice.shipment_id,
        anomaly=notice.anomaly_id,
        **more,
    )
