"""HTTP of retention."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from kefu.conversations.inboxes import change_inbox, inbox_for
from kefu.conversations.retention import dry_run, runs_of
from kefu.conversations.schemas_retention import (
    DryRun,
    DryRunBody,
    Retention,
    RetentionBody,
    RetentionRunShown,
)
from kefu.core.http import Db
from kefu.core.shapes import Page
from kefu.identity import CurrentActor

router = APIRouter(prefix="/api/v1/inboxes/{inbox_id}/retention", tags=["retention"])


@router.put("")
async def put_retention(
    inbox_id: UUID, body: RetentionBody, db: Db, actor: CurrentActor
) -> Retention:
    """For how many days closed conversations of this inbox keep their texts and files."""
    inbox = await inbox_for(db, inbox_id, lock=True)
    await change_inbox(db, inbox, {"retention_days": body.days}, by=actor)
    return Retention(inbox=inbox.id, days=inbox.retention_days)


@router.post("/dry-run")
async def post_dry_run(inbox_id: UUID, body: DryRunBody, db: Db, _actor: CurrentActor) -> DryRun:
    """What would go if it were run now."""
    inbox = await inbox_for(db, inbox_id)
    return DryRun.model_validate(await dry_run(db, inbox, days=body.days))


@router.get("/runs")
async def get_runs(inbox_id: UUID, db: Db, _actor: CurrentActor) -> Page[RetentionRunShown]:
    """What the last fifty runs erased."""
    inbox = await inbox_for(db, inbox_id)
    found = await runs_of(db, inbox.id)
    return Page(items=[RetentionRunShown.model_validate(run) for run in found])
