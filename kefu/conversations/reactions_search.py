"""What the search index does when messages come, and when texts go."""

from __future__ import annotations

from uuid import UUID

from kefu.conversations.events import MessageRecalled
from kefu.conversations.events_tools import ConversationErased
from kefu.conversations.search_index import (
    forget_conversations,
    forget_customers,
    forget_messages,
    index_messages,
)
from kefu.core.db import Session
from kefu.core.events import Fact
from kefu.core.reactions import GAPS, reacts_to
from kefu.customers.events import CustomerErased

GROUP = "search"

GAPS["search"] = 0.5


@reacts_to("message.received", "message.sent", "message.noted", group=GROUP)
async def make_findable(db: Session, facts: list[Fact]) -> None:
    """Put new messages into the index."""
    await index_messages(db, [UUID(fact.details["message"]) for fact in facts])


@reacts_to(MessageRecalled, group=GROUP)
async def forget_recalled(db: Session, facts: list[Fact]) -> None:
    """Take recalled messages out."""
    messages = {UUID(fact.details["message"]) for fact in facts}
    await forget_messages(db, {fact.subject for fact in facts}, messages)


@reacts_to(ConversationErased, group=GROUP)
async def forget_erased(db: Session, facts: list[Fact]) -> None:
    """Take conversations out that were kept long enough."""
    await forget_conversations(db, {fact.subject for fact in facts})


@reacts_to(CustomerErased, group=GROUP)
async def forget_persons(db: Session, facts: list[Fact]) -> None:
    """Take everything out that erased customers wrote and were told.

    Here and not in the erasure itself: an indexing that read the text before is over by now.
    """
    await forget_customers(db, {fact.subject for fact in facts})
