"""Informing: whoever serves the customer hears of a result and of a dispute by itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kefu.commerce.events_returns import ReturnDisputed, ReturnInspected
from kefu.commerce.model_returns import ReturnCase
from kefu.commerce.returns.running import SUBJECT
from kefu.core.db import Session
from kefu.core.events import Fact
from kefu.notifications import Notice, Why, announce, notify_all

INSPECTED, DISPUTED = ReturnInspected.kind, ReturnDisputed.kind
announce(
    INSPECTED,
    zh="售后商品已完成质检",
    en="Returned goods were inspected",
    why=Why(
        zh="您建立或负责的售后单有了质检结果。",
        en="Goods of a case that you opened or look after were inspected.",
    ),
)
announce(
    DISPUTED,
    zh="质检结果有争议",
    en="An inspection is disputed",
    why=Why(
        zh="您建立或负责的售后单，质检结果被提出异议。",
        en="The inspection of a case that you opened or look after is disputed.",
    ),
)

SHOWN = ("determination", "accepted", "complaint", "node")


async def inform(db: Session, facts: Sequence[Fact]) -> None:
    """One line in the centre of each colleague whom it concerns."""
    cases = await cases_of(db, facts)
    notices = []
    for fact in facts:
        case = cases.get(fact.subject)
        if case is not None and not case.historic:
            agents = concerned(case)
            notices += [notice(fact, case, agent) for agent in sorted(agents)]
    await notify_all(db, notices)


def concerned(case: ReturnCase) -> set[UUID]:
    return {agent for agent in (case.created_by, case.assignee_id) if agent}


async def cases_of(db: Session, facts: Sequence[Fact]) -> dict[UUID, ReturnCase]:
    rows = await db.scalars(
        select(ReturnCase).where(ReturnCase.id.in_({fact.subject for fact in facts}))
    )
    return {case.id: case for case in rows}


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
