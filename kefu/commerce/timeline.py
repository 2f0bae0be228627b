"""Orders in a customer's timeline: their numbers, joined when somebody looks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from kefu.commerce.access import visible_to
from kefu.commerce.events import (
    OrderCancelled,
    OrderCompleted,
    OrderDelivered,
    OrderPaid,
    OrderPlaced,
    OrderShipped,
    RefundApproved,
    RefundFailed,
    RefundPaid,
    RefundRefused,
    RefundRequested,
)
from kefu.commerce.model_orders import Order
from kefu.core.db import Session
from kefu.core.events import FactRow
from kefu.customers import timeline_entry
from kefu.identity import Actor


@timeline_entry(
    OrderPlaced.kind,
    OrderPaid.kind,
    OrderShipped.kind,
    OrderDelivered.kind,
    OrderCompleted.kind,
    OrderCancelled.kind,
    RefundRequested.kind,
    RefundApproved.kind,
    RefundPaid.kind,
    RefundFailed.kind,
    RefundRefused.kind,
)
async def show_orders(
    db: Session, actor: Actor, facts: Sequence[FactRow]
) -> dict[int, dict[str, Any]]:
    """The number of each order, for whoever may see orders."""
    rows = await db.execute(
        select(Order.id, Order.number).where(
            Order.id.in_({fact.subject for fact in facts}), visible_to(actor)
        )
    )
    numbers = {row.id: row.number for row in rows}
    return {
        fact.id: {"order": str(fact.subject), "number": numbers[fact.subject]}
        for fact in facts
        if fact.subject in numbers
    }
