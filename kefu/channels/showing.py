"""Showing: what visitors see of their conversation and of the inbox."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from kefu.channels.schemas import WidgetConfig
from kefu.conversations import (
    Conversation,
    Inbox,
    Kind,
    Message,
    Sender,
    messages_after,
    messages_before,
    shown_messages,
    visitor_row,
)
from kefu.core.db import Session
from kefu.core.settings import Settings

PAGE = 50
TEXT_LIMIT = 8000


async def shown_conversation(db: Session, conversation: Conversation) -> dict[str, Any]:
    """The visitor's row, with what they have not read and how they rated it."""
    unread = await db.scalar(
        select(func.count())
        .select_from(Message)
        .where(
            Message.conversation_id == conversation.id,
            Message.seq > conversation.customer_seen_seq,
            Message.sender_type.in_((Sender.AGENT, Sender.BOT)),
            Message.kind != Kind.NOTE,
            Message.recalled_at.is_(None),
        )
    )
    score = conversation.rating_score
    row = await visitor_row(db, conversation)
    return row | {"unread": unread, "rating": None if score is None else {"score": score}}


async def messages_for_visitor(
    db: Session,
    conversation: Conversation,
    *,
    before: int | None = None,
    after: int | None = None,
    limit: int = PAGE,
) -> tuple[list[dict[str, Any]], bool]:
    """A page of what was said, notes left out, oldest first; and whether there is more."""
    if after is not None:
        found = await messages_after(db, conversation.id, after=after, limit=limit + 1, notes=False)
        page = found[:limit]
    else:
        found = await messages_before(
            db, conversation.id, before=before, limit=limit + 1, notes=False
        )
        page = found[-limit:]
    return await shown_messages(db, conversation, page), len(found) > limit


def config_of(inbox: Inbox, chosen: Settings, *, is_open: bool) -> WidgetConfig:
    """What the inbox tells its widget."""
    given = inbox.settings
    return WidgetConfig(
        name=given.get("display_name") or inbox.name,
        greeting=inbox.greeting,
        away_greeting=inbox.away_greeting,
        avatar=given.get("avatar") or "",
        colour=inbox.colour,
        locale=inbox.locale,
        open=is_open,
        hours=given.get("hours") or "",
        suggestions=given.get("suggestions") or [],
        text_limit=TEXT_LIMIT,
        file_limit=chosen.upload_limit,
        require_identity=inbox.require_identity,
    )
