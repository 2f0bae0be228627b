"""Helping: an order that its customer could not finish is brought over its step by an agent."""

from __future__ import annotations

from kefu.commerce.events import OrderAssisted, OrderChanged
from kefu.commerce.model_orders import Order
from kefu.commerce.telling import head_of
from kefu.core.db import Session
from kefu.core.errors import Conflict
from kefu.core.events import record
from kefu.identity import Actor


async def assist(db: Session, order: Order, *, by: Actor) -> None:
    """From now on this agent helps; once the order goes on, it is counted as service's own."""
    by.require("order.edit")
    if order.status != "created":
        raise Conflict("This order goes its way already; it needs no help to be finished.")
    if order.assisted_by is not None:
        raise Conflict("A colleague is helping with this order already.")
    order.assisted_by = by.id
    await record(db, OrderChanged(**head_of(vars(order)), actor=by.id, changed=("assisted_by",)))


def finished_with_help(order: Order, before: str) -> list[OrderAssisted]:
    """Note the help of an order that has just gone on; nothing where nobody helped."""
    goes_on = before == "created" and order.status not in ("created", "cancelled")
    if order.assisted_by is None or not goes_on or order.source == "service":
        return []
    order.source = "service"
    step = order.unfinished_step or "confirmation"
    return [OrderAssisted(**head_of(vars(order)), actor=order.assisted_by, step=step)]


def clear_step(order: Order) -> None:
    """An order that goes on is not stuck any more."""
    if order.status != "created":
        order.unfinished_step = None
