"""Windows: until when an order is changed by itself, and what happens one second later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import or_, select

from kefu.commerce.events_order_care import OrderWindowChanged
from kefu.commerce.model import Shop
from kefu.commerce.model_order_care import CHANGE_KINDS, OrderWindow
from kefu.commerce.model_orders import Order
from kefu.core.db import Session
from kefu.core.errors import Conflict, Invalid, NotFound
from kefu.core.events import record

LONGEST_MINUTES = 60 * 24 * 365
RUNNING = ("created", "paid", "processing", "shipped")
"""Afterwards nothing is left to change; what was delivered is returned."""

WhyClosed = Literal["status", "time"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a kind of change goes by itself now; if not why, and whether somebody may decide."""

    kind: str
    is_open: bool
    closes_at: datetime | None
    why: WhyClosed | None
    special: bool


def verdict(window: OrderWindow, order: Order, at: datetime) -> Verdict:
    """The last moment of a window belongs to it."""
    closes = window.closes_at(order.placed_at)
    why: WhyClosed | None = None
    if order.status not in window.statuses:
        why = "status"
    elif closes is not None and at > closes:
        why = "time"
    return Verdict(
        window.kind, why is None, closes, why, window.special and order.status in RUNNING
    )


async def windows_of(db: Session, shop: UUID) -> dict[str, OrderWindow]:
    """The window of each kind for this shop: its own, or else the general one."""
    found = await db.scalars(
        select(OrderWindow)
        .where(or_(OrderWindow.shop_id == shop, OrderWindow.shop_id.is_(None)))
        .order_by(OrderWindow.shop_id.is_not(None))
    )
    return {window.kind: window for window in found}


async def all_windows(db: Session) -> Sequence[OrderWindow]:
    query = select(OrderWindow).order_by(OrderWindow.shop_id.is_not(None), OrderWindow.shop_id)
    return (await db.scalars(query.order_by(OrderWindow.kind))).all()


async def set_window(
    db: Session, kind: str, given: Mapping[str, Any], *, shop: UUID | None, by: UUID
) -> OrderWindow:
    """Say until when this kind goes by itself, for one shop or for all that have no own window."""
    if shop is not None and await db.get(Shop, shop) is None:
        raise Invalid("There is no such shop.", field="shop_id")
    window = await window_with(db, kind, shop)
    if window is None:
        window = OrderWindow(kind=kind, shop_id=shop)
        db.add(window)
    for name, value in given.items():
        setattr(window, name, value)
    await db.flush()
    event = OrderWindowChanged(
        subject=window.id,
        actor=by,
        change_kind=kind,
        shop=shop,
        statuses=tuple(window.statuses),
        minutes=window.minutes,
        special=window.special,
    )
    await record(db, event)
    return window


async def forget_window(db: Session, kind: str, *, shop: UUID | None, by: UUID) -> None:
    """Let a shop follow the general window again."""
    if shop is None:
        raise Conflict("The general window stays; it can be changed.", field="shop")
    window = await window_with(db, kind, shop)
    if window is None:
        raise NotFound("This shop has no window of its own for this.")
    event = OrderWindowChanged(subject=window.id, actor=by, change_kind=kind, shop=shop)
    await db.delete(window)
    await record(db, event)


async def window_with(db: Session, kind: str, shop: UUID | None) -> OrderWindow | None:
    if kind not in CHANGE_KINDS:
        raise NotFound("There is no such kind of change.")
    found: OrderWindow | None = await db.scalar(
        select(OrderWindow)
        .where(OrderWindow.kind == kind, OrderWindow.shop_id.is_not_distinct_from(shop))
        .with_for_update()
    )
    return found
