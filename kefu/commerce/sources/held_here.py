"""Held here: orders that we cancelled and whose shop only repeats where they stood before.

Whoever asks is told rightly that they are cancelled; where the shop goes on, it is believed.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Select, and_, select

from kefu.commerce.carrying_out import CANCELLED
from kefu.commerce.holding import IS_HELD, stays_cancelled
from kefu.commerce.model_order_care import OrderChange
from kefu.commerce.model_orders import Order
from kefu.commerce.model_sources import BookEntry, Source
from kefu.core.db import Session


async def held_against(db: Session, source: Source, says: Mapping[str, str]) -> set[str]:
    """Which of these orders stay cancelled against the status that the book says."""
    rows = await db.execute(cancelled_here(source).where(Order.number.in_(says)))
    return {number for number, change in rows if stays_cancelled(says[number], change)}


async def said_too(db: Session, source: Source, says: Mapping[str, str]) -> set[str]:
    """Which of these orders the book has cancelled as well, after we did."""
    numbers = [number for number, status in says.items() if status == CANCELLED]
    rows = await db.execute(cancelled_here(source).where(Order.number.in_(numbers)))
    return {number for number, _ in rows}


async def held_in_book(db: Session, source: Source) -> set[str]:
    """The same for the whole book, by its last word of each order."""
    entry = and_(BookEntry.source_id == source.id, BookEntry.number == Order.number)
    rows = await db.execute(
        cancelled_here(source).join(BookEntry, entry).add_columns(BookEntry.status)
    )
    return {number for number, change, said in rows if stays_cancelled(said, change)}


def cancelled_here(source: Source) -> Select[str, OrderChange]:
    return (
        select(Order.number, OrderChange)
        .join(OrderChange, OrderChange.order_id == Order.id)
        .where(Order.shop_id == source.shop_id, Order.status == "cancelled")
        .where(OrderChange.kind == "cancel", *IS_HELD)
    )
