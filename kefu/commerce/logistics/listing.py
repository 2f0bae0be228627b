"""Listing: problems with the notice that belongs to each, and notices of an order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Select, func, select, tuple_

from kefu.commerce.model_logistics import DeliveryAnomaly
from kefu.commerce.model_notices import CustomerNotice
from kefu.commerce.parcels.anomalies import SEVERITIES
from kefu.core.db import Session
from kefu.core.paging import page_of, read_cursor

State = Literal["open", "overdue", "closed", "all"]


async def anomalies(
    db: Session,
    *,
    state: State,
    kind: str | None,
    severity: str | None,
    order: UUID | None,
    cursor: str | None,
    limit: int,
) -> tuple[list[DeliveryAnomaly], str | None]:
    """Open ones by urgency, then the latest first; closed ones and all of them the latest first."""
    query = filtered(select(DeliveryAnomaly), state)
    for column, value in ((DeliveryAnomaly.kind, kind), (DeliveryAnomaly.order_id, order)):
        if value is not None:
            query = query.where(column == value)
    if severity is not None:
        query = query.where(DeliveryAnomaly.urgency == SEVERITIES.index(severity))
    by_urgency = state in ("open", "overdue")
    keys: tuple[Any, ...] = (DeliveryAnomaly.opened_at, DeliveryAnomaly.id)
    types: tuple[type, ...] = (datetime, UUID)
    if by_urgency:
        keys, types = (DeliveryAnomaly.urgency, *keys), (int, *types)
    if after := read_cursor(cursor, *types):
        query = query.where(tuple_(*keys) < tuple_(*after))
    rows = await db.scalars(query.order_by(*(key.desc() for key in keys)).limit(limit + 1))
    return page_of(
        rows.all(),
        limit,
        lambda row: ((row.urgency,) if by_urgency else ()) + (row.opened_at, row.id),
    )


def filtered(query: Select[DeliveryAnomaly], state: State) -> Select[DeliveryAnomaly]:
    if state == "closed":
        return query.where(DeliveryAnomaly.closed_at.is_not(None))
    if state in ("open", "overdue"):
        query = query.where(DeliveryAnomaly.closed_at.is_(None))
    return query.where(DeliveryAnomaly.overdue_at.is_not(None)) if state == "overdue" else query


async def counts(db: Session) -> dict[str, int]:
    """Open problems by severity, and those past their time."""
    rows = await db.execute(
        select(DeliveryAnomaly.urgency, func.count(), func.count(DeliveryAnomaly.overdue_at))
        .where(DeliveryAnomaly.closed_at.is_(None))
        .group_by(DeliveryAnomaly.urgency)
    )
    found = dict.fromkeys(SEVERITIES, 0) | {"overdue": 0}
    for urgency, count, overdue in rows:
        found[SEVERITIES[urgency]] = count
        found["overdue"] += overdue
    return found


async def notices_about(db: Session, anomalies: Sequence[UUID]) -> dict[UUID, CustomerNotice]:
    """The latest notice about each of these problems, by one query."""
    rows = await db.scalars(
        select(CustomerNotice)
        .where(CustomerNotice.anomaly_id.in_(anomalies))
        .order_by(CustomerNotice.id)
    )
    return {row.anomaly_id: row for row in rows if row.anomaly_id}


async def notices(
    db: Session,
    *,
    order: UUID | None,
    customer: UUID | None,
    status: str | None,
    cursor: str | None,
    limit: int,
) -> tuple[list[CustomerNotice], str | None]:
    """Notices to customers, the latest first."""
    query = select(CustomerNotice)
    wanted = (
        (CustomerNotice.order_id, order),
        (CustomerNotice.customer_id, customer),
        (CustomerNotice.status, status),
    )
    for column, value in wanted:
        if value is not None:
            query = query.where(column == value)
    if after := read_cursor(cursor, UUID):
        query = query.where(CustomerNotice.id < after[0])
    rows = await db.scalars(query.order_by(CustomerNotice.id.desc()).limit(limit + 1))
    return page_of(rows.all(), limit, lambda row: (row.id,))
