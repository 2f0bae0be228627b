"""What becomes of scheduled messages when their conversation is closed."""

from __future__ import annotations

from kefu.conversations.events import ConversationClosed
from kefu.conversations.scheduled import cancel_waiting
from kefu.core.db import Session
from kefu.core.events import Fact
from kefu.core.reactions import reacts_to


@reacts_to(ConversationClosed)
async def cancel_scheduled(db: Session, facts: list[Fact]) -> None:
    """A closed conversation gets no message any more, even if it is opened again."""
    await cancel_waiting(db, {fact.subject for fact in facts}, reason="closed")
