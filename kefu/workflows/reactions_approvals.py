"""Reactions of approvals: deadlines that passed, and customers who were erased."""

from __future__ import annotations

from sqlalchemy import update

from kefu.core.db import Session
from kefu.core.events import Fact
from kefu.core.reactions import reacts_to
from kefu.promises.events import ClockDue
from kefu.workflows.approval_deadlines import escalate_overdue
from kefu.workflows.model_approvals import Approval


@reacts_to(ClockDue, group="approvals")
async def escalate(db: Session, facts: list[Fact]) -> None:
    await escalate_overdue(db, facts)


@reacts_to("customer.erased", group="approvals")
async def forget_words(db: Session, facts: list[Fact]) -> None:
    """No word about an erased customer is kept; what was decided stays."""
    customers = [fact.subject for fact in facts]
    query = update(Approval).where(Approval.customer.in_(customers))
    await db.execute(query.values(reason="", comment=""))
