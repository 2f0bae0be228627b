"""Drafts: what an agent has begun to write is kept on the server, per conversation."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from kefu.conversations.model import Conversation
from kefu.conversations.model_tools import Draft
from kefu.core.clock import iso, now
from kefu.core.db import Session, pushes_of
from kefu.core.realtime import Push
from kefu.customers import erases_customer


async def save_draft(db: Session, conversation: Conversation, text: str, *, by: UUID) -> None:
    """Keep what is written so far; an empty text drops it.

    A draft is no fact: it comes with every pause in typing, and only its writer sees it.
    """
    if not text.strip():
        await drop_draft(db, conversation, by=by)
        return
    at = now()
    statement = insert(Draft).values(
        agent_id=by, conversation_id=conversation.id, text=text, updated_at=at
    )
    await db.execute(
        statement.on_conflict_do_update(
            index_elements=["agent_id", "conversation_id"],
            set_={"text": statement.excluded.text, "updated_at": at},
        )
    )
    _show(db, conversation, text, by=by)


async def drop_draft(db: Session, conversation: Conversation, *, by: UUID) -> None:
    """Forget it."""
    await db.execute(
        delete(Draft).where(Draft.agent_id == by, Draft.conversation_id == conversation.id)
    )
    _show(db, conversation, "", by=by)


async def draft_of(db: Session, conversation: UUID, *, by: UUID) -> str:
    """What this agent has begun to write there."""
    query = select(Draft.text).where(Draft.agent_id == by, Draft.conversation_id == conversation)
    return await db.scalar(query) or ""


@erases_customer
async def erase_drafts(db: Session, customer: UUID) -> None:
    """What was begun to be written to an erased customer goes too."""
    theirs = select(Conversation.id).where(Conversation.customer_id == customer)
    await db.execute(delete(Draft).where(Draft.conversation_id.in_(theirs)))


def _show(db: Session, conversation: Conversation, text: str, *, by: UUID) -> None:
    """Tell the agent's other windows."""
    data: dict[str, Any] = {"conversation": str(conversation.id), "text": text}
    frame = {
        "t": "event",
        "kind": "draft.saved",
        "subject": str(conversation.id),
        "conversation": str(conversation.id),
        "actor": str(by),
        "at": iso(now()),
        "details": {},
        "data": data,
    }
    pushes_of(db).append(Push.of([f"agent:{by}"], frame))
