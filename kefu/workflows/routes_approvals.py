"""HTTP of approvals and of their policies."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from kefu.core.http import Db
from kefu.core.paging import Cursor, Limit
from kefu.core.shapes import Page
from kefu.identity import Actor, CurrentActor
from kefu.workflows.access_approvals import approval_for, approval_policy_for, approval_to_decide
from kefu.workflows.approval_listing import (
    Box,
    approvals,
    history_of,
    shown_approvals,
    waiting_count,
)
from kefu.workflows.approval_policies import (
    approval_policies,
    change_approval_policy,
    create_approval_policy,
    remove_approval_policy,
)
from kefu.workflows.approvals import decide, delegate, withdraw_approval
from kefu.workflows.model_approvals import Approval, State
from kefu.workflows.schemas_approvals import (
    ApprovalDetail,
    ApprovalPolicyChange,
    ApprovalPolicyRow,
    ApprovalRow,
    Decision,
    Delegation,
    NewApprovalPolicy,
    Waiting,
)

router = APIRouter(prefix="/api/v1/approvals", tags=["approvals"])
policies_router = APIRouter(prefix="/api/v1/approval-policies", tags=["approvals"])


@router.get("")
async def get_approvals(
    db: Db,
    actor: CurrentActor,
    box: Box = "waiting",
    state: State | None = None,
    what: Annotated[str | None, Query(max_length=60)] = None,
    subject: UUID | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ApprovalRow]:
    rows, following = await approvals(
        db, actor, box, state=state, what=what, subject=subject, cursor=cursor, limit=limit
    )
    return Page(items=[ApprovalRow.model_validate(row) for row in rows], next_cursor=following)


@router.get("/waiting")
async def get_waiting(db: Db, actor: CurrentActor) -> Waiting:
    """How many wait for whoever asks."""
    return Waiting(waiting=await waiting_count(db, actor))


@router.get("/{approval_id}")
async def get_approval(approval_id: UUID, db: Db, actor: CurrentActor) -> ApprovalDetail:
    return await detail(db, actor, await approval_for(db, actor, approval_id))


@router.put("/{approval_id}/decision")
async def put_decision(
    approval_id: UUID, body: Decision, db: Db, actor: CurrentActor
) -> ApprovalDetail:
    approval = await approval_to_decide(db, actor, approval_id)
    await decide(db, approval, granted=body.granted, comment=body.comment, by=actor)
    return await detail(db, actor, approval)


@router.put("/{approval_id}/delegation")
async def put_delegation(
    approval_id: UUID, body: Delegation, db: Db, actor: CurrentActor
) -> ApprovalDetail:
    approval = await approval_to_decide(db, actor, approval_id)
    await delegate(db, approval, to=body.agent_id, by=actor)
    return await detail(db, actor, approval)


@router.put("/{approval_id}/withdrawal")
async def put_withdrawal(approval_id: UUID, db: Db, actor: CurrentActor) -> ApprovalDetail:
    approval = await approval_for(db, actor, approval_id, lock=True)
    await withdraw_approval(db, approval, by=actor.id)
    return await detail(db, actor, approval)


async def detail(db: Db, actor: Actor, approval: Approval) -> ApprovalDetail:
    row = (await shown_approvals(db, actor, [approval]))[0]
    history = await history_of(db, approval)
    return ApprovalDetail.model_validate(row | {"payload": approval.payload, "history": history})


@policies_router.get("")
async def get_approval_policies(db: Db, _: CurrentActor) -> list[ApprovalPolicyRow]:
    return [ApprovalPolicyRow.model_validate(row) for row in await approval_policies(db)]


@policies_router.post("", status_code=201)
async def post_approval_policy(
    body: NewApprovalPolicy, db: Db, actor: CurrentActor
) -> ApprovalPolicyRow:
    policy = await create_approval_policy(db, body.model_dump(), by=actor)
    return ApprovalPolicyRow.model_validate(policy)


@policies_router.patch("/{policy_id}")
async def patch_approval_policy(
    policy_id: UUID, body: ApprovalPolicyChange, db: Db, actor: CurrentActor
) -> ApprovalPolicyRow:
    policy = await approval_policy_for(db, actor, policy_id, lock=True)
    await change_approval_policy(db, policy, body.model_dump(exclude_unset=True), by=actor)
    return ApprovalPolicyRow.model_validate(policy)


@policies_router.delete("/{policy_id}", status_code=204)
async def delete_approval_policy(policy_id: UUID, db: Db, actor: CurrentActor) -> None:
    await remove_approval_policy(
        db, await approval_policy_for(db, actor, policy_id, lock=True), by=actor
    )
