"""What conversations do when their customer turns out to be another one, or is two again."""

from __future__ import annotations

from uuid import UUID

from kefu.conversations.following import show_whose
from kefu.core.db import Session
from kefu.core.events import Fact
from kefu.core.reactions import reacts_to
from kefu.customers import CustomerMerged, CustomerUnmerged


@reacts_to(CustomerMerged, CustomerUnmerged)
async def follow_customers(db: Session, facts: list[Fact]) -> None:
    """The conversations have moved with the merge itself; the names on them follow."""
    await show_whose(
        db, {fact.subject for fact in facts} | {UUID(fact.details["other"]) for fact in facts}
    )
