"""HTTP of labels."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AfterValidator

from kefu.conversations.access import conversation_for
from kefu.conversations.labels import (
    change_label,
    create_label,
    label_with,
    labels_named,
    put_labels,
    remove_label,
    shown_label,
)
from kefu.conversations.rows import rows_of
from kefu.conversations.schemas import ConversationRow, LabelShown
from kefu.conversations.schemas_labels import LabelChange, LabelsBody, NewLabel
from kefu.core.http import Db
from kefu.core.paging import Cursor, Limit
from kefu.core.shapes import Page, clean
from kefu.identity import CurrentActor

router = APIRouter(prefix="/api/v1", tags=["labels"])


@router.get("/labels")
async def get_labels(
    db: Db,
    _actor: CurrentActor,
    q: Annotated[str, Query(max_length=40), AfterValidator(clean)] = "",
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Page[LabelShown]:
    """Labels by name; with `q`, those whose name holds it."""
    labels, following = await labels_named(db, q, cursor=cursor, limit=limit)
    items = [LabelShown.model_validate(shown_label(label)) for label in labels]
    return Page(items=items, next_cursor=following)


@router.post("/labels", status_code=201)
async def post_label(body: NewLabel, db: Db, actor: CurrentActor) -> LabelShown:
    """A new word to sort conversations by."""
    label = await create_label(db, name=body.name, colour=body.colour, by=actor.id)
    return LabelShown.model_validate(shown_label(label))


@router.patch("/labels/{label_id}")
async def patch_label(label_id: UUID, body: LabelChange, db: Db, actor: CurrentActor) -> LabelShown:
    """Another name or colour."""
    label = await label_with(db, label_id)
    await change_label(db, label, body.model_dump(exclude_unset=True), by=actor.id)
    return LabelShown.model_validate(shown_label(label))


@router.delete("/labels/{label_id}", status_code=204)
async def delete_label(label_id: UUID, db: Db, actor: CurrentActor) -> None:
    """Take it off every conversation."""
    await remove_label(db, await label_with(db, label_id), by=actor.id)


@router.put("/conversations/{conversation_id}/labels")
async def put_conversation_labels(
    conversation_id: UUID, body: LabelsBody, db: Db, actor: CurrentActor
) -> ConversationRow:
    """Let a conversation carry these labels and no others."""
    conversation = await conversation_for(db, actor, conversation_id, lock=True)
    await put_labels(db, conversation, body.labels, by=actor.id)
    return ConversationRow.model_validate((await rows_of(db, [conversation]))[0])
