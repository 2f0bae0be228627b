"""Who hears of what happens in conversations, and who may see their customers."""

from __future__ import annotations

from kefu.conversations.informing import open_doors, tell_agents, tell_mentioned
from kefu.core.db import Session
from kefu.core.events import Fact
from kefu.core.reactions import reacts_to


@reacts_to("conversation.transferred", "conversation.reopened", group="notices")
async def inform(db: Session, facts: list[Fact]) -> None:
    """Hand-overs and returns."""
    await tell_agents(db, facts)


@reacts_to("message.noted", group="notices")
async def inform_mentioned(db: Session, facts: list[Fact]) -> None:
    """Mentions in notes."""
    await tell_mentioned(db, facts)


@reacts_to(
    "conversation.opened",
    "conversation.assigned",
    "conversation.transferred",
    group="notices",
)
async def let_in(db: Session, facts: list[Fact]) -> None:
    """Doors to the customer's page."""
    await open_doors(db, facts)
