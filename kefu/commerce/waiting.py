"""Waiting: single events of orders, which may come twice, late, or before their order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import select, update

from kefu.commerce.documents import Code, Document, Id
from kefu.commerce.helping import clear_step, finished_with_help
from kefu.commerce.holding import confirm_cancelled
from kefu.commerce.model import Shop
from kefu.commerce.model_orders import Order, OrderEvent
from kefu.commerce.steps import MOMENT, risen
from kefu.commerce.telling import TIMES, told_of_steps
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.events import Event, record_all
from kefu.core.ids import uuid7
from kefu.core.time_shapes import Moment
from kefu.core.writing import among, write_rows

Kind = Literal["paid", "processing", "shipped", "delivered", "completed", "cancelled"]


class EventDocument(Document):
    """One thing that happened to an order; its own id makes a repetition harmless."""

    external_id: Id
    number: Code
    kind: Kind
    at: Moment


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one event."""

    external_id: str
    result: Literal["applied", "waiting", "known"]


async def take_events(db: Session, shop: Shop, events: Sequence[EventDocument]) -> list[Told]:
    """Keep each event once, and apply those whose order is known."""
    rows: list[dict[str, Any]] = [
        {
            "id": uuid7(),
            "shop_id": shop.id,
            "number": event.number,
            "external_id": event.external_id,
            "kind": event.kind,
            "at": event.at,
            "payload": {},
            "received_at": now(),
        }
        for event in {event.external_id: event for event in events}.values()
    ]
    new = set(
        await write_rows(
            db, OrderEvent, rows, conflict="shop_id, external_id", returning="external_id"
        )
    )
    numbers = {event.number for event in events if event.external_id in new}
    found = await db.execute(
        select(Order.number, Order.id).where(Order.shop_id == shop.id, among(Order.number, numbers))
    )
    known: dict[str, UUID] = {row.number: row.id for row in found}
    await apply_waiting(db, shop, known)
    return [Told(event.external_id, result_of(event, new, known)) for event in events]


def result_of(
    event: EventDocument, new: set[str], known: Mapping[str, UUID]
) -> Literal["applied", "waiting", "known"]:
    if event.external_id not in new:
        return "known"
    return "applied" if event.number in known else "waiting"


async def apply_waiting(db: Session, shop: Shop, orders: Mapping[str, UUID]) -> None:
    """Apply to these orders (number to id) what came before them, in the order it happened."""
    if not orders:
        return
    rows = await db.scalars(
        select(OrderEvent)
        .where(
            OrderEvent.shop_id == shop.id,
            among(OrderEvent.number, orders),
            OrderEvent.applied_at.is_(None),
        )
        .order_by(OrderEvent.at, OrderEvent.id)
    )
    events = rows.all()
    if not events:
        return
    locked = await db.scalars(
        select(Order)
        .where(Order.id.in_({orders[event.number] for event in events}))
        .order_by(Order.number)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    known = {order.number: order for order in locked}
    before = {
        number: ({name: getattr(order, name) for name in TIMES}, order.status)
        for number, order in known.items()
    }
    for event in events:
        apply_event(known[event.number], event)
    facts: list[Event] = []
    for number, order in known.items():
        moments, status = before[number]
        facts += told_of_steps(vars(order), moments, status)
        facts += finished_with_help(order, status)
        clear_step(order)
    cancelled = {known[event.number].id for event in events if event.kind == "cancelled"}
    facts += await confirm_cancelled(db, cancelled)
    ids = [event.id for event in events]
    await db.execute(update(OrderEvent).where(OrderEvent.id.in_(ids)).values(applied_at=now()))
    await record_all(db, facts)


def apply_event(order: Order, event: OrderEvent) -> None:
    """The moment is kept where none is known or the event knows an earlier one."""
    moment = MOMENT[event.kind]
    status = risen(order.status, event.kind)
    if moment is not None and (event.kind != "cancelled" or status == "cancelled"):
        known = getattr(order, moment)
        setattr(order, moment, min(known, event.at) if known else event.at)
    if event.kind == "paid" and order.paid_amount == 0:
        order.paid_amount = order.total_amount
    order.status = status
