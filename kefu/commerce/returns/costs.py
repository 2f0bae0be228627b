"""Costs: what cases cost beyond their refunds, by reason."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from kefu.commerce.events_returns import ReturnCostNoted
from kefu.commerce.model_returns import ReturnCase, ReturnCost
from kefu.commerce.returns.telling import tell
from kefu.core.db import Session
from kefu.core.errors import Invalid


async def note_cost(
    db: Session, case: ReturnCase, *, kind: str, amount: int, note: str = "", by: UUID | None
) -> ReturnCost:
    if amount <= 0:
        raise Invalid("A cost is more than nothing.", field="amount", limit=1)
    cost = ReturnCost(
        case_id=case.id, kind=kind, amount=amount, currency=case.currency, note=note, agent_id=by
    )
    db.add(cost)
    await tell(db, ReturnCostNoted, case, by=by, cost=kind, amount=amount)
    return cost


async def costs_of(db: Session, case: ReturnCase) -> list[ReturnCost]:
    rows = await db.scalars(
        select(ReturnCost).where(ReturnCost.case_id == case.id).order_by(ReturnCost.at)
    )
    return list(rows)
