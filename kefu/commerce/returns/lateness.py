"""Lateness: a clock of a case or a parcel has run out; who answers for it hears of it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from kefu.commerce.events_returns import ParcelOverdue, ReturnLate
from kefu.commerce.model_returns import ReturnCase, ReturnStep
from kefu.commerce.model_warehouse import WarehouseParcel
from kefu.commerce.returns.moving import CLOCK
from kefu.commerce.returns.nodes import CAUSES
from kefu.commerce.returns.running import SUBJECT
from kefu.commerce.returns.telling import tell
from kefu.commerce.returns.warehouse import CLOCK as TURNOVER
from kefu.commerce.returns.warehouse import SUBJECT as PARCEL
from kefu.commerce.returns.warehouse import tell as tell_of_parcel
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.events import Fact
from kefu.identity import agents_who_may, department_heads
from kefu.notifications import Notice, Ways, Why, announce, notify_all

LATE, OVERDUE = ReturnLate.kind, ParcelOverdue.kind
announce(
    LATE,
    zh="售后单在某个环节超时",
    en="A return is late in a step",
    why=Why(
        zh="售后单在这个环节停留超过了时限。",
        en="The case stayed in this step longer than it may.",
        setting="return-policy",
    ),
)
announce(
    OVERDUE,
    zh="包裹在中转仓超过时限",
    en="A parcel lies too long",
    ways=Ways(mail=True),
    why=Why(
        zh="包裹在中转仓停留超过了周转时限。",
        en="The parcel lay in the transit warehouse longer than its turnover time.",
        setting="return-policy",
    ),
)


async def note_late_cases(db: Session, facts: Sequence[Fact]) -> None:
    """Those that are still where they should have left get a cause, once, and are told of."""
    due = {fact.subject for fact in about(facts, SUBJECT, CLOCK)}
    if not due:
        return
    rows = await db.execute(
        select(ReturnCase, ReturnStep)
        .join(ReturnStep, ReturnStep.case_id == ReturnCase.id)
        .where(
            ReturnCase.id.in_(due),
            ReturnCase.status == "open",
            ReturnStep.left_at.is_(None),
            ReturnStep.due_at <= now(),
            ReturnStep.cause.is_(None),
        )
        .order_by(ReturnCase.id)
        .with_for_update(key_share=True, of=(ReturnCase, ReturnStep))
    )
    late = rows.all()
    heads = await department_heads(db, [step.department_id for _, step in late])
    notices = []
    for case, step in late:
        step.cause = CAUSES.get(step.node, step.node)
        await tell(db, ReturnLate, case, by=None, cause=step.cause, due_at=step.due_at)
        head = heads.get(step.department_id) if step.department_id else None
        agents = {case.assignee_id or case.created_by, head} - {None}
        notices += [notice_of(case, agent, step) for agent in agents if agent]
    await notify_all(db, notices)


def notice_of(case: ReturnCase, agent: UUID, step: ReturnStep) -> Notice:
    return Notice(
        agent=agent,
        kind=LATE,
        subject_kind=SUBJECT,
        subject=case.id,
        conversation=case.conversation_id,
        params={"node": step.node, "cause": step.cause, "due_at": step.due_at},
    )


async def alarm_parcels(db: Session, facts: Sequence[Fact]) -> None:
    """Parcels that lie longer than they should: an alarm that says where."""
    due = {fact.subject for fact in about(facts, PARCEL, TURNOVER)}
    if not due:
        return
    rows = await db.scalars(
        select(WarehouseParcel)
        .where(
            WarehouseParcel.id.in_(due),
            WarehouseParcel.out_at.is_(None),
            WarehouseParcel.alarmed_at.is_(None),
        )
        .order_by(WarehouseParcel.id)
        .with_for_update()
    )
    agents = await agents_who_may(db, "warehouse.work")
    notices = []
    for parcel in rows.all():
        parcel.alarmed_at = now()
        case = await db.get(ReturnCase, parcel.case_id) if parcel.case_id else None
        await tell_of_parcel(db, ParcelOverdue, parcel, case, by=None, since=parcel.in_at)
        notices += [
            Notice(
                agent=agent,
                kind=OVERDUE,
                subject_kind=PARCEL,
                subject=parcel.id,
                params={"location": parcel.location_id, "since": parcel.in_at},
            )
            for agent in sorted(agents)
        ]
    await notify_all(db, notices)


def about(facts: Sequence[Fact], subject_kind: str, clock_kind: str) -> list[Fact]:
    return [
        fact
        for fact in facts
        if fact.details["subject_kind"] == subject_kind and fact.details["clock_kind"] == clock_kind
    ]
