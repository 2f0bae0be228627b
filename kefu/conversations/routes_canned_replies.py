"""HTTP of canned replies."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AfterValidator

from kefu.conversations.access import conversation_for
from kefu.conversations.canned_replies import (
    canned_replies_for,
    canned_reply_for,
    change_canned_reply,
    create_canned_reply,
    remove_canned_reply,
    shown_canned_reply,
    use_canned_reply,
)
from kefu.conversations.filling_in import values_for
from kefu.conversations.model_tools import CannedReply
from kefu.conversations.schemas_canned_replies import (
    CannedReplyChange,
    CannedReplyShown,
    CannedReplyUse,
    NewCannedReply,
)
from kefu.core.http import Db
from kefu.core.paging import Cursor, Limit
from kefu.core.shapes import Page, clean
from kefu.identity import CurrentActor

router = APIRouter(prefix="/api/v1/canned-replies", tags=["canned replies"])


@router.get("")
async def get_canned_replies(
    db: Db,
    actor: CurrentActor,
    q: Annotated[str, Query(max_length=80), AfterValidator(clean)] = "",
    conversation: UUID | None = None,
    cursor: Cursor = None,
    limit: Limit = 25,
) -> Page[CannedReplyShown]:
    """Replies by shortcut, pinyin or words; with `conversation`, filled in for it."""
    values = None
    if conversation is not None:
        opened = await conversation_for(db, actor, conversation)
        values = await values_for(db, opened, by=actor)
    replies, following = await canned_replies_for(db, actor, q, cursor=cursor, limit=limit)
    return Page(items=[_shown(reply, values) for reply in replies], next_cursor=following)


@router.post("", status_code=201)
async def post_canned_reply(body: NewCannedReply, db: Db, actor: CurrentActor) -> CannedReplyShown:
    """Keep a text for the next time."""
    return _shown(await create_canned_reply(db, **body.model_dump(), by=actor))


@router.get("/{reply_id}")
async def get_canned_reply(reply_id: UUID, db: Db, actor: CurrentActor) -> CannedReplyShown:
    """One reply."""
    return _shown(await canned_reply_for(db, actor, reply_id))


@router.patch("/{reply_id}")
async def patch_canned_reply(
    reply_id: UUID, body: CannedReplyChange, db: Db, actor: CurrentActor
) -> CannedReplyShown:
    """Change its words, or with whom it is shared."""
    reply = await canned_reply_for(db, actor, reply_id, lock=True)
    await change_canned_reply(db, reply, body.model_dump(exclude_unset=True), by=actor)
    return _shown(reply)


@router.delete("/{reply_id}", status_code=204)
async def delete_canned_reply(reply_id: UUID, db: Db, actor: CurrentActor) -> None:
    """Forget it."""
    reply = await canned_reply_for(db, actor, reply_id, lock=True)
    await remove_canned_reply(db, reply, by=actor)


@router.post("/{reply_id}/uses")
async def post_use(
    reply_id: UUID, body: CannedReplyUse, db: Db, actor: CurrentActor
) -> CannedReplyShown:
    """Take it for a conversation: it comes filled in, and counts as used."""
    reply = await canned_reply_for(db, actor, reply_id)
    opened = await conversation_for(db, actor, body.conversation)
    values = await values_for(db, opened, by=actor)
    return CannedReplyShown.model_validate(await use_canned_reply(db, reply, values))


def _shown(reply: CannedReply, values: dict[str, Any] | None = None) -> CannedReplyShown:
    return CannedReplyShown.model_validate(shown_canned_reply(reply, values))
