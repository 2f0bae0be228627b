"""Segment rules: who belongs where, written by administrators, tried out before they are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from kefu.core.clock import now
from kefu.core.condition_fields import Asking, Fields
from kefu.core.conditions import compiled, parsed
from kefu.core.db import Session
from kefu.core.errors import Conflict, Invalid, NotFound
from kefu.core.events import record
from kefu.core.jobs import enqueue
from kefu.customers.access import visible_to
from kefu.customers.events_segments import SegmentRuleChanged
from kefu.customers.model import Customer
from kefu.customers.model_segments import (
    DIMENSIONS,
    OTHER,
    CustomerFigures,
    SegmentRule,
    SegmentRuleVersion,
)
from kefu.customers.segment_fields import PRESENT, segment_fields
from kefu.customers.segmenting import clause_of
from kefu.identity import Actor

EVERYBODY_JOB = "customers.segments"
RULES_AT_MOST = 30
SAMPLE = 10


async def create_rule(db: Session, given: Mapping[str, Any], *, by: UUID) -> SegmentRule:
    """A new value of a dimension, and who has it."""
    rule = SegmentRule(**given)
    rule.version = 1
    await check_rule(db, rule)
    siblings = [one for one in await segment_rules(db) if one.dimension == rule.dimension]
    if len(siblings) >= RULES_AT_MOST:
        raise Conflict("This dimension has too many rules.", limit=RULES_AT_MOST)
    if any(one.value == rule.value for one in siblings):
        raise Conflict("There is a rule for this value already.", field="value")
    db.add(rule)
    await db.flush()
    await told(db, rule, "created", by)
    return rule


async def change_rule(
    db: Session, rule: SegmentRule, changes: Mapping[str, Any], *, by: UUID
) -> None:
    """Change a rule; other conditions make another version, and everybody is looked at again."""
    before = rule.conditions
    for name, value in changes.items():
        setattr(rule, name, value)
    await check_rule(db, rule)
    if rule.conditions != before:
        rule.version += 1
    rule.updated_at = now()
    await told(db, rule, "changed", by)


async def remove_rule(db: Session, rule: SegmentRule, *, by: UUID) -> None:
    """Its customers fall to the next rule; what it said stays with the history."""
    await told(db, rule, "removed", by)
    await db.delete(rule)
    await db.flush()


async def told(db: Session, rule: SegmentRule, change: str, by: UUID) -> None:
    if await db.get(SegmentRuleVersion, (rule.id, rule.version)) is None:
        db.add(
            SegmentRuleVersion(
                rule_id=rule.id,
                version=rule.version,
                conditions=rule.conditions,
                at=now(),
                changed_by=by,
            )
        )
    event = SegmentRuleChanged(
        subject=rule.id,
        actor=by,
        dimension=rule.dimension,
        value=rule.value,
        version=rule.version,
        change=change,
    )
    await record(db, event)
    await enqueue(db, EVERYBODY_JOB, {}, key="everybody")


async def check_rule(db: Session, rule: SegmentRule) -> None:
    if rule.dimension not in DIMENSIONS:
        raise Invalid("There is no such dimension.", field="dimension")
    if rule.value == OTHER:
        raise Invalid("Everybody whom no rule names is in other already.", field="value")
    with db.no_autoflush:
        parsed(rule.conditions, await segment_fields(db))


async def segment_rules(db: Session) -> Sequence[SegmentRule]:
    """All rules, dimension by dimension in their order."""
    found = await db.scalars(select(SegmentRule))
    return sorted(found, key=lambda one: (DIMENSIONS.index(one.dimension), one.position, one.value))


async def rule_with_id(db: Session, rule_id: UUID) -> SegmentRule:
    rule = await db.get(SegmentRule, rule_id, with_for_update=True)
    if rule is None:
        raise NotFound("There is no such rule.")
    return rule


def is_broken(rule: SegmentRule, fields: Fields) -> bool:
    """Whether it names what is there no more; such a rule holds for nobody."""
    return clause_of(rule.conditions, fields, now()) is None


async def versions_of(db: Session, rule: UUID) -> Sequence[SegmentRuleVersion]:
    """What the rule said, the newest first; also of one that was removed."""
    found = await db.scalars(
        select(SegmentRuleVersion)
        .where(SegmentRuleVersion.rule_id == rule)
        .order_by(SegmentRuleVersion.version.desc())
    )
    return found.all()


async def previewed(
    db: Session, actor: Actor, conditions: Any
) -> tuple[int, int, Sequence[Customer]]:
    """How many of how many customers the conditions mean now, and the latest of them."""
    fields = await segment_fields(db)
    clause = compiled(parsed(conditions, fields), fields, Asking(now()))
    joined = Customer.__table__.outerjoin(
        CustomerFigures.__table__, CustomerFigures.customer_id == Customer.id
    )
    meant, everybody = (
        await db.execute(
            select(func.count().filter(clause), func.count()).select_from(joined).where(PRESENT)
        )
    ).one()
    sample = await db.scalars(
        select(Customer)
        .outerjoin(CustomerFigures, CustomerFigures.customer_id == Customer.id)
        .where(PRESENT, clause, visible_to(actor))
        .order_by(Customer.last_seen_at.desc(), Customer.id.desc())
        .limit(SAMPLE)
    )
    return meant, everybody, sample.all()
