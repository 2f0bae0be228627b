"""Revealing: whom an order goes to in plain, for a reason, and remembered."""

from __future__ import annotations

from kefu.commerce.events import OrderRevealed
from kefu.commerce.model_orders import Order
from kefu.commerce.schemas import Revealed
from kefu.core.db import Session
from kefu.core.events import record
from kefu.identity import Actor


async def reveal_order(db: Session, order: Order, *, reason: str, by: Actor) -> Revealed:
    by.require("order.reveal")
    seen = OrderRevealed(subject=order.id, customer=order.customer_id, actor=by.id, reason=reason)
    await record(db, seen)
    return Revealed.model_validate(order, from_attributes=True)
