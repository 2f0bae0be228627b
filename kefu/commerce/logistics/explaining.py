"""Explaining: what a notice to a customer is about, and what let it be written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kefu.commerce.logistics.messaging import BY_RULE
from kefu.commerce.model_logistics import DeliveryAnomaly
from kefu.commerce.model_notices import CustomerNotice
from kefu.commerce.model_orders import Order
from kefu.core.db import Session
from kefu.core.events import FactRow

DUE = ("notice.due", "notice.drafted")


@dataclass(frozen=True, slots=True)
class NoticeBehind:
    """A notice as it was told; `run` is the line of a rule's log that asked for it.

    `about` names the step of the order, or the problem, of which it tells.
    """

    about: str
    order: UUID
    number: str
    shipment: UUID | None
    anomaly: str | None
    worded_at: datetime
    sent_by: UUID | None
    run: UUID | None
    cause: dict[str, Any] | None


async def notice_behind(db: Session, notice_id: UUID) -> NoticeBehind | None:
    """What stands behind the notice with this id, if it is one."""
    found = (
        await db.execute(
            select(CustomerNotice, Order.number, DeliveryAnomaly.kind)
            .join(Order, Order.id == CustomerNotice.order_id)
            .outerjoin(DeliveryAnomaly, DeliveryAnomaly.id == CustomerNotice.anomaly_id)
            .where(CustomerNotice.id == notice_id)
        )
    ).first()
    if found is None:
        return None
    notice, number, anomaly = found
    of_rule = notice.key.startswith(BY_RULE)
    return NoticeBehind(
        about=notice.kind,
        order=notice.order_id,
        number=number,
        shipment=notice.shipment_id,
        anomaly=anomaly,
        worded_at=notice.created_at,
        sent_by=notice.settled_by,
        run=UUID(notice.key.removeprefix(BY_RULE)) if of_rule else None,
        cause=await cause_of(db, notice_id),
    )


async def cause_of(db: Session, notice_id: UUID) -> dict[str, Any] | None:
    """The rule that the notice's own facts name, where one wrote it in its own transaction."""
    cause: dict[str, Any] | None = await db.scalar(
        select(FactRow.cause)
        .where(FactRow.subject == notice_id, FactRow.kind.in_(DUE), FactRow.cause.is_not(None))
        .order_by(FactRow.id)
        .limit(1)
    )
    return cause
