"""Seeing: how far each side has read, and who looks at a conversation just now."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert

from kefu.conversations.model import Conversation, Viewer
from kefu.core.clock import now
from kefu.core.db import Session, pushes_of
from kefu.core.realtime import Push
from kefu.identity import Actor, agents_named

VIEW_SECONDS = 45

SEEN = {
    "customer": text(
        "update conversations set customer_seen_seq = :seq, "
        "delivered_seq = greatest(delivered_seq, :seq) "
        "where id = :id and customer_seen_seq < :seq and last_seq >= :seq returning id"
    ),
    "agent": text(
        "update conversations set agent_seen_seq = :seq, unread = case when :seq >= last_seq "
        "then 0 else least(unread, last_seq - :seq) end "
        "where id = :id and (agent_seen_seq < :seq or unread > 0) and last_seq >= :seq returning id"
    ),
    "delivered": text(
        "update conversations set delivered_seq = :seq "
        "where id = :id and delivered_seq < :seq and last_seq >= :seq returning id"
    ),
}


async def mark_seen(db: Session, conversation: UUID, seq: int, *, by: str) -> bool:
    """Remember that `customer` or `agent` read up to `seq` (or it was `delivered`).

    A `seq` from the future changes nothing. Returns whether anything moved.
    """
    moved = await db.execute(SEEN[by], {"id": conversation, "seq": seq})
    if moved.first() is None:
        return False
    frame = {"t": "seen", "conversation": str(conversation), "by": by, "seq": seq}
    topics = [f"c:{conversation}", f"v:{conversation}"]
    if by == "agent":
        topics.append("list:all")
    pushes_of(db).append(Push.of(topics, frame))
    return True


async def view(db: Session, conversation: Conversation, *, by: Actor) -> list[dict[str, Any]]:
    """Say that an agent looks at it for the next 45 s; returns everybody who does."""
    at = now()
    values = {"conversation_id": conversation.id, "agent_id": by.id}
    statement = insert(Viewer).values(**values, until=at + timedelta(seconds=VIEW_SECONDS))
    await db.execute(
        statement.on_conflict_do_update(
            index_elements=["conversation_id", "agent_id"],
            set_={"until": statement.excluded.until},
        )
    )
    return await _show_viewers(db, conversation.id)


async def stop_viewing(db: Session, conversation: UUID, *, by: UUID) -> None:
    """The agent looks elsewhere."""
    await db.execute(
        delete(Viewer).where(Viewer.conversation_id == conversation, Viewer.agent_id == by)
    )
    await _show_viewers(db, conversation)


async def viewers(db: Session, conversation: UUID) -> list[dict[str, Any]]:
    """The agents who look at it now."""
    ids = set(
        await db.scalars(
            select(Viewer.agent_id).where(
                Viewer.conversation_id == conversation, Viewer.until > now()
            )
        )
    )
    agents = await agents_named(db, ids)
    return [
        {"id": str(agent.id), "name": agent.name, "avatar": agent.avatar}
        for agent in sorted(agents.values(), key=lambda agent: agent.id)
    ]


async def _show_viewers(db: Session, conversation: UUID) -> list[dict[str, Any]]:
    found = await viewers(db, conversation)
    frame = {"t": "viewers", "conversation": str(conversation), "agents": found}
    pushes_of(db).append(Push.of([f"c:{conversation}"], frame))
    return found


async def last_seqs(db: Session, conversations: list[UUID]) -> dict[str, int]:
    """The last number of each conversation, for heartbeats."""
    rows = await db.execute(
        select(Conversation.id, Conversation.last_seq).where(Conversation.id.in_(conversations))
    )
    return {str(row.id): row.last_seq for row in rows}
