"""Conversation rows as lists and events show them; a fixed number of queries for any number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kefu.conversations.model import Conversation, ConversationLabel, Inbox, Label
from kefu.core.clock import iso
from kefu.core.db import Session
from kefu.customers import customers_named
from kefu.identity import agents_named, teams_named


async def rows_of(db: Session, conversations: Sequence[Conversation]) -> list[dict[str, Any]]:
    """The rows of these conversations, in their order."""
    agents = await agents_named(db, {c.assignee_id for c in conversations if c.assignee_id})
    teams = await teams_named(db, {c.team_id for c in conversations if c.team_id})
    customers = await customers_named(db, {c.customer_id for c in conversations})
    inboxes = await _inboxes(db, {c.inbox_id for c in conversations})
    labels = await _labels(db, [c.id for c in conversations])
    return [
        head_of(conversation)
        | {
            "inbox": inboxes.get(conversation.inbox_id),
            "customer": _card(customers.get(conversation.customer_id), tier=True),
            "assignee": _card(agents.get(conversation.assignee_id)),  # type: ignore[arg-type]
            "team": _team(teams.get(conversation.team_id)),  # type: ignore[arg-type]
            "labels": labels.get(conversation.id, []),
        }
        for conversation in conversations
    ]


def head_of(conversation: Conversation) -> dict[str, Any]:
    """What a row says by itself, without the names of others."""
    last = None
    if conversation.last_message_at is not None:
        last = {
            "preview": conversation.last_preview,
            "sender_type": conversation.last_sender,
            "kind": conversation.last_kind,
            "at": iso(conversation.last_message_at),
        }
    rating = None
    if conversation.rating_score is not None:
        rating = {"score": conversation.rating_score, "comment": conversation.rating_comment}
    return {
        "id": str(conversation.id),
        "status": conversation.status,
        "priority": conversation.priority,
        "last_seq": conversation.last_seq,
        "last_message": last,
        "unread": conversation.unread,
        "customer_seen_seq": conversation.customer_seen_seq,
        "agent_seen_seq": conversation.agent_seen_seq,
        "delivered_seq": conversation.delivered_seq,
        "created_at": iso(conversation.created_at),
        "updated_at": iso(conversation.activity_at),
        "waiting_since": iso(conversation.waiting_since),
        "unanswered_since": iso(conversation.unanswered_since),
        "first_replied_at": iso(conversation.first_replied_at),
        "snoozed_until": iso(conversation.snoozed_until),
        "closed_at": iso(conversation.closed_at),
        "close_reason": conversation.close_reason,
        "summary": conversation.summary,
        "blocked": conversation.blocked,
        "blocked_here": conversation.blocked_here,
        "next_due_at": iso(conversation.next_due_at),
        "next_due_kind": conversation.next_due_kind,
        "rating": rating,
    }


async def visitor_row(db: Session, conversation: Conversation) -> dict[str, Any]:
    """What the customer sees of the conversation's state."""
    known = {conversation.assignee_id} if conversation.assignee_id else set()
    agents = await agents_named(db, known)
    agent = agents.get(conversation.assignee_id) if conversation.assignee_id else None
    return {
        "id": str(conversation.id),
        "status": conversation.status,
        "last_seq": conversation.last_seq,
        "agent": {"name": agent.name, "avatar": agent.avatar} if agent else None,
        "agent_seen_seq": conversation.agent_seen_seq,
        "customer_seen_seq": conversation.customer_seen_seq,
        "rated": conversation.rating_score is not None,
        "created_at": iso(conversation.created_at),
        "closed_at": iso(conversation.closed_at),
    }


async def _inboxes(db: Session, ids: set[UUID]) -> dict[UUID, dict[str, Any]]:
    rows = await db.execute(select(Inbox.id, Inbox.name, Inbox.channel).where(Inbox.id.in_(ids)))
    return {row.id: {"id": str(row.id), "name": row.name, "channel": row.channel} for row in rows}


async def _labels(db: Session, ids: list[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    rows = await db.execute(
        select(ConversationLabel.conversation_id, Label.id, Label.name, Label.colour)
        .join(Label, Label.id == ConversationLabel.label_id)
        .where(ConversationLabel.conversation_id.in_(ids))
        .order_by(Label.name)
    )
    found: dict[UUID, list[dict[str, Any]]] = {}
    for conversation, identifier, name, colour in rows:
        label = {"id": str(identifier), "name": name, "colour": colour}
        found.setdefault(conversation, []).append(label)
    return found


def _card(card: Any, *, tier: bool = False) -> dict[str, Any] | None:
    if card is None:
        return None
    shown = {"id": str(card.id), "name": card.name, "avatar": card.avatar}
    return shown | {"tier": card.tier} if tier else shown


def _team(team: Any) -> dict[str, Any] | None:
    return None if team is None else {"id": str(team.id), "name": team.name}
