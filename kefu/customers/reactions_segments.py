"""Reactions of segments: whoever is new, changed or merged is looked at again."""

from __future__ import annotations

from kefu.core.db import Session
from kefu.core.events import Fact
from kefu.core.reactions import GAPS, reacts_to
from kefu.customers.events import CustomerChanged, CustomerCreated, CustomerLabelsChanged
from kefu.customers.segmenting import resegment

GROUP = "segments"
GAPS[GROUP] = 0.5


@reacts_to(
    CustomerCreated,
    CustomerChanged,
    CustomerLabelsChanged,
    "customer.merged",
    "customer.unmerged",
    group=GROUP,
)
async def look_again(db: Session, facts: list[Fact]) -> None:
    """Those of old imports by themselves: their changes start no care."""
    old = {one.customer for one in facts if one.customer and one.details.get("historic")}
    fresh = {one.customer for one in facts if one.customer} - old
    await resegment(db, old, historic=True)
    await resegment(db, fresh)
