"""HTTP of saved views."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from kefu.conversations.saved_views import (
    change_view,
    create_view,
    pin_views,
    previewed,
    remove_view,
    shown_view,
    view_for,
    views_for,
)
from kefu.conversations.schemas_saved_views import (
    NewSavedView,
    PinsBody,
    Preview,
    PreviewBody,
    SavedViewChange,
    SavedViewShown,
)
from kefu.core.http import Db
from kefu.core.paging import Cursor, Limit
from kefu.core.shapes import Page
from kefu.identity import CurrentActor

router = APIRouter(prefix="/api/v1/saved-views", tags=["saved views"])


@router.get("")
async def get_views(
    db: Db, actor: CurrentActor, cursor: Cursor = None, limit: Limit = 100
) -> Page[SavedViewShown]:
    """One's views: pinned ones first, in their order, then the others by name."""
    rows, following = await views_for(db, actor, cursor=cursor, limit=limit)
    return Page(items=[SavedViewShown.model_validate(row) for row in rows], next_cursor=following)


@router.post("", status_code=201)
async def post_view(body: NewSavedView, db: Db, actor: CurrentActor) -> SavedViewShown:
    """Keep a question under a name."""
    view = await create_view(db, **body.model_dump(), by=actor)
    return SavedViewShown.model_validate(shown_view(view))


@router.post("/preview")
async def post_preview(body: PreviewBody, db: Db, actor: CurrentActor) -> Preview:
    """What a view would show, before it is saved."""
    return Preview.model_validate(await previewed(db, actor, body.conditions))


@router.put("/pins")
async def put_pins(body: PinsBody, db: Db, actor: CurrentActor) -> Page[SavedViewShown]:
    """Keep these views at hand, in this order, and no others."""
    await pin_views(db, body.views, by=actor)
    rows, following = await views_for(db, actor, cursor=None, limit=100)
    return Page(items=[SavedViewShown.model_validate(row) for row in rows], next_cursor=following)


@router.get("/{view_id}")
async def get_view(view_id: UUID, db: Db, actor: CurrentActor) -> SavedViewShown:
    """One view."""
    return SavedViewShown.model_validate(shown_view(await view_for(db, actor, view_id)))


@router.patch("/{view_id}")
async def patch_view(
    view_id: UUID, body: SavedViewChange, db: Db, actor: CurrentActor
) -> SavedViewShown:
    """Change what it asks for, its name, or with whom it is shared."""
    view = await view_for(db, actor, view_id, lock=True)
    await change_view(db, view, body.model_dump(exclude_unset=True), by=actor)
    return SavedViewShown.model_validate(shown_view(view))


@router.delete("/{view_id}", status_code=204)
async def delete_view(view_id: UUID, db: Db, actor: CurrentActor) -> None:
    """Forget it."""
    await remove_view(db, await view_for(db, actor, view_id, lock=True), by=actor)
