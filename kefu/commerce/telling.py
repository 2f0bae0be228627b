"""Telling: which facts follow from what became known of an order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from kefu.commerce.events import (
    OrderCancelled,
    OrderCompleted,
    OrderDelivered,
    OrderPaid,
    OrderPlaced,
    OrderProcessing,
    OrderShipped,
    OrderStuck,
)
from kefu.core.events import Event

TIMES = ("paid_at", "shipped_at", "delivered_at", "completed_at", "cancelled_at")


def told_of_new(order: Mapping[str, Any], lines: int) -> list[Event]:
    """A new order, and every step it has behind it already."""
    placed = OrderPlaced(
        **head_of(order),
        status=order["status"],
        total=order["total_amount"],
        currency=order["currency"],
        lines=lines,
        happened_at=order["placed_at"],
    )
    if order["historic"]:
        return [placed]
    return [placed, *told_of_steps(order, dict.fromkeys(TIMES), None)]


def told_of_steps(
    order: Mapping[str, Any], before: Mapping[str, datetime | None], status: str | None
) -> list[Event]:
    """The steps whose moment became known, in the order in which they come."""
    head = head_of(order)
    came = {name: order[name] for name in TIMES if order[name] and not before[name]}
    promised = order["promised_by"]
    events: list[Event] = []
    if at := came.get("paid_at"):
        amount, currency = order["paid_amount"], order["currency"]
        events.append(OrderPaid(**head, amount=amount, currency=currency, happened_at=at))
    if order["status"] == "processing" != status:
        events.append(OrderProcessing(**head))
    if at := came.get("shipped_at"):
        events.append(OrderShipped(**head, happened_at=at, promised_by=promised))
    if at := came.get("delivered_at"):
        events.append(OrderDelivered(**head, happened_at=at, promised_by=promised))
    if at := came.get("completed_at"):
        events.append(OrderCompleted(**head, happened_at=at))
    if at := came.get("cancelled_at"):
        events.append(OrderCancelled(**head, happened_at=at))
    if order["unfinished_step"] and status is None:
        events.append(OrderStuck(**head, step=order["unfinished_step"]))
    return events


def head_of(order: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "subject": order["id"],
        "customer": order["customer_id"],
        "historic": order["historic"],
    }
