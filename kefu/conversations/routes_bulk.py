"""HTTP of bulk actions."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from kefu.conversations.bulk import Params, act_on_many, undo_action
from kefu.conversations.schemas_bulk import BulkAnswer, BulkBody, BulkResult, Undo
from kefu.core.http import Db
from kefu.identity import CurrentActor

router = APIRouter(prefix="/api/v1/conversations/bulk", tags=["bulk actions"])


@router.post("")
async def post_bulk(body: BulkBody, db: Db, actor: CurrentActor) -> BulkAnswer:
    """One action on up to 200 conversations; each answers for itself."""
    given = body.params
    params = Params(
        labels=tuple(given.labels),
        assignee=given.assignee,
        team=given.team,
        summary=given.summary,
        reason=given.reason,
        priority=given.priority if given.priority is not None else 1,
        until=given.until,
    )
    results, kept = await act_on_many(db, body.ids, body.action, params, by=actor)
    return BulkAnswer(
        results=[BulkResult.model_validate(result.shown()) for result in results],
        undo=Undo(id=kept.id, until=kept.until) if kept else None,
    )


@router.post("/{undo}")
async def post_undo(undo: UUID, db: Db, actor: CurrentActor) -> BulkAnswer:
    """Put back what the action changed, where nobody has changed it since."""
    results = await undo_action(db, undo, by=actor)
    return BulkAnswer(results=[BulkResult.model_validate(result.shown()) for result in results])
