"""The policy of one-to-one service: who is promised it, by which team, and how many each has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, case, cast, false, null, or_, select

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Invalid
from kefu.core.events import record
from kefu.core.jobs import enqueue
from kefu.customers.events_dedicated import DedicatedServiceChanged
from kefu.customers.model import TIERS, Customer
from kefu.customers.model_dedicated import DedicatedService
from kefu.customers.model_segments import DIMENSIONS, SegmentRule, Standing
from kefu.identity import teams_named

BALANCE_JOB = "customers.dedicated"
TIER = "tier"


async def dedicated_policy(db: Session, *, lock: bool = False) -> DedicatedService:
    return await db.get_one(
        DedicatedService, 1, populate_existing=True, with_for_update=lock or None
    )


async def change_policy(db: Session, changes: Mapping[str, Any], *, by: UUID) -> DedicatedService:
    """Change what is promised; everybody is looked at again right after."""
    policy = await dedicated_policy(db, lock=True)
    for field in ("team_id", "pool_id"):
        team = changes.get(field)
        if team is not None and team not in await teams_named(db, [team]):
            raise Invalid("There is no such team.", field=field)
    if "served" in changes:
        await check_groups(db, changes["served"])
    for name, value in changes.items():
        setattr(policy, name, value)
    if policy.enabled and policy.team_id is None and policy.pool_id is None:
        raise Invalid("Choose the dedicated team or the pool first.", field="team_id")
    policy.updated_at = now()
    await record(db, DedicatedServiceChanged(subject=by, actor=by, changed=tuple(sorted(changes))))
    await enqueue(db, BALANCE_JOB, {}, key="everybody")
    return policy


async def check_groups(db: Session, groups: Sequence[str]) -> None:
    """Each group is a tier or a value of a dimension, and stands there once."""
    if len(set(groups)) != len(groups):
        raise Invalid("A group stands there twice.", field="served")
    for unknown in set(groups) - {group for group, _ in await known_groups(db)}:
        raise Invalid(f"There is no such group: {unknown}.", field="served")


async def known_groups(db: Session) -> list[tuple[str, str]]:
    """All groups that can be served: tiers, and the values of segment rules with their names."""
    rules = await db.execute(
        select(SegmentRule.dimension, SegmentRule.value, SegmentRule.name).order_by(
            SegmentRule.dimension, SegmentRule.position
        )
    )
    tiers = [(f"{TIER}.{tier}", tier) for tier in reversed(TIERS)]
    return [*tiers, *((f"{row.dimension}.{row.value}", row.name) for row in rows_of(rules))]


def rows_of(result: Any) -> Sequence[Any]:
    found: Sequence[Any] = result.all()
    return found


def group_of(policy: DedicatedService) -> ColumnElement[Any]:
    """The place of the first group that a customer belongs to; null where they are not served.

    The query has `Standing` joined.
    """
    cases = [(clause, place) for place, one in enumerate(policy.served) if (clause := within(one))
             is not None]  # fmt: skip
    return case(*cases, else_=null()) if cases else cast(null(), Integer)


def is_promised(policy: DedicatedService) -> ColumnElement[bool]:
    """That a customer belongs to one of the groups; without any nobody does."""
    clauses = [clause for one in policy.served if (clause := within(one)) is not None]
    return or_(false(), *clauses)


def within(group: str) -> ColumnElement[bool] | None:
    dimension, _, value = group.partition(".")
    if dimension == TIER:
        return Customer.tier == value
    return getattr(Standing, dimension) == value if dimension in DIMENSIONS else None


def concerns(policy: DedicatedService, dimension: str, *values: str | None) -> bool:
    """Whether a change between these values may begin or end the promise."""
    return any(f"{dimension}.{value}" in policy.served for value in values)
