"""Offering: what an agent may do with an order right now, said by whoever does it.

    @offers_actions
    async def cancelling(db, actor, order) -> list[Offer]: ...

The screen shows what is offered and nothing else; one that is not possible says why.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from kefu.commerce.model_orders import Order
from kefu.core.db import Session
from kefu.identity import Actor


@dataclass(frozen=True, slots=True)
class Offer:
    """An action by its name; `reason` is a code that the screen has words for."""

    name: str
    possible: bool = True
    reason: str | None = None
    until: datetime | None = None


Offering = Callable[[Session, Actor, Order], Awaitable[list[Offer]]]
OFFERINGS: list[Offering] = []


def offers_actions(offering: Offering) -> Offering:
    """Let the function say which of its actions suit an order."""
    OFFERINGS.append(offering)
    return offering


async def offers_for(db: Session, actor: Actor, order: Order) -> list[Offer]:
    """Everything that may be done with the order, in the order in which it was registered."""
    return [offer for offering in OFFERINGS for offer in await offering(db, actor, order)]


@offers_actions
async def looking_after(_db: Session, actor: Actor, order: Order) -> list[Offer]:
    """What the order itself offers."""
    offers = []
    if actor.may("order.reveal") and (order.phone or order.street):
        offers.append(Offer("reveal"))
    if actor.may("order.edit"):
        offers.append(Offer("note_error"))
        if order.status == "created":
            taken = order.assisted_by is not None
            offers.append(Offer("assist", possible=not taken, reason="assisted" if taken else None))
    return offers
