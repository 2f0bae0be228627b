"""Counting: when the hours of a rule are over, in plain or in business time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from kefu.commerce.returns.policy import Counts, Policy
from kefu.core.db import Session
from kefu.core.worktime import later
from kefu.promises import desk_hours


@dataclass(frozen=True, slots=True)
class Due:
    """A due time, and how its hours were counted: plain where no calendar says when it is open."""

    at: datetime
    counts: Counts


async def due_after(
    db: Session, rules: Policy, hours: float, counts: Counts, *, at: datetime
) -> Due:
    """So many hours later, as the rule counts them."""
    desk = await desk_hours(db, rules.calendar) if counts == "business" else None
    span = timedelta(hours=hours)
    if desk is None:
        return Due(at + span, "plain")
    return Due(later(at, span, desk.hours), "business")


async def node_due(
    db: Session, rules: Policy, node: str, *, fast: bool, at: datetime
) -> Due | None:
    """When a stay at this node that begins at `at` should be over; nothing where none is set."""
    hours = rules.hours_at(node, fast=fast)
    if hours is None:
        return None
    return await due_after(db, rules, hours, rules.counts_at(node, fast=fast), at=at)
