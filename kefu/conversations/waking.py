"""Waking: a conversation that was snoozed comes back when its time is over."""

from __future__ import annotations

from sqlalchemy import select

from kefu.conversations.lifecycle import wake
from kefu.conversations.model import Conversation, Status
from kefu.core.clock import now
from kefu.core.db import Session


async def wake_next(db: Session) -> bool:
    """Wake the conversation whose time was over first, if nobody else is waking it."""
    conversation = await db.scalar(
        select(Conversation)
        .where(Conversation.status == Status.SNOOZED, Conversation.snoozed_until <= now())
        .order_by(Conversation.snoozed_until)
        .limit(1)
        .with_for_update(key_share=True, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    if conversation is None:
        return False
    await wake(db, conversation, by=None)
    return True
