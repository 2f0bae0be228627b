"""Treating: what a customer's segments mean for points, priority and what agents are told."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from kefu.core.db import Session
from kefu.customers.model_segments import DIMENSIONS, SegmentRule, Standing

USUAL = 100


@dataclass(frozen=True, slots=True)
class Hint:
    """What an agent should know of everybody in this segment."""

    dimension: str
    value: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Treatment:
    """The best of what the customer's segments give."""

    points_percent: int = USUAL
    priority_weight: int = 0
    hints: tuple[Hint, ...] = ()


async def treatment_of(db: Session, customer: UUID) -> Treatment:
    """How this customer is treated: multiplier of points, weight in the queue, hints."""
    return (await treatments_of(db, [customer]))[customer]


async def treatments_of(db: Session, customers: Collection[UUID]) -> dict[UUID, Treatment]:
    """How each of these customers is treated, by two queries."""
    rules = (await db.scalars(select(SegmentRule).order_by(SegmentRule.position))).all()
    standings = await db.scalars(
        select(Standing)
        .where(Standing.customer_id.in_(customers))
        .execution_options(populate_existing=True)
    )
    stand = {
        one.customer_id: {name: getattr(one, name) for name in DIMENSIONS} for one in standings
    }
    return {customer: treatment(rules, stand.get(customer, {})) for customer in customers}


def treatment(rules: Sequence[SegmentRule], standing: Mapping[str, str]) -> Treatment:
    """The rules for values that somebody has, taken together."""
    held = [one for one in rules if standing.get(one.dimension) == one.value]
    return Treatment(
        points_percent=max([one.points_percent for one in held], default=USUAL),
        priority_weight=max([one.priority_weight for one in held], default=0),
        hints=tuple(Hint(one.dimension, one.value, one.name, one.hint) for one in held if one.hint),
    )
