"""Handing over: what is due goes to whoever can reach the customer, and is reported back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from kefu.commerce.logistics.settling import settle
from kefu.commerce.logistics.wishes import ways_wished
from kefu.commerce.model_notices import CustomerNotice
from kefu.core.db import Session


@dataclass(frozen=True, slots=True)
class DueNotice:
    """What a customer is to be told now; `way` is the one they asked for, if they did."""

    id: UUID
    customer: UUID
    order: UUID
    text: str
    way: str | None


async def due_notices(db: Session, ids: Iterable[UUID]) -> list[DueNotice]:
    """Those of these that still wait, locked; one that was told or taken back is left out."""
    rows = await db.scalars(
        select(CustomerNotice)
        .where(
            CustomerNotice.id.in_(set(ids)),
            CustomerNotice.status == "waiting",
            CustomerNotice.customer_id.is_not(None),
        )
        .order_by(CustomerNotice.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    notices = rows.all()
    wished = await ways_wished(db, {row.customer_id for row in notices if row.customer_id})
    return [
        DueNotice(row.id, row.customer_id, row.order_id, row.text, wished.get(row.customer_id))
        for row in notices
        if row.customer_id
    ]


async def report_notice(
    db: Session,
    notice_id: UUID,
    *,
    way: str | None = None,
    reason: str | None = None,
    conversation: UUID | None = None,
) -> None:
    """It was told by this way, or could not be; a second report changes nothing."""
    notice = await db.get(CustomerNotice, notice_id, with_for_update=True, populate_existing=True)
    if notice is None or notice.status != "waiting":
        return
    status = "sent" if way else "undelivered"
    await settle(db, notice, status, way=way, reason=reason, conversation=conversation)
