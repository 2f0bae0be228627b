"""The doors of approvals: who asked, who may decide, and who watches over all."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, or_, select, true

from kefu.core.db import Session
from kefu.core.errors import Forbidden, NotFound
from kefu.identity import Actor, department_of
from kefu.workflows.model_approvals import Approval, ApprovalPolicy, State

ANY = "approval.decide_any"


def waits_for(actor: Actor) -> ColumnElement[bool]:
    """What this actor may decide now: as the one named, of the role or department, or as head."""
    if not actor.may("approval.decide"):
        return false()
    by_rule = and_(
        Approval.approver_id.is_(None),
        or_(Approval.approver_role.is_not(None), Approval.approver_department_id.is_not(None)),
        or_(Approval.approver_role.is_(None), Approval.approver_role == actor.role),
        or_(
            Approval.approver_department_id.is_(None),
            Approval.approver_department_id == department_of(actor),
        ),
    )
    named = and_(Approval.delegated_to.is_(None), or_(Approval.approver_id == actor.id, by_rule))
    ways = [named, Approval.delegated_to == actor.id, Approval.escalated_to == actor.id]
    if actor.may(ANY):
        ways.append(has_nobody())
    return and_(
        Approval.state == State.PENDING,
        Approval.requested_by.is_distinct_from(actor.id),
        or_(*ways),
    )


def has_nobody() -> ColumnElement[bool]:
    """No policy named anybody, or nobody decided in time and there is no head."""
    unnamed = and_(
        Approval.approver_id.is_(None),
        Approval.approver_role.is_(None),
        Approval.approver_department_id.is_(None),
    )
    return or_(unnamed, and_(Approval.escalated_at.is_not(None), Approval.escalated_to.is_(None)))


def approvals_visible_to(actor: Actor) -> ColumnElement[bool]:
    """One's own questions, what one decided or may decide; with the widest scope all."""
    if actor.scope == "all":
        return true()
    return or_(
        Approval.requested_by == actor.id,
        Approval.decided_by == actor.id,
        Approval.approver_id == actor.id,
        Approval.delegated_to == actor.id,
        Approval.escalated_to == actor.id,
        waits_for(actor),
    )


async def approval_for(
    db: Session, actor: Actor, approval_id: UUID, *, lock: bool = False
) -> Approval:
    actor.require("approval.read")
    query = select(Approval).where(Approval.id == approval_id, approvals_visible_to(actor))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    approval = await db.scalar(query)
    if approval is None:
        raise NotFound("There is no such approval.")
    return approval


async def approval_to_decide(db: Session, actor: Actor, approval_id: UUID) -> Approval:
    """The approval with its lock, if this actor may decide about it (or has done so)."""
    approval = await approval_for(db, actor, approval_id, lock=True)
    if not approval.is_pending() or approval.requested_by == actor.id:  # the verb says why not
        return approval
    if not await db.scalar(select(waits_for(actor)).where(Approval.id == approval_id)):
        raise Forbidden("The policy lets somebody else decide this.", code="not_approver")
    return approval


async def decidable(db: Session, actor: Actor, ids: Collection[UUID]) -> set[UUID]:
    """Which of these approvals this actor may decide now, in one query."""
    if not ids:
        return set()
    rows = await db.scalars(select(Approval.id).where(Approval.id.in_(ids), waits_for(actor)))
    return set(rows)


async def approval_policy_for(
    db: Session, actor: Actor, policy_id: UUID, *, lock: bool = False
) -> ApprovalPolicy:
    actor.require("approval_policy.read")
    policy = await db.get(ApprovalPolicy, policy_id, with_for_update=lock or None)
    if policy is None:
        raise NotFound("There is no such approval policy.")
    return policy
