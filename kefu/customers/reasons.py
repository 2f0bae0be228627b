"""Reasons: who gave a customer their tier, which rule their segments, and on what ground."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from kefu.core.clock import now
from kefu.core.condition_fields import Asking, Fields
from kefu.core.conditions import Condition, Not, Test, compiled, parsed
from kefu.core.db import Session
from kefu.core.errors import Invalid
from kefu.core.events import FactRow
from kefu.customers.model import TIERS, Customer
from kefu.customers.model_segments import (
    DIMENSIONS,
    CustomerFigures,
    Membership,
    SegmentRule,
    SegmentRuleVersion,
)
from kefu.customers.profiles import shown_attributes
from kefu.customers.segment_fields import VALUES, segment_fields
from kefu.identity import AgentName, agents_named

AGENT, IMPORTED, MERGED = "agent", "import", "merged"
USUAL, UNRECORDED = "usual", "unrecorded"
ATTRIBUTE = "attributes."
TIER_FACTS = ("customer.changed", "customer.created")


@dataclass(frozen=True, slots=True)
class TierReason:
    """`how`: an agent, an import, somebody they were merged with, or nobody: the usual one.

    Unrecorded is another tier than the usual one that nobody is known to have given.
    """

    value: str
    how: str
    at: datetime | None
    by: AgentName | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """One test of a rule, whether it holds now, and what was found where that may be shown."""

    field: str
    operator: str
    value: Any
    holds: bool
    found: Any


@dataclass(frozen=True, slots=True)
class SegmentReason:
    """The rule that decided, as it read then; without one, no rule of the dimension held."""

    dimension: str
    value: str
    since: datetime
    rule_id: UUID | None
    rule_name: str | None
    rule_version: int | None
    conditions: dict[str, Any] | None
    evidence: list[Evidence]


async def tier_reason(db: Session, customer: Customer) -> TierReason:
    """Who gave the tier, as far as it was written down."""
    if "tier" in customer.own:
        return TierReason(customer.tier, MERGED, None, None)
    fact = await db.scalar(
        select(FactRow)
        .where(
            FactRow.customer == customer.id,
            FactRow.kind.in_(TIER_FACTS),
            (FactRow.kind == "customer.created") | FactRow.details["changed"].contains(["tier"]),
        )
        .order_by(FactRow.id.desc())
        .limit(1)
    )
    if fact is None or (fact.kind == "customer.created" and not fact.details.get("historic")):
        how = USUAL if customer.tier == TIERS[0] else UNRECORDED
        return TierReason(customer.tier, how, None, None)
    names = await agents_named(db, [fact.actor])
    by = names.get(fact.actor) if fact.actor else None
    how = IMPORTED if fact.details.get("historic") else AGENT
    return TierReason(customer.tier, how, fact.at, by)


async def segment_reasons(db: Session, customer: Customer) -> list[SegmentReason]:
    """Each dimension with its rule and what that finds now; few queries for any number."""
    rows = (
        await db.execute(
            select(Membership, SegmentRule.name, SegmentRuleVersion.conditions)
            .outerjoin(SegmentRule, SegmentRule.id == Membership.rule_id)
            .outerjoin(
                SegmentRuleVersion,
                (SegmentRuleVersion.rule_id == Membership.rule_id)
                & (SegmentRuleVersion.version == Membership.rule_version),
            )
            .where(Membership.customer_id == customer.id, Membership.until.is_(None))
        )
    ).all()
    fields = await segment_fields(db)
    tests = {row[0].dimension: tests_in(row[2], fields) for row in rows}
    found = await evidence_of(db, customer, fields, tests)
    reasons = [
        SegmentReason(
            dimension=one.dimension,
            value=one.value,
            since=one.since,
            rule_id=one.rule_id,
            rule_name=name,
            rule_version=one.rule_version,
            conditions=conditions,
            evidence=found[one.dimension],
        )
        for one, name, conditions in rows
    ]
    return sorted(reasons, key=lambda one: DIMENSIONS.index(one.dimension))


def tests_in(conditions: Any, fields: Fields) -> list[Test]:
    """The tests of a rule's conditions; none where they name what is there no more."""
    try:
        return leaves(parsed(conditions, fields)) if conditions else []
    except Invalid:
        return []


def leaves(condition: Condition) -> list[Test]:
    if isinstance(condition, Test):
        return [condition]
    if isinstance(condition, Not):
        return leaves(condition.part)
    return [test for part in condition.parts for test in leaves(part)]


async def evidence_of(
    db: Session, customer: Customer, fields: Fields, tests: Mapping[str, Sequence[Test]]
) -> dict[str, list[Evidence]]:
    """What all tests say of the customer, asked at once."""
    every = list(dict.fromkeys(key_of(test) for part in tests.values() for test in part))
    asking = Asking(now())
    by_key = {key_of(test): test for part in tests.values() for test in part}
    answers = [
        func.coalesce(compiled(by_key[key], fields, asking), False).label(f"t{place}")
        for place, key in enumerate(every)
    ]
    names = sorted({test.field for test in by_key.values()} & VALUES.keys())
    row = (
        await db.execute(
            select(*answers, *[VALUES[name].label(name) for name in names], Customer.id)
            .outerjoin(CustomerFigures, CustomerFigures.customer_id == Customer.id)
            .where(Customer.id == customer.id)
        )
    ).one()
    holds = dict(zip(every, row, strict=False))
    values = dict(zip(names, row[len(every) :], strict=False))
    if any(test.field.startswith(ATTRIBUTE) for test in by_key.values()):
        own = await shown_attributes(db, customer)
        values |= {f"{ATTRIBUTE}{key}": value for key, value in own.items()}
    return {
        dimension: [
            Evidence(
                test.field, test.operator, test.value, holds[key_of(test)], values.get(test.field)
            )
            for test in part
        ]
        for dimension, part in tests.items()
    }


def key_of(test: Test) -> tuple[str, str, str]:
    return (test.field, test.operator, repr(test.value))
