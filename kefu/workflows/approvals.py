"""Approvals: somebody asks, whoever the policy names decides, and nobody decides for themselves.

A capability calls `request_approval(...)` and reacts to `ApprovalGranted` and `ApprovalDenied`;
what it needs then it finds again in `payload`, by `approvals_with`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Conflict, Forbidden, Invalid
from kefu.core.events import plain, record
from kefu.core.shapes import clean
from kefu.identity import Actor, agents_named
from kefu.promises import Start, Stop, change_clocks, stop_clocks
from kefu.workflows.events_approvals import (
    ApprovalDelegated,
    ApprovalDenied,
    ApprovalEvent,
    ApprovalGranted,
    ApprovalRequested,
    ApprovalWithdrawn,
)
from kefu.workflows.model_approvals import Approval, ApprovalPolicy, State
from kefu.workflows.telling_approvals import tell_approvers, tell_requester, untell

APPROVAL = "approval"
WHAT = re.compile(r"^[a-z][a-z0-9_]{0,59}$")
CURRENCY = re.compile(r"^[A-Z]{3}$")
REASON_LIMIT = 1000
COMMENT_LIMIT = 1000
PAYLOAD_BYTES = 8 * 1024
MOST = 10**15


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalRequest:
    """What is asked: `what` names the kind, `payload` holds ids and figures to go on with.

    Amounts are minor units; `limit` is what the asker may do alone. Asking again with the same
    `key` gives back the first approval.
    """

    what: str
    subject_kind: str
    subject: UUID
    reason: str = ""
    amount: int | None = None
    currency: str | None = None
    limit: int | None = None
    payload: Mapping[str, Any] = field(default_factory=dict)
    customer: UUID | None = None
    conversation: UUID | None = None
    key: str | None = None


async def request_approval(db: Session, request: ApprovalRequest, *, by: UUID | None) -> Approval:
    """Ask for a yes; `by` is who asks, without one it is the product itself."""
    check_request(request)
    if known := await approval_with_key(db, request.key):
        return known
    policy = await policy_for_request(db, request)
    approval = approval_of(request, policy, by=by)
    try:
        async with db.begin_nested():
            db.add(approval)
    except IntegrityError:
        known = await approval_with_key(db, request.key)
        if known is None:
            raise
        return known
    await start_deadline(db, approval)
    event = said(
        ApprovalRequested,
        approval,
        by,
        limit=approval.limit_amount,
        policy=approval.policy_id,
        due_at=approval.due_at,
    )
    await record(db, event)
    await tell_approvers(db, approval)
    return approval


async def decide(
    db: Session, approval: Approval, *, granted: bool, comment: str, by: Actor
) -> None:
    """Say yes or no, once; saying the same again changes nothing."""
    state = State.GRANTED if granted else State.DENIED
    if approval.state == state and approval.decided_by == by.id:
        return
    check_pending(approval)
    check_not_own(approval, by)
    if not granted and not comment.strip():
        raise Invalid("Please say why not.", field="comment")
    at = now()
    approval.state, approval.decided_by, approval.decided_at = state, by.id, at
    approval.comment, approval.updated_at = comment, at
    await stop_clocks(db, [approval.id], at)
    await record(db, said(ApprovalGranted if granted else ApprovalDenied, approval, by.id))
    await untell(db, [approval.id])
    await tell_requester(db, approval)


async def withdraw_approval(db: Session, approval: Approval, *, by: UUID | None) -> None:
    """Take the question back; only who asked does, or the capability that asked for them."""
    if approval.state == State.WITHDRAWN:
        return
    check_pending(approval)
    if by is not None and approval.requested_by != by:
        raise Forbidden("Only who asked takes it back.", code="not_yours")
    at = now()
    approval.state, approval.decided_at, approval.updated_at = State.WITHDRAWN, at, at
    await stop_clocks(db, [approval.id], at)
    await record(db, said(ApprovalWithdrawn, approval, by))
    await untell(db, [approval.id])


async def delegate(db: Session, approval: Approval, *, to: UUID, by: Actor) -> None:
    """Let a colleague decide instead; the deadline stays."""
    check_pending(approval)
    check_not_own(approval, by)
    if approval.delegated_to == to:
        return
    if to == approval.requested_by:
        raise Invalid("Nobody decides about what they asked for.", field="agent_id", code="own")
    colleagues = await agents_named(db, [to])
    if not any(colleague.status == "active" for colleague in colleagues.values()):
        raise Invalid("There is no such colleague at work here.", field="agent_id")
    approval.delegated_to, approval.updated_at = to, now()
    await record(db, said(ApprovalDelegated, approval, by.id, approver=to))
    await untell(db, [approval.id])
    await tell_approvers(db, approval)


async def approvals_with(db: Session, ids: Collection[UUID]) -> dict[UUID, Approval]:
    """These approvals, in one query: for whoever reacts to what became of them."""
    rows = await db.scalars(select(Approval).where(Approval.id.in_(set(ids))))
    return {approval.id: approval for approval in rows}


async def approvals_about(db: Session, subjects: Iterable[UUID]) -> dict[UUID, list[Approval]]:
    """All approvals about these things, the newest first, in one query."""
    query = select(Approval).where(Approval.subject.in_(set(subjects)))
    found: dict[UUID, list[Approval]] = {}
    for approval in await db.scalars(query.order_by(Approval.id.desc()).limit(1000)):
        found.setdefault(approval.subject, []).append(approval)
    return found


async def approval_with_key(db: Session, key: str | None) -> Approval | None:
    if key is None:
        return None
    found: Approval | None = await db.scalar(select(Approval).where(Approval.key == key))
    return found


async def policy_for_request(db: Session, request: ApprovalRequest) -> ApprovalPolicy | None:
    """The first active policy that speaks of this."""
    query = select(ApprovalPolicy).where(ApprovalPolicy.active)
    rows = await db.scalars(query.order_by(ApprovalPolicy.position, ApprovalPolicy.id))
    fitting = (row for row in rows if row.fits(request.what, request.amount, request.currency))
    return next(fitting, None)


def approval_of(
    request: ApprovalRequest, policy: ApprovalPolicy | None, *, by: UUID | None
) -> Approval:
    """The approval; what the policy says today holds for it for good."""
    approval = Approval(
        what=request.what,
        subject_kind=request.subject_kind,
        subject=request.subject,
        conversation=request.conversation,
        customer=request.customer,
        amount=request.amount,
        currency=request.currency,
        limit_amount=request.limit,
        reason=request.reason,
        payload=payload_of(request),
        key=request.key,
        requested_by=by,
    )
    if policy is not None:
        approval.policy_id = policy.id
        approval.approver_id = policy.approver_id
        approval.approver_role = policy.approver_role
        approval.approver_department_id = policy.approver_department_id
        approval.due_at = now() + timedelta(seconds=policy.deadline_seconds)
    return approval


async def start_deadline(db: Session, approval: Approval) -> None:
    at = now()
    if approval.due_at is None:
        await change_clocks(db, [Stop(approval.id, APPROVAL, at)])
        return
    start = Start(
        subject_kind=APPROVAL,
        subject=approval.id,
        kind=APPROVAL,
        at=at,
        conversation=approval.conversation,
        customer=approval.customer,
        assignee=approval.approver_id,
        due_at=approval.due_at,
        restart=True,
    )
    await change_clocks(db, [start])


def check_request(request: ApprovalRequest) -> None:
    if not WHAT.match(request.what):
        raise Invalid("This is not a kind of approval.", field="what", limit="a-z, 0-9 and _")
    check_words(request.reason, "reason", REASON_LIMIT)
    for name, figure in (("amount", request.amount), ("limit", request.limit)):
        if figure is not None and not 0 <= figure <= MOST:
            raise Invalid("The amount must not be negative.", field=name, limit=MOST)
    if request.amount is not None and not (request.currency and CURRENCY.match(request.currency)):
        raise Invalid("An amount needs a currency of three letters.", field="currency")
    if len(orjson.dumps(payload_of(request))) > PAYLOAD_BYTES:
        raise Invalid("The payload is too large.", field="payload", limit=PAYLOAD_BYTES)


def payload_of(request: ApprovalRequest) -> dict[str, Any]:
    return {name: plain(value) for name, value in request.payload.items()}


def check_words(words: str, field: str, limit: int) -> None:
    if len(words) > limit:
        raise Invalid("The text is too long.", field=field, limit=limit)
    try:
        clean(words)
    except ValueError as error:
        raise Invalid(str(error), field=field) from error


def check_pending(approval: Approval) -> None:
    if not approval.is_pending():
        raise Conflict("This is decided already.", code="decided", detail=approval.state)


def check_not_own(approval: Approval, by: Actor) -> None:
    if approval.requested_by == by.id:
        raise Forbidden("Nobody decides about what they asked for themselves.", code="own")


def said(
    kind: type[ApprovalEvent], approval: Approval, by: UUID | None, **more: Any
) -> ApprovalEvent:
    return kind(
        subject=approval.id,
        conversation=approval.conversation,
        customer=approval.customer,
        actor=by,
        what=approval.what,
        about_kind=approval.subject_kind,
        about=approval.subject,
        amount=approval.amount,
        currency=approval.currency,
        requester=approval.requested_by,
        **{"approver": approval.delegated_to or approval.approver_id} | more,
    )
