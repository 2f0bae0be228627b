"""Messaging: words of our own to the customers of orders, by the way that notices go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from kefu.commerce.logistics.noticing import store
from kefu.commerce.logistics.recipients import Recipients, known_of
from kefu.commerce.logistics.settings import settings_row
from kefu.commerce.logistics.settling import quiet_until
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.ids import uuid7

MESSAGE = "message"
BY_RULE = "rule:"
"""How the keys of messages begin that a rule asked for; the line of its log follows."""


@dataclass(frozen=True, slots=True)
class Message:
    """What the customer of an order is to read; said twice under one key, it is told once."""

    key: str
    order: UUID
    text: str


async def message(db: Session, messages: Sequence[Message]) -> Mapping[str, str | None]:
    """By key, why a message was kept back; nothing where it goes, in quiet hours later."""
    known = await known_of(db, {one.order for one in messages})
    reasons = {one.key: kept_back(one.order, known) for one in messages}
    until = quiet_until(await settings_row(db), now())
    rows = [row_of(one, known, until or now()) for one in messages if reasons[one.key] is None]
    await store(db, sorted(rows, key=lambda row: str(row["key"])))
    return reasons


def kept_back(order_id: UUID, known: Recipients) -> str | None:
    order = known.orders.get(order_id)
    if order is None:
        return "gone"
    if order.historic:
        return "too_old"
    if order.customer_id is None:
        return "no_customer"
    return "not_wanted" if order.customer_id in known.unwanted else None


def row_of(one: Message, known: Recipients, at: Any) -> dict[str, Any]:
    order = known.orders[one.order]
    return {
        "id": uuid7(),
        "key": one.key,
        "kind": MESSAGE,
        "order_id": order.id,
        "shipment_id": None,
        "customer_id": order.customer_id,
        "text": one.text.replace("{number}", order.number),
        "status": "waiting",
        "reason": None,
        "not_before": at,
        "settled_at": None,
        "created_at": now(),
    }
