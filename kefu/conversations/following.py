"""Following: conversations go with their customer, and show the name of whoever that is now."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select, update

from kefu.conversations.events import queue_of
from kefu.conversations.model import Conversation, Status
from kefu.conversations.model_files import File
from kefu.conversations.rows import rows_of
from kefu.core.db import Session, pushes_of
from kefu.core.realtime import Push
from kefu.customers import CustomerCard, customers_named, moves_with_customer

SHOWN = 100

moves_with_customer("conversations", Conversation)
moves_with_customer("files", File)


async def show_whose(db: Session, customers: Collection[UUID]) -> None:
    """Write the names of these customers onto their conversations, and show the open ones anew."""
    changed: list[UUID] = []
    for card in (await customers_named(db, customers)).values():
        changed += await written_onto(db, card)
    query = select(Conversation).where(
        Conversation.id.in_(changed[:SHOWN]), Conversation.status != Status.CLOSED
    )
    conversations = list(await db.scalars(query.execution_options(populate_existing=True)))
    for conversation, row in zip(conversations, await rows_of(db, conversations), strict=True):
        pushes_of(db).append(Push.of(topics_of(conversation), {"t": "rows", "rows": [row]}))


async def written_onto(db: Session, card: CustomerCard) -> list[UUID]:
    """The newest first, so that those are shown anew which somebody may be looking at."""
    stale = or_(
        Conversation.customer_name != card.name,
        Conversation.customer_tier.is_distinct_from(card.tier),
    )
    rows = await db.scalars(
        update(Conversation)
        .where(Conversation.customer_id == card.id, stale)
        .values(
            customer_name=card.name,
            customer_tier=card.tier,
            updated_at=Conversation.updated_at,
        )
        .returning(Conversation.id)
        .execution_options(synchronize_session=False)
    )
    return sorted(rows, reverse=True)


def topics_of(conversation: Any) -> list[str]:
    team = conversation.team_id
    topics = [f"list:team:{team}" if team else "list:unassigned", "list:all"]
    if conversation.assignee_id is None:
        topics.append(queue_of(team))
    return topics
