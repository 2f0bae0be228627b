"""HTTP of policies."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from kefu.core.http import Db
from kefu.core.paging import Cursor, Limit
from kefu.core.shapes import Page
from kefu.identity import CurrentActor
from kefu.promises.access import policy_for
from kefu.promises.model import CONVERSATION
from kefu.promises.policies import (
    Explained,
    change_policy,
    create_policy,
    explained,
    policies,
    remove_policy,
)
from kefu.promises.schemas import Candidate, ExplainedRow, NewPolicy, PolicyChange, PolicyRow

router = APIRouter(prefix="/api/v1/policies", tags=["policies"])


@router.get("")
async def get_policies(
    db: Db, _: CurrentActor, cursor: Cursor = None, limit: Limit = 50
) -> Page[PolicyRow]:
    items, following = await policies(db, cursor=cursor, limit=limit)
    rows = [PolicyRow.model_validate(item) for item in items]
    return Page(items=rows, next_cursor=following)


@router.post("", status_code=201)
async def post_policy(body: NewPolicy, db: Db, actor: CurrentActor) -> PolicyRow:
    policy = await create_policy(db, stored(body, body.model_dump()), by=actor)
    return PolicyRow.model_validate(policy)


@router.get("/promises")
async def get_promises(
    db: Db,
    _: CurrentActor,
    inbox: UUID | None = None,
    team: UUID | None = None,
    priority: Annotated[int | None, Query(ge=0, le=3)] = None,
) -> list[ExplainedRow]:
    """What would be promised to such a conversation now, and by which policy."""
    found = await explained(db, CONVERSATION, inbox=inbox, team=team, priority=priority)
    return [explained_row(promise) for promise in found]


@router.get("/{policy_id}")
async def get_policy(policy_id: UUID, db: Db, actor: CurrentActor) -> PolicyRow:
    return PolicyRow.model_validate(await policy_for(db, actor, policy_id))


@router.patch("/{policy_id}")
async def patch_policy(
    policy_id: UUID, body: PolicyChange, db: Db, actor: CurrentActor
) -> PolicyRow:
    policy = await policy_for(db, actor, policy_id, lock=True)
    await change_policy(db, policy, stored(body, body.model_dump(exclude_unset=True)), by=actor)
    return PolicyRow.model_validate(policy)


@router.delete("/{policy_id}", status_code=204)
async def delete_policy(policy_id: UUID, db: Db, actor: CurrentActor) -> None:
    await remove_policy(db, await policy_for(db, actor, policy_id, lock=True), by=actor)


def stored(body: NewPolicy | PolicyChange, given: dict[str, Any]) -> dict[str, Any]:
    """The fields as the table keeps them: ids in conditions as text, targets that are set."""
    for name in ("inboxes", "teams"):
        if name in given:
            given[name] = [str(identifier) for identifier in given[name]]
    if "targets" in given:
        given["targets"] = body.targets.stored()
    return given


def explained_row(promise: Explained) -> ExplainedRow:
    candidates = [
        Candidate(
            policy_id=policy.id,
            name=policy.name,
            seconds=policy.targets[promise.kind]["seconds"],
            business_time=policy.targets[promise.kind]["business_time"],
            wins=policy is promise.candidates[0],
        )
        for policy in promise.candidates
    ]
    return ExplainedRow(kind=promise.kind, due_at=promise.due_at, candidates=candidates)
