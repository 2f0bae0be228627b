"""Finding: orders by number, telephone tail, part of a name or parcel, the newest first.

Every way has its index and is asked on its own for one page, so two million orders answer as fast
as two hundred.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, text, tuple_, union
from sqlalchemy.sql.elements import ColumnElement

from kefu.commerce.access import visible_to
from kefu.commerce.model_orders import Order
from kefu.commerce.model_shipments import Shipment
from kefu.commerce.terms import asked_terms_of
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.paging import page_of, read_cursor
from kefu.identity import Actor

PHONE_MARKS = str.maketrans("", "", " -()+.")
TAIL_FIGURES = 4
NUMBER_CHARACTERS = 3
OPEN = ("created", "paid", "processing", "shipped")

# The right index depends on what is asked: a plan for any number would suit none.
PLAN_ANEW = text("set local plan_cache_mode = force_custom_plan")


@dataclass(frozen=True)
class Asked:
    """What a list of orders is narrowed by."""

    q: str = ""
    status: str | None = None
    shop: UUID | None = None
    customer: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    late: bool = False
    unfinished: bool = False


async def orders_for(
    db: Session, actor: Actor, asked: Asked, *, cursor: str | None, limit: int
) -> tuple[list[Order], str | None]:
    """One page of the orders that this actor may see."""
    actor.require("order.read")
    key = read_cursor(cursor, datetime, UUID)
    narrowed = [visible_to(actor), *conditions(asked)]
    if key:
        narrowed.append(tuple_(Order.placed_at, Order.id) < tuple_(*key))
    await db.execute(PLAN_ANEW)
    query = newest(select(Order).where(*narrowed), limit)
    if asked.q.strip():
        query = found_by(asked.q.strip(), narrowed, limit)
    rows = (await db.scalars(query)).all()
    return page_of(rows, limit, lambda order: [order.placed_at, order.id])


def found_by(q: str, narrowed: Sequence[ColumnElement[bool]], limit: int) -> Select[Any]:
    """Each way gives its newest; the newest of all of them are the page."""
    ways = [
        newest(select(Order.id, Order.placed_at).where(*narrowed, way), limit) for way in ways_to(q)
    ]
    if not ways:
        return select(Order).where(Order.number == q)
    meant = union(*(way.subquery().select() for way in ways)).subquery()
    return newest(select(Order).where(Order.id.in_(select(meant.c.id))), limit)


def newest(query: Any, limit: int) -> Select[Any]:
    ordered: Select[Any] = query.order_by(Order.placed_at.desc(), Order.id.desc())
    return ordered.limit(limit + 1)


def ways_to(q: str) -> list[ColumnElement[bool]]:
    """What somebody may mean who says this: a number, a parcel, a telephone, a name."""
    ways: list[ColumnElement[bool]] = []
    if q.isascii() and len(q) >= NUMBER_CHARACTERS:
        ways += [begins(Order.number, spelling) for spelling in sorted({q, q.upper()})]
        parcels = select(Shipment.order_id).where(Shipment.tracking_number.in_([q, q.upper()]))
        ways.append(Order.id.in_(parcels))
    figures = q.translate(PHONE_MARKS)
    if figures.isdecimal() and figures.isascii() and len(figures) >= TAIL_FIGURES:
        tail = Order.phone_tail == figures[-TAIL_FIGURES:]
        ways.append(tail if len(figures) == TAIL_FIGURES else tail & ends(Order.phone, figures))
    if not figures.isdecimal():
        ways.append(Order.search_terms.contains(asked_terms_of(q)))
    return ways


def begins(column: Any, start: str) -> ColumnElement[bool]:
    found: ColumnElement[bool] = column.like(f"{literal(start)}%", escape="\\")
    return found


def ends(column: Any, end: str) -> ColumnElement[bool]:
    """A national number is the end of the international one; its leading zero is not."""
    found: ColumnElement[bool] = column.like(f"%{literal(end.lstrip('0'))}", escape="\\")
    return found


def literal(part: str) -> str:
    return part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def conditions(asked: Asked) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for column, value in (
        (Order.status, asked.status),
        (Order.shop_id, asked.shop),
        (Order.customer_id, asked.customer),
    ):
        if value is not None:
            found.append(column == value)
    if asked.since is not None:
        found.append(Order.placed_at >= asked.since)
    if asked.until is not None:
        found.append(Order.placed_at < asked.until)
    if asked.late:
        found += [Order.promised_by < now(), Order.status.in_(OPEN)]
    if asked.unfinished:
        found += [Order.unfinished_step.is_not(None)]
    return found
