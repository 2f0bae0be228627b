"""Reactions: parcels are watched, problems raise the alarm, customers hear of each step."""

from __future__ import annotations

from kefu.commerce.events import (
    OrderCancelled,
    OrderChanged,
    OrderCompleted,
    OrderDelivered,
    OrderPaid,
    OrderPlaced,
    OrderProcessing,
    OrderShipped,
    RefundPaid,
    ShipmentCreated,
    ShipmentMoved,
)
from kefu.commerce.events_logistics import AnomalyOpened
from kefu.commerce.logistics.alarming import ANOMALY, CLOCK, alarm, tell_overdue
from kefu.commerce.logistics.ingesting import call_up
from kefu.commerce.logistics.noticing import tell_of_steps
from kefu.commerce.logistics.starting import watch_orders
from kefu.core.db import Session
from kefu.core.events import Fact
from kefu.core.reactions import reacts_to
from kefu.promises.events import ClockDue


@reacts_to(
    OrderPlaced, OrderPaid, OrderCancelled, OrderChanged, group="logistics",
)  # fmt: skip
async def watch_what_was_promised(db: Session, facts: list[Fact]) -> None:
    await watch_orders(db, {fact.subject for fact in facts})


@reacts_to(OrderShipped, OrderDelivered, group="logistics")
async def watch_orders_that_left(db: Session, facts: list[Fact]) -> None:
    """Their parcels are watched by themselves."""
    await watch_orders(db, {fact.subject for fact in facts}, with_parcels=False)


@reacts_to(ShipmentCreated, ShipmentMoved, group="logistics")
async def watch_parcels(db: Session, facts: list[Fact]) -> None:
    """A parcel of which its shop tells; what moved by its own scans was looked at already."""
    await call_up(db, {fact.subject for fact in facts if not fact.details.get("scanned")})


@reacts_to(AnomalyOpened, group="logistics")
async def raise_alarms(db: Session, facts: list[Fact]) -> None:
    await alarm(db, {fact.subject for fact in facts})


@reacts_to(ClockDue, group="logistics")
async def tell_what_is_overdue(db: Session, facts: list[Fact]) -> None:
    due = {fact.subject for fact in facts if is_problem(fact)}
    await tell_overdue(db, due)


def is_problem(fact: Fact) -> bool:
    details = fact.details
    return bool(details["subject_kind"] == ANOMALY and details["clock_kind"] == CLOCK)


@reacts_to(
    OrderPlaced, OrderPaid, OrderProcessing, OrderShipped, OrderDelivered, OrderCompleted,
    OrderCancelled, RefundPaid, ShipmentMoved,
    group="notices",
)  # fmt: skip
async def tell_customers(db: Session, facts: list[Fact]) -> None:
    await tell_of_steps(db, facts)
