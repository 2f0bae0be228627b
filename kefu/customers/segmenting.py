"""Segmenting: everybody gets one value in each dimension, by rules, in the database itself.

One statement compares what the rules say with where customers stand, writes the history and the
new standing. The facts follow in a second statement: a fact may take its id only after its
transaction has written something (kefu/core/events.py).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CTE,
    ColumnElement,
    Integer,
    Text,
    Uuid,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    text,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from kefu.core.clock import now
from kefu.core.condition_fields import Asking, Fields
from kefu.core.conditions import compiled, parsed
from kefu.core.db import Database, Session
from kefu.core.errors import Invalid
from kefu.core.events import record
from kefu.customers.events_segments import SegmentChanged
from kefu.customers.model import Customer
from kefu.customers.model_segments import (
    DIMENSIONS,
    OTHER,
    CustomerFigures,
    Membership,
    SegmentRule,
    SegmentRun,
    Standing,
)
from kefu.customers.segment_fields import PRESENT, segment_fields

CHUNK = 20_000
LOCK = text("select pg_advisory_xact_lock(hashtext('kefu.segments'))")
FACTS = text(
    "insert into facts (kind, subject, customer, details, at) "
    "select 'customer.segmented', customer_id, customer_id, jsonb_build_object("
    "'dimension', dimension, 'value', value, 'former', former, 'rule', rule_id, "
    "'rule_version', rule_version, 'historic', false), cast(:at as timestamptz) "
    "from segment_memberships where since = :at and former is not null "
    "and customer_id between :low and :high order by customer_id"
)


@dataclass(frozen=True, slots=True)
class Ruled:
    """A rule and its conditions in SQL."""

    rule: SegmentRule
    clause: ColumnElement[bool]


Ruleset = dict[str, list[Ruled]]


async def take_turn(db: Session) -> None:
    """Wait for whoever writes segments or portraits; each batch of facts may write both."""
    await db.execute(LOCK)


async def resegment(db: Session, customers: Collection[UUID], *, historic: bool = False) -> None:
    """Give these customers their values, and tell of each change."""
    if not customers:
        return
    at = now()
    await db.flush()
    await take_turn(db)
    ids = sorted(customers)
    await db.execute(statement(await ruleset(db, at), at, Customer.id.in_(ids), ids[0], ids[-1]))
    moved = await db.scalars(
        select(Membership)
        .where(Membership.customer_id.in_(ids), Membership.since == at)
        .order_by(Membership.customer_id, Membership.dimension)
    )
    for one in moved:
        await record(db, changed(one, historic=historic))


def changed(membership: Membership, *, historic: bool) -> SegmentChanged:
    return SegmentChanged(
        subject=membership.customer_id,
        customer=membership.customer_id,
        dimension=membership.dimension,
        value=membership.value,
        former=membership.former,
        rule=membership.rule_id,
        rule_version=membership.rule_version,
        historic=historic,
    )


async def resegment_everybody(database: Database, *, chunk: int = CHUNK) -> SegmentRun:
    """Everybody anew, a chunk in each transaction, so that no reader of facts waits for long."""
    async with database.transaction() as db:
        run = SegmentRun(started_at=now())
        db.add(run)
        rules = await ruleset(db, run.started_at)
    last: UUID | None = None
    while True:
        async with database.transaction() as db:
            ids = await next_ids(db, last, chunk)
            if not ids:
                break
            run.changed += await segment_chunk(db, rules, ids[0], ids[1])
            run.customers += ids[2]
            last = ids[1]
    run.finished_at = now()
    async with database.transaction() as db:
        await db.merge(run)
    return run


async def next_ids(db: Session, last: UUID | None, chunk: int) -> tuple[UUID, UUID, int] | None:
    """First and last id of the next chunk, and how many there are in it."""
    inside = select(Customer.id).order_by(Customer.id).limit(chunk)
    if last is not None:
        inside = inside.where(Customer.id > last)
    ids = inside.subquery()
    first = select(ids.c.id).order_by(ids.c.id).limit(1).scalar_subquery()
    final = select(ids.c.id).order_by(ids.c.id.desc()).limit(1).scalar_subquery()
    size = select(func.count()).select_from(ids).scalar_subquery()
    low, high, count = (await db.execute(select(first, final, size))).one()
    return (low, high, count) if count else None


async def segment_chunk(db: Session, rules: Ruleset, low: UUID, high: UUID) -> int:
    at = now()
    await take_turn(db)
    within = Customer.id.between(low, high)
    moved = await db.scalar(statement(rules, at, within, low, high)) or 0
    if moved:
        await db.execute(FACTS, {"at": at, "low": low, "high": high})
        db.info["recorded"] = True
    return moved


async def ruleset(db: Session, at: datetime) -> Ruleset:
    """The rules in force, in their order; one that is broken by now says nothing."""
    fields = await segment_fields(db)
    rules = await db.scalars(
        select(SegmentRule)
        .where(SegmentRule.enabled)
        .order_by(SegmentRule.position, SegmentRule.value)
    )
    found: Ruleset = {dimension: [] for dimension in DIMENSIONS}
    for rule in rules:
        clause = clause_of(rule.conditions, fields, at)
        if clause is not None:
            found[rule.dimension].append(Ruled(rule, clause))
    return found


def clause_of(conditions: Any, fields: Fields, at: datetime) -> ColumnElement[bool] | None:
    """The conditions in SQL; None where they name what is there no more."""
    try:
        return compiled(parsed(conditions, fields), fields, Asking(at))
    except Invalid:
        return None


def statement(
    rules: Ruleset, at: datetime, within: ColumnElement[bool], low: UUID, high: UUID
) -> Any:
    """Compares, closes and opens memberships and keeps the standing; gives how many changed."""
    wanted = wanted_values(rules, within, low, high)
    moved = changes_of(rules, wanted)
    closed = (
        update(Membership)
        .values(until=at)
        .where(
            Membership.customer_id.between(low, high),
            Membership.customer_id == moved.c.customer_id,
            Membership.dimension == moved.c.dimension,
            Membership.until.is_(None),
            moved.c.former.is_not(None),
        )
        .cte("closed")
    )
    columns = ("customer_id", "dimension", "value", "former", "rule_id", "rule_version")
    listed = [moved.c[name] for name in columns]
    opened = (
        insert(Membership)
        .from_select([*columns, "since"], select(*listed, literal(at)).order_by(*listed[:2]))
        .cte("opened")
    )
    kept = standings_from(wanted, at).cte("kept")
    return select(func.count()).select_from(moved).add_cte(closed, opened, kept)


def wanted_values(rules: Ruleset, within: ColumnElement[bool], low: UUID, high: UUID) -> CTE:
    """Who stands where now, the number of the deciding rule in each dimension, and its value.

    The range holds for all three tables: a chunk reads a piece of each, and none as a whole.
    """
    decided = (
        select(
            Customer.id.label("customer_id"),
            *[getattr(Standing, name).label(f"old_{name}") for name in DIMENSIONS],
            *[number_of_rule(rules[name]).label(f"rule_{name}") for name in DIMENSIONS],
        )
        .outerjoin(CustomerFigures, of_customer(CustomerFigures, low, high))
        .outerjoin(Standing, of_customer(Standing, low, high))
        .where(within, PRESENT)
        .cte("decided")
    )
    values = [
        of_rule(
            decided.c[f"rule_{name}"],
            [literal(one.rule.value, Text) for one in rules[name]],
            literal(OTHER, Text),
        ).label(f"new_{name}")
        for name in DIMENSIONS
    ]
    return select(decided, *values).cte("wanted")


def of_customer(
    table: type[CustomerFigures | Standing], low: UUID, high: UUID
) -> ColumnElement[bool]:
    return and_(table.customer_id == Customer.id, table.customer_id.between(low, high))


def number_of_rule(ruled: Sequence[Ruled]) -> ColumnElement[Any]:
    """The place of the first rule that holds."""
    if not ruled:
        return literal(-1)
    return case(*[(one.clause, place) for place, one in enumerate(ruled)], else_=-1)


def of_rule(number: ColumnElement[Any], values: Sequence[Any], otherwise: Any) -> Any:
    """What belongs to the rule at this place."""
    if not values:
        return otherwise
    return case(*[(number == place, value) for place, value in enumerate(values)], else_=otherwise)


def changes_of(rules: Ruleset, wanted: CTE) -> CTE:
    """One row for each customer and dimension in which something is different."""
    parts = []
    for name in DIMENSIONS:
        number, old, new = (wanted.c[f"{part}_{name}"] for part in ("rule", "old", "new"))
        ids = [literal(one.rule.id, Uuid) for one in rules[name]]
        versions = [literal(one.rule.version, Integer) for one in rules[name]]
        parts.append(
            select(
                wanted.c.customer_id,
                literal(name, Text).label("dimension"),
                new.label("value"),
                old.label("former"),
                of_rule(number, ids, cast(null(), Uuid)).label("rule_id"),
                of_rule(number, versions, cast(null(), Integer)).label("rule_version"),
            ).where(func.coalesce(old, OTHER) != new)
        )
    return union_all(*parts).cte("moved")


def standings_from(wanted: CTE, at: datetime) -> Any:
    """The standing of those who had none yet, or had another."""
    pairs = [(wanted.c[f"old_{name}"], wanted.c[f"new_{name}"]) for name in DIMENSIONS]
    different = or_(*[old.is_distinct_from(new) for old, new in pairs])
    rows = (
        select(wanted.c.customer_id, *[new for _, new in pairs], literal(at))
        .where(different)
        .order_by(wanted.c.customer_id)
    )
    stored = insert(Standing).from_select(["customer_id", *DIMENSIONS, "updated_at"], rows)
    return stored.on_conflict_do_update(
        index_elements=["customer_id"],
        set_={name: stored.excluded[name] for name in (*DIMENSIONS, "updated_at")},
    )
