"""Inboxes over HTTP."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request

from kefu.conversations.inboxes import (
    archive_inbox,
    change_inbox,
    create_inbox,
    inbox_for,
    inboxes,
    rotate_secret,
    snippet_of,
)
from kefu.conversations.schemas_inboxes import (
    InboxBody,
    InboxChanges,
    InboxShown,
    InboxWhole,
    InboxWithSecret,
    SecretShown,
    SnippetShown,
)
from kefu.core.http import Db
from kefu.identity import CurrentActor

router = APIRouter(prefix="/api/v1/inboxes", tags=["inboxes"])


@router.get("")
async def list_inboxes(
    db: Db, actor: CurrentActor, *, archived: bool = False
) -> list[InboxWhole | InboxShown]:
    """Every inbox; with all its settings for whoever may read them."""
    shape = InboxWhole if actor.may("inbox.read") else InboxShown
    return [shape.model_validate(inbox) for inbox in await inboxes(db, archived=archived)]


@router.post("", status_code=201)
async def add_inbox(db: Db, actor: CurrentActor, body: InboxBody) -> InboxWithSecret:
    """Make an inbox; its secret is shown now and never again."""
    return InboxWithSecret.model_validate(await create_inbox(db, body.model_dump(), by=actor))


@router.get("/{inbox_id}")
async def show_inbox(db: Db, actor: CurrentActor, inbox_id: UUID) -> InboxWhole:  # noqa: ARG001 - the door
    """One inbox."""
    return InboxWhole.model_validate(await inbox_for(db, inbox_id))


@router.patch("/{inbox_id}")
async def edit_inbox(db: Db, actor: CurrentActor, inbox_id: UUID, body: InboxChanges) -> InboxWhole:
    """Change what is named in the body."""
    inbox = await inbox_for(db, inbox_id, lock=True)
    await change_inbox(db, inbox, body.model_dump(exclude_unset=True), by=actor)
    return InboxWhole.model_validate(inbox)


@router.delete("/{inbox_id}", status_code=204)
async def put_inbox_away(db: Db, actor: CurrentActor, inbox_id: UUID) -> None:
    """Put it away; its conversations stay."""
    await archive_inbox(db, await inbox_for(db, inbox_id, lock=True), by=actor)


@router.put("/{inbox_id}/secret")
async def renew_secret(db: Db, actor: CurrentActor, inbox_id: UUID) -> SecretShown:
    """Make a new secret and show it once; the old one no longer holds."""
    inbox = await inbox_for(db, inbox_id, lock=True)
    return SecretShown(secret=await rotate_secret(db, inbox, by=actor))


@router.get("/{inbox_id}/snippet")
async def show_snippet(
    request: Request,
    db: Db,
    actor: CurrentActor,  # noqa: ARG001 - the door
    inbox_id: UUID,
) -> SnippetShown:
    """The line that puts this inbox's widget on a page."""
    inbox = await inbox_for(db, inbox_id)
    base = request.app.state.settings.base_url
    return SnippetShown(html=snippet_of(inbox, base), inbox=inbox.id, script=f"{base}/widget.js")
