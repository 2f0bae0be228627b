"""What follows from orders: the figures of their customers, told in batches."""

from __future__ import annotations

from uuid import UUID

from kefu.commerce.events import (
    OrderCancelled,
    OrderChanged,
    OrderPaid,
    OrderPlaced,
    RefundPaid,
)
from kefu.commerce.purchases import tell_purchases
from kefu.core.db import Session
from kefu.core.events import Fact
from kefu.core.reactions import reacts_to
from kefu.customers.events_merging import CustomerMerged, CustomerUnmerged


@reacts_to(OrderPlaced, OrderPaid, OrderCancelled, OrderChanged, RefundPaid)
async def count_purchases(db: Session, facts: list[Fact]) -> None:
    """Live orders may start care; figures of old ones only count."""
    live = {fact.customer for fact in facts if fact.customer and not fact.details.get("historic")}
    old = {fact.customer for fact in facts if fact.customer} - live
    await tell_purchases(db, live, historic=False)
    await tell_purchases(db, old, historic=True)


@reacts_to(CustomerMerged, CustomerUnmerged)
async def count_again(db: Session, facts: list[Fact]) -> None:
    """Orders moved with their customers: both have other figures now, and nothing starts."""
    people = {fact.subject for fact in facts}
    people |= {UUID(fact.details["other"]) for fact in facts}
    await tell_purchases(db, people, historic=True)
