"""Deadlines of approvals: what nobody decided in time comes to the head, once."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.events import Fact, record
from kefu.identity import department_heads, departments_of
from kefu.workflows.approvals import APPROVAL, said
from kefu.workflows.events_approvals import ApprovalEscalated
from kefu.workflows.model_approvals import Approval, State
from kefu.workflows.telling_approvals import tell_head


async def escalate_overdue(db: Session, facts: Sequence[Fact]) -> None:
    """Let the heads decide what these clocks waited for."""
    due = {fact.subject for fact in facts if fact.details["subject_kind"] == APPROVAL}
    if not due:
        return
    rows = await db.scalars(
        select(Approval)
        .where(
            Approval.id.in_(due), Approval.state == State.PENDING, Approval.escalated_at.is_(None)
        )
        .order_by(Approval.id)
        .with_for_update()
    )
    overdue = list(rows)
    heads = await heads_of(db, overdue)
    for approval in overdue:
        head = heads.get(approval.id)
        approval.escalated_to, approval.escalated_at = head, now()
        await record(db, said(ApprovalEscalated, approval, None, approver=head))
        await tell_head(db, approval)


async def heads_of(db: Session, approvals: Sequence[Approval]) -> dict[UUID, UUID]:
    """Who leads the deciding department, or else the asker's; never the asker themselves."""
    people = {one.approver_id or one.requested_by for one in approvals}
    departments = await departments_of(db, people)
    of_approval = {
        one.id: one.approver_department_id
        or departments.get(one.approver_id or one.requested_by or one.id)
        for one in approvals
    }
    heads = await department_heads(db, of_approval.values())
    found = {}
    for one in approvals:
        head = heads.get(of_approval[one.id] or one.id)
        if head and head != one.requested_by:
            found[one.id] = head
    return found
