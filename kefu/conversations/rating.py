"""Rating: what the customer thought of a conversation, one to five and a word."""

from __future__ import annotations

from uuid import UUID

from kefu.conversations.events import ConversationRated
from kefu.conversations.model import Conversation
from kefu.conversations.telling import tell
from kefu.core.db import Session


async def rate(
    db: Session, conversation: Conversation, score: int, comment: str | None, *, by: UUID
) -> None:
    """Keep the customer's rating; given again, the last one counts."""
    comment = (comment or "").strip() or None
    if (conversation.rating_score, conversation.rating_comment) == (score, comment):
        return
    conversation.rating_score = score
    conversation.rating_comment = comment
    await tell(db, conversation, ConversationRated, by=by, score=score)
