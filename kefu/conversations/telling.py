"""Telling: a change becomes a fact, an event for agents and a smaller one for the visitor."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kefu.conversations.events import (
    ConversationAssigned,
    ConversationEvent,
    ConversationTransferred,
)
from kefu.conversations.model import Conversation
from kefu.conversations.rows import rows_of, visitor_row
from kefu.core.clock import iso, now
from kefu.core.db import Session, pushes_of
from kefu.core.events import record
from kefu.core.realtime import Push
from kefu.core.switchboard import doubt_push

CHANGE_HANDS = (ConversationAssigned, ConversationTransferred)


async def tell(
    db: Session,
    conversation: Conversation,
    event: type[ConversationEvent],
    *,
    by: UUID | None,
    shown: dict[str, Any] | None = None,
    **details: Any,
) -> None:
    """Number the change, record it and show it; the conversation's row must be locked.

    `shown` replaces the conversation's row as the event's data (a changed message, for one).
    """
    conversation.take_seq()
    await db.flush()
    happened = event(
        subject=conversation.id,
        conversation=conversation.id,
        customer=conversation.customer_id,
        actor=by,
        seq=conversation.last_seq,
        inbox=conversation.inbox_id,
        team=conversation.team_id,
        assignee=conversation.assignee_id,
        status=conversation.status,
        **details,
    )
    row = shown or (await rows_of(db, [conversation]))[0]
    await record(db, happened, row)
    seen = shown or await visitor_row(db, conversation)
    frame = {
        "t": "event",
        "kind": event.kind,
        "subject": str(conversation.id),
        "conversation": str(conversation.id),
        "seq": conversation.last_seq,
        "at": iso(now()),
        "actor": None,
        "details": {},
        "data": seen,
    }
    pushes_of(db).append(Push.of([f"v:{conversation.id}"], frame))
    if event in CHANGE_HANDS:
        pushes_of(db).append(doubt_push(f"c:{conversation.id}"))
