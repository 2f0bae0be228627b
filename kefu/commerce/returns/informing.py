"""Informing: whoever serves the customer hears of a result, a dispute and of money by itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kefu.commerce.events_returns import (
    ReturnDisputed,
    ReturnInspected,
    ReturnRefundAsked,
    ReturnRefundDecided,
)
from kefu.commerce.model_returns import RefundApproval, ReturnCase
from kefu.commerce.returns.running import SUBJECT
from kefu.core.db import Session
from kefu.core.events import Fact
from kefu.identity import agents_who_may
from kefu.notifications import Notice, announce, notify_all

INSPECTED, DISPUTED = ReturnInspected.kind, ReturnDisputed.kind
ASKED, DECIDED = ReturnRefundAsked.kind, ReturnRefundDecided.kind
announce(INSPECTED, zh="售后商品已完成质检", en="Returned goods were inspected")
announce(DISPUTED, zh="质检结果有争议", en="An inspection is disputed")
announce(ASKED, zh="有退款等待审批", en="A refund waits for approval")
announce(DECIDED, zh="退款审批有结果", en="A refund was decided on")

SHOWN = ("determination", "accepted", "amount", "agreed", "complaint", "node")


async def inform(db: Session, facts: Sequence[Fact]) -> None:
    """One line in the centre of each colleague whom it concerns."""
    cases = await cases_of(db, facts)
    approvers = await approvers_for(db, facts)
    askers = await askers_of(db, facts)
    notices = []
    for fact in facts:
        case = cases.get(fact.subject)
        if case is not None and not case.historic:
            agents = concerned(fact, case, approvers, askers)
            notices += [notice(fact, case, agent) for agent in sorted(agents)]
    await notify_all(db, notices)


def concerned(
    fact: Fact, case: ReturnCase, approvers: set[UUID], askers: dict[UUID, UUID]
) -> set[UUID]:
    if fact.kind == ASKED:
        return approvers
    if fact.kind == DECIDED:
        asker = askers.get(UUID(fact.details["refund"]))
        return {asker} if asker else set()
    return {agent for agent in (case.created_by, case.assignee_id) if agent}


async def cases_of(db: Session, facts: Sequence[Fact]) -> dict[UUID, ReturnCase]:
    rows = await db.scalars(
        select(ReturnCase).where(ReturnCase.id.in_({fact.subject for fact in facts}))
    )
    return {case.id: case for case in rows}


async def approvers_for(db: Session, facts: Sequence[Fact]) -> set[UUID]:
    if not any(fact.kind == ASKED for fact in facts):
        return set()
    return await agents_who_may(db, "return.approve")


async def askers_of(db: Session, facts: Sequence[Fact]) -> dict[UUID, UUID]:
    refunds = {UUID(fact.details["refund"]) for fact in facts if fact.kind == DECIDED}
    rows = await db.execute(
        select(RefundApproval.refund_id, RefundApproval.asked_by).where(
            RefundApproval.refund_id.in_(refunds)
        )
    )
    return {row.refund_id: row.asked_by for row in rows}


def notice(fact: Fact, case: ReturnCase, agent: UUID) -> Notice:
    params: dict[str, Any] = {key: fact.details[key] for key in SHOWN if key in fact.details}
    return Notice(
        agent=agent,
        kind=fact.kind,
        subject_kind=SUBJECT,
        subject=case.id,
        conversation=case.conversation_id,
        actor=fact.actor,
        params=params,
    )
