"""Views: what an exchange costs more or less, as its case and its customer see it."""

from __future__ import annotations

from kefu.commerce.model_differences import ExchangeDifference
from kefu.commerce.model_returns import ReturnCase
from kefu.commerce.returns.differences import difference_of
from kefu.commerce.returns.nodes import RESHIP
from kefu.commerce.returns.refunding import waiting_refund
from kefu.commerce.schemas_own_returns import OwnDifference
from kefu.commerce.schemas_return_detail import DifferenceRow
from kefu.core.db import Session
from kefu.identity import Actor, agents_named


async def difference_row(db: Session, case: ReturnCase, actor: Actor) -> DifferenceRow | None:
    found = await difference_of(db, case)
    if found is None:
        return None
    waits = not found.is_settled() and await waiting_refund(db, case) is not None
    agents = await agents_named(db, [found.settled_by])
    settler = agents.get(found.settled_by) if found.settled_by else None
    same = ("amount", "currency", "way", "reason", "payment_method_id", "settled_at")
    return DifferenceRow.model_validate(
        {name: getattr(found, name) for name in same}
        | {
            "state": "settled" if found.is_settled() else "waits" if waits else "open",
            "settled_by": settler.name if settler else None,
            "allowed": [] if waits else allowed(case, found, actor),
        }
    )


def allowed(case: ReturnCase, difference: ExchangeDifference, actor: Actor) -> list[str]:
    """What this actor may do about it now."""
    if difference.is_settled() or not case.is_open() or case.node != RESHIP:
        return []
    moving = "refund" if difference.is_owed_to_customer() else "pay"
    verbs = [moving] if actor.may("return.refund") else []
    return verbs + (["waive"] if actor.may("return.waive") else [])


def own_difference(found: ExchangeDifference | None) -> OwnDifference | None:
    """For the customer: how much, which way, and whether it is over; not why."""
    if found is None:
        return None
    return OwnDifference.model_validate(
        {"amount": found.amount, "currency": found.currency, "way": found.way}
    )
