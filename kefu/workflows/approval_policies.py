"""Policies of approvals: who decides about what, from which amount on, within which time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Conflict, Invalid
from kefu.core.events import record
from kefu.identity import Actor, agents_named, departments_named, role_exists
from kefu.workflows.events_approvals import (
    ApprovalPolicyChanged,
    ApprovalPolicyCreated,
    ApprovalPolicyRemoved,
)
from kefu.workflows.model_approvals import ApprovalPolicy

MOST_POLICIES = 200


async def create_approval_policy(
    db: Session, given: Mapping[str, Any], *, by: Actor
) -> ApprovalPolicy:
    policy = ApprovalPolicy(**given)
    if len(await approval_policies(db)) >= MOST_POLICIES:
        raise Conflict("There are too many policies.", limit=MOST_POLICIES)
    await check_approval_policy(db, policy)
    db.add(policy)
    await db.flush()
    await record(db, ApprovalPolicyCreated(subject=policy.id, actor=by.id))
    return policy


async def change_approval_policy(
    db: Session, policy: ApprovalPolicy, changes: Mapping[str, Any], *, by: Actor
) -> None:
    """Change who decides from now on; what waits already stays with whom it waits for."""
    for name, value in changes.items():
        setattr(policy, name, value)
    await check_approval_policy(db, policy)
    policy.updated_at = now()
    changed = tuple(sorted(changes))
    await record(db, ApprovalPolicyChanged(subject=policy.id, actor=by.id, changed=changed))


async def remove_approval_policy(db: Session, policy: ApprovalPolicy, *, by: Actor) -> None:
    await db.delete(policy)
    await record(db, ApprovalPolicyRemoved(subject=policy.id, actor=by.id))


async def approval_policies(db: Session) -> Sequence[ApprovalPolicy]:
    """All policies in the order in which they are tried."""
    order = (ApprovalPolicy.position, ApprovalPolicy.id)
    return (await db.scalars(select(ApprovalPolicy).order_by(*order))).all()


async def check_approval_policy(db: Session, policy: ApprovalPolicy) -> None:
    """Refuse a policy that names nobody, somebody unknown, or amounts that nothing lies between."""
    if not (policy.approver_id or policy.approver_role or policy.approver_department_id):
        raise Invalid("Say who decides: a person, a role or a department.", field="approver_id")
    if policy.approver_id and (policy.approver_role or policy.approver_department_id):
        raise Invalid("A person decides, or a role or department; not both.", field="approver_id")
    bounds = (policy.from_amount, policy.below_amount)
    if None not in bounds and bounds[0] >= bounds[1]:  # type: ignore[operator]
        raise Invalid("The upper amount must be above the lower.", field="below_amount")
    with db.no_autoflush:
        named = select(ApprovalPolicy.id).where(ApprovalPolicy.name == policy.name)
        if await db.scalar(named) not in (None, policy.id):
            raise Conflict("There is a policy of this name.", field="name", code="taken")
        await check_approver(db, policy)


async def check_approver(db: Session, policy: ApprovalPolicy) -> None:
    people = await agents_named(db, [policy.approver_id])
    if policy.approver_id and not any(one.status != "left" for one in people.values()):
        raise Invalid("There is no such colleague.", field="approver_id")
    if policy.approver_role and not await role_exists(db, policy.approver_role):
        raise Invalid("There is no such role.", field="approver_role")
    department = policy.approver_department_id
    if department and not await departments_named(db, [department]):
        raise Invalid("There is no such department.", field="approver_department_id")
