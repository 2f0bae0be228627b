"""What customers do when a match is found, and after a merge."""

from __future__ import annotations

from uuid import UUID

from kefu.core.db import Session
from kefu.core.events import Fact
from kefu.core.reactions import reacts_to
from kefu.customers.deciding import merge_sure
from kefu.customers.events_merging import CustomerMerged, MatchFound
from kefu.customers.merging import gather_strays


@reacts_to(MatchFound, group="customers")
async def merge_the_same(db: Session, facts: list[Fact]) -> None:
    """Merge at once whom a proven number shows to be one person."""
    await merge_sure(db, facts)


@reacts_to(CustomerMerged, group="customers")
async def gather(db: Session, facts: list[Fact]) -> None:
    """Let rows follow that were being written to the one merged away in that moment."""
    await gather_strays(db, {UUID(fact.details["other"]) for fact in facts})
