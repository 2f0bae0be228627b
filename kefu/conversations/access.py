"""The doors of conversations: who may see which, and lists that start from there."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select, true

from kefu.conversations.model import Conversation, Inbox, Message
from kefu.core.db import Session
from kefu.core.errors import NotFound
from kefu.identity import Actor


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The condition on `Conversation` for this actor's scope: own, team or all.

    Everybody who serves sees what waits in their teams, or in none, without anybody's name on it:
    else no one could take it.
    """
    if actor.scope == "all":
        return true()
    mine = Conversation.assignee_id == actor.id
    nobodys = Conversation.assignee_id.is_(None)
    ours = Conversation.team_id.in_(actor.team_ids)
    teamless = and_(nobodys, Conversation.team_id.is_(None))
    # Each of the parts beside the other, so that an index answers each of them.
    return or_(mine, and_(nobodys, ours) if actor.scope == "own" else ours, teamless)


async def conversation_for(
    db: Session, actor: Actor, conversation_id: UUID, *, lock: bool = False
) -> Conversation:
    """The conversation, if this actor may see it; locked for a change if asked."""
    query = select(Conversation).where(Conversation.id == conversation_id, visible_to(actor))
    if lock:
        query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    conversation = await db.scalar(query)
    if conversation is None:
        raise NotFound("There is no such conversation.")
    return conversation


async def conversation_for_visitor(
    db: Session, customer_id: UUID, conversation_id: UUID, *, lock: bool = False
) -> Conversation:
    """The conversation, if it is this visitor's own."""
    query = select(Conversation).where(
        Conversation.id == conversation_id, Conversation.customer_id == customer_id
    )
    if lock:
        query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    conversation = await db.scalar(query)
    if conversation is None:
        raise NotFound("There is no such conversation.")
    return conversation


async def locked_conversation(db: Session, conversation_id: UUID) -> Conversation:
    """The conversation with its lock, for the product itself (adapters, reactions, jobs)."""
    query = select(Conversation).where(Conversation.id == conversation_id)
    query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    conversation = await db.scalar(query)
    if conversation is None:
        raise NotFound("There is no such conversation.")
    return conversation


async def message_in(db: Session, conversation: Conversation, message_id: UUID) -> Message:
    """A message of this conversation."""
    query = select(Message).where(
        Message.id == message_id, Message.conversation_id == conversation.id
    )
    message = await db.scalar(query)
    if message is None:
        raise NotFound("There is no such message in this conversation.")
    return message


async def inbox_with(db: Session, inbox_id: UUID, *, lock: bool = False) -> Inbox:
    """An inbox that is in use."""
    inbox: Any = await db.get(Inbox, inbox_id, with_for_update=lock or None)
    if inbox is None or inbox.archived_at is not None:
        raise NotFound("There is no such inbox.")
    return inbox  # type: ignore[no-any-return]
