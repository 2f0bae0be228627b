"""Reactions of dedicated service: conversations that begin, and agents who come online."""

from __future__ import annotations

from kefu.conversations.dedicated import bring_home, welcome_back
from kefu.conversations.events import ConversationOpened, ConversationReopened
from kefu.core.db import Session
from kefu.core.events import Fact
from kefu.core.reactions import reacts_to
from kefu.identity.events import AvailabilityChanged


@reacts_to(ConversationOpened, ConversationReopened, group="notices")
async def bring_to_their_agents(db: Session, facts: list[Fact]) -> None:
    await bring_home(db, facts)


@reacts_to(AvailabilityChanged, group="notices")
async def bring_who_waited(db: Session, facts: list[Fact]) -> None:
    last = {fact.subject: fact.details["availability"] for fact in facts}
    await welcome_back(db, [agent for agent, now in last.items() if now == "online"])
