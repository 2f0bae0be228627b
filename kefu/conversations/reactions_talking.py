"""Reactions that count how customers talk and how often they come, off the message path."""

from __future__ import annotations

from kefu.conversations.events import ConversationOpened, ConversationRated
from kefu.conversations.talking import count_service, count_talk
from kefu.core.db import Session
from kefu.core.events import Fact
from kefu.core.reactions import GAPS, reacts_to

GROUP = "talking"
GAPS[GROUP] = 0.5


@reacts_to("message.received", group=GROUP)
async def listen(db: Session, facts: list[Fact]) -> None:
    await count_talk(db, facts)


@reacts_to(ConversationOpened, ConversationRated, group=GROUP)
async def count(db: Session, facts: list[Fact]) -> None:
    await count_service(db, facts)
