"""Accuracy: mistakes found in orders, by cause, and that they were corrected."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.dialects.postgresql import insert

from kefu.commerce.access import visible_to
from kefu.commerce.events import OrderErrorCorrected, OrderErrorFound
from kefu.commerce.model_orders import Order, OrderError
from kefu.commerce.telling import head_of
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Conflict, NotFound
from kefu.core.events import record
from kefu.core.ids import uuid7
from kefu.core.paging import page_of, read_cursor
from kefu.identity import Actor


async def note_error(
    db: Session, order: Order, *, cause: str, note: str | None = None, by: UUID | None = None
) -> OrderError:
    """Note a mistake; each cause counts once an order."""
    written = await db.execute(
        insert(OrderError)
        .values(id=uuid7(), order_id=order.id, cause=cause, note=note, found_by=by, found_at=now())
        .on_conflict_do_nothing(index_elements=["order_id", "cause"])
        .returning(OrderError)
    )
    error = written.scalar_one_or_none()
    if error is None:
        raise Conflict("This mistake of the order is noted already.")
    await record(db, OrderErrorFound(**head_of(vars(order)), actor=by, cause=cause))
    return error


async def correct_error(db: Session, order: Order, error_id: UUID, *, by: UUID) -> OrderError:
    """Say that the mistake is corrected; it still counts."""
    error = await db.get(OrderError, error_id, with_for_update=True)
    if error is None or error.order_id != order.id:
        raise NotFound("There is no such mistake of this order.")
    if error.corrected_at is None:
        error.corrected_at = now()
        await record(db, OrderErrorCorrected(**head_of(vars(order)), actor=by, cause=error.cause))
    return error


async def errors_of(db: Session, order: UUID) -> list[OrderError]:
    rows = await db.scalars(
        select(OrderError).where(OrderError.order_id == order).order_by(OrderError.id)
    )
    return list(rows)


async def errors_for(
    db: Session, actor: Actor, *, cause: str | None, cursor: str | None, limit: int
) -> tuple[list[Any], str | None]:
    """Mistakes with the numbers of their orders, the latest first."""
    actor.require("order.read")
    query = (
        select(OrderError, Order.number)
        .join(Order, Order.id == OrderError.order_id)
        .where(visible_to(actor))
        .order_by(OrderError.found_at.desc(), OrderError.id.desc())
        .limit(limit + 1)
    )
    if cause:
        query = query.where(OrderError.cause == cause)
    key = read_cursor(cursor, datetime, UUID)
    if key:
        query = query.where(tuple_(OrderError.found_at, OrderError.id) < tuple_(*key))
    rows = (await db.execute(query)).all()
    return page_of(rows, limit, lambda row: [row[0].found_at, row[0].id])
