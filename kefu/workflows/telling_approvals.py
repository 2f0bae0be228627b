"""Telling: who may decide hears of the question, who asked hears of the answer."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from kefu.core.db import Session
from kefu.identity import agents_at, agents_who_may
from kefu.notifications import Ways, Why, announce, names_subjects, notify
from kefu.notifications import withdraw as withdraw_notices
from kefu.workflows.model_approvals import Approval

REQUESTED, DECIDED, ESCALATED = "approval.requested", "approval.decided", "approval.escalated"
ANY = "approval.decide_any"
MAIL = Ways(mail=True)

announce(
    REQUESTED,
    zh="有一项审批等您处理",
    en="An approval waits for you",
    why=Why(
        zh="审批策略指定由您审批这类申请。",
        en="An approval policy names you for requests like this.",
        setting="approval-policies",
    ),
)
announce(
    DECIDED,
    zh="您的申请有结果了",
    en="Your request has been decided",
    why=Why(zh="您提出的申请有了结果。", en="You asked for it, and it was decided."),
)
announce(
    ESCALATED,
    zh="审批超时，已升级给您",
    en="An overdue approval came to you",
    ways=Ways(mail=True),
    why=Why(
        zh="审批超过审批策略规定的时限，升级给了负责人。",
        en="Nobody decided within the time of the approval policy, so it went up to you.",
        setting="approval-policies",
    ),
)


@names_subjects("approval")
async def name_approvals(db: Session, ids: Collection[UUID], _: str) -> dict[UUID, str]:
    """By the reason that was given, the beginning of it."""
    rows = await db.execute(
        select(Approval.id, func.left(Approval.reason, 60)).where(Approval.id.in_(ids))
    )
    return {approval: reason for approval, reason in rows if reason}


async def approvers_of(db: Session, approval: Approval) -> set[UUID]:
    """Everybody who may decide now, but who asked."""
    if approval.delegated_to:
        agents = {approval.delegated_to}
    elif approval.approver_id:
        agents = {approval.approver_id}
    elif approval.names_nobody():
        agents = await agents_who_may(db, ANY)
    else:
        agents = await agents_at(
            db, role=approval.approver_role, department=approval.approver_department_id
        )
    return agents - {approval.requested_by}


async def tell_approvers(db: Session, approval: Approval) -> None:
    await _tell(db, await approvers_of(db, approval), REQUESTED, approval)


async def tell_head(db: Session, approval: Approval) -> None:
    """The head, or where there is none whoever may decide about anything."""
    agents = {approval.escalated_to} if approval.escalated_to else await agents_who_may(db, ANY)
    await _tell(db, agents - {approval.requested_by}, ESCALATED, approval)


async def tell_requester(db: Session, approval: Approval) -> None:
    if approval.requested_by:
        await _tell(db, {approval.requested_by}, DECIDED, approval)


async def untell(db: Session, approvals: Iterable[UUID]) -> None:
    """Take back the question where nobody has read it yet."""
    subjects = set(approvals)
    for kind in (REQUESTED, ESCALATED):
        await withdraw_notices(db, kind, subjects)


async def _tell(db: Session, agents: Iterable[Any], kind: str, approval: Approval) -> None:
    params = {
        "what": approval.what,
        "about_kind": approval.subject_kind,
        "amount": approval.amount,
        "currency": approval.currency,
        "state": approval.state,
        "due_at": approval.due_at,
    }
    await notify(
        db,
        [agent for agent in agents if agent],
        kind,
        subject_kind="approval",
        subject=approval.id,
        conversation=approval.conversation,
        params={name: value for name, value in params.items() if value is not None},
        by=approval.decided_by if kind == DECIDED else None,
    )
