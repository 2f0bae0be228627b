"""Lists of approvals: what waits for me, what I asked, what was decided."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from kefu.core.clock import iso, now
from kefu.core.db import Session
from kefu.core.events import FactRow
from kefu.core.paging import page_of, read_cursor
from kefu.identity import Actor, agents_named, departments_named
from kefu.workflows.access_approvals import approvals_visible_to, waits_for
from kefu.workflows.model_approvals import Approval, State

Box = Literal["waiting", "asked", "decided", "all"]
HISTORY = 100
PEOPLE = ("requested_by", "approver_id", "delegated_to", "escalated_to", "decided_by")


def in_box(actor: Actor, box: Box) -> list[ColumnElement[bool]]:
    if box == "waiting":
        return [waits_for(actor)]
    if box == "asked":
        return [Approval.requested_by == actor.id]
    if box == "decided":
        return [Approval.decided_by == actor.id]
    return [approvals_visible_to(actor)]


async def approvals(
    db: Session,
    actor: Actor,
    box: Box,
    *,
    state: str | None,
    what: str | None,
    subject: UUID | None,
    cursor: str | None,
    limit: int,
) -> tuple[list[dict[str, Any]], str | None]:
    """A page of a box, the newest first, as the client shows it."""
    query = select(Approval).where(*in_box(actor, box))
    filters = ((Approval.state, state), (Approval.what, what), (Approval.subject, subject))
    for column, wanted in filters:
        if wanted is not None:
            query = query.where(column == wanted)
    if after := read_cursor(cursor, UUID):
        query = query.where(Approval.id < after[0])
    rows = (await db.scalars(query.order_by(Approval.id.desc()).limit(limit + 1))).all()
    page, following = page_of(rows, limit, lambda row: (row.id,))
    return await shown_approvals(db, actor, page), following


async def waiting_count(db: Session, actor: Actor) -> int:
    """How many wait for this actor."""
    return await db.scalar(select(func.count()).select_from(Approval).where(waits_for(actor))) or 0


async def shown_approvals(
    db: Session, actor: Actor, rows: Sequence[Approval]
) -> list[dict[str, Any]]:
    """Approvals with the names of the people in them, in a fixed number of queries."""
    people = await agents_named(db, [getattr(row, part) for row in rows for part in PEOPLE])
    departments = await departments_named(db, [row.approver_department_id for row in rows])
    ids = [row.id for row in rows]
    mine = set(await db.scalars(select(Approval.id).where(Approval.id.in_(ids), waits_for(actor))))

    def person(agent: UUID | None) -> dict[str, Any] | None:
        if agent is None:
            return None
        found = people.get(agent)
        return {"id": str(agent), "name": found.name if found else ""}

    return [
        {
            "id": str(row.id),
            "what": row.what,
            "subject_kind": row.subject_kind,
            "subject": str(row.subject),
            "conversation": str(row.conversation) if row.conversation else None,
            "customer": str(row.customer) if row.customer else None,
            "amount": row.amount,
            "currency": row.currency,
            "limit": row.limit_amount,
            "reason": row.reason,
            "state": row.state,
            "comment": row.comment,
            "due_at": iso(row.due_at),
            "overdue": bool(row.is_pending() and row.due_at and row.due_at < now()),
            "escalated_at": iso(row.escalated_at),
            "decided_at": iso(row.decided_at),
            "created_at": iso(row.created_at),
            "approver_role": row.approver_role,
            "approver_department": departments.get(row.approver_department_id)
            if row.approver_department_id
            else None,
            "may_decide": row.id in mine,
            "may_withdraw": row.requested_by == actor.id and row.state == State.PENDING,
            **{part.removesuffix("_id"): person(getattr(row, part)) for part in PEOPLE},
        }
        for row in rows
    ]


async def history_of(db: Session, approval: Approval) -> list[dict[str, Any]]:
    """What happened with an approval, in order."""
    query = select(FactRow).where(FactRow.subject == approval.id, FactRow.kind.like("approval.%"))
    facts = (await db.scalars(query.order_by(FactRow.id).limit(HISTORY))).all()
    approvers = {fact.id: UUID(fact.details["approver"]) for fact in facts if has_approver(fact)}
    people = await agents_named(db, [*(fact.actor for fact in facts), *approvers.values()])

    def named(agent: UUID | None) -> str | None:
        return people[agent].name if agent in people else None

    return [
        {
            "kind": fact.kind,
            "at": iso(fact.at),
            "actor": named(fact.actor),
            "approver": named(approvers.get(fact.id)),
        }
        for fact in facts
    ]


def has_approver(fact: FactRow) -> bool:
    return bool(fact.details.get("approver"))
