"""HTTP of scheduled messages and drafts."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from kefu.conversations.access import conversation_for
from kefu.conversations.drafts import draft_of, drop_draft, save_draft
from kefu.conversations.scheduled import (
    cancel,
    schedule,
    scheduled_in,
    scheduled_with,
    shown_scheduled,
)
from kefu.conversations.schemas_scheduled import (
    DraftBody,
    DraftShown,
    NewScheduledMessage,
    ScheduledShown,
)
from kefu.core.http import Db
from kefu.core.shapes import Page
from kefu.identity import CurrentActor

router = APIRouter(prefix="/api/v1/conversations/{conversation_id}", tags=["scheduled messages"])


@router.get("/scheduled-messages")
async def get_scheduled(conversation_id: UUID, db: Db, actor: CurrentActor) -> Page[ScheduledShown]:
    """What waits to be sent here, the next first."""
    conversation = await conversation_for(db, actor, conversation_id)
    found = await scheduled_in(db, conversation.id)
    return Page(items=[ScheduledShown.model_validate(item) for item in found])


@router.post("/scheduled-messages", status_code=201)
async def post_scheduled(
    conversation_id: UUID, body: NewScheduledMessage, db: Db, actor: CurrentActor
) -> ScheduledShown:
    """Send a text at a moment to come."""
    conversation = await conversation_for(db, actor, conversation_id, lock=True)
    scheduled = await schedule(db, conversation, text=body.text, due_at=body.due_at, by=actor)
    return ScheduledShown.model_validate(shown_scheduled(scheduled, actor.name))


@router.delete("/scheduled-messages/{scheduled_id}", status_code=204)
async def delete_scheduled(
    conversation_id: UUID, scheduled_id: UUID, db: Db, actor: CurrentActor
) -> None:
    """Let it not go out."""
    conversation = await conversation_for(db, actor, conversation_id)
    await cancel(db, await scheduled_with(db, conversation, scheduled_id), by=actor)


@router.get("/draft")
async def get_draft(conversation_id: UUID, db: Db, actor: CurrentActor) -> DraftShown:
    """What one has begun to write here."""
    conversation = await conversation_for(db, actor, conversation_id)
    return DraftShown(text=await draft_of(db, conversation.id, by=actor.id))


@router.put("/draft", status_code=204)
async def put_draft(conversation_id: UUID, body: DraftBody, db: Db, actor: CurrentActor) -> None:
    """Keep what is written so far."""
    conversation = await conversation_for(db, actor, conversation_id)
    await save_draft(db, conversation, body.text, by=actor.id)


@router.delete("/draft", status_code=204)
async def delete_draft(conversation_id: UUID, db: Db, actor: CurrentActor) -> None:
    """Forget it."""
    conversation = await conversation_for(db, actor, conversation_id)
    await drop_draft(db, conversation, by=actor.id)
