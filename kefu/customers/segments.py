"""Segments: how customers are spread over them, who is in one, and how one customer moved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select

from kefu.core.db import Session
from kefu.core.errors import NotFound
from kefu.core.paging import page_of, read_cursor
from kefu.customers.access import visible_to
from kefu.customers.model import Customer
from kefu.customers.model_segments import (
    DIMENSIONS,
    OTHER,
    Membership,
    SegmentRule,
    SegmentRun,
    Standing,
)
from kefu.customers.segment_fields import PRESENT
from kefu.identity import Actor

HISTORY = 200


@dataclass(frozen=True, slots=True)
class Share:
    """A value of a dimension, and how many customers have it."""

    dimension: str
    value: str
    name: str | None
    customers: int


async def shares(db: Session) -> tuple[int, list[Share]]:
    """How many customers there are, and how many have which value, in one pass."""
    names = {
        (one.dimension, one.value): one.name
        for one in await db.scalars(select(SegmentRule).order_by(SegmentRule.position))
    }
    total = await db.scalar(select(func.count()).where(PRESENT)) or 0
    counts: Counter[tuple[str, str]] = Counter()
    for row in await db.execute(counted()):
        for dimension in DIMENSIONS:
            counts[dimension, getattr(row, dimension)] += row.customers
    found = []
    for dimension in DIMENSIONS:
        values = [value for kind, value in names if kind == dimension]
        values += [value for kind, value in counts if kind == dimension and value not in values]
        named = [
            Share(dimension, value, names.get((dimension, value)), counts[dimension, value])
            for value in values
            if value != OTHER
        ]
        rest = total - sum(one.customers for one in named)
        found += [*named, Share(dimension, OTHER, None, rest)]
    return total, found


def counted() -> Select[Any]:
    """How many customers stand alike in all dimensions: few rows, whatever the base."""
    columns = [getattr(Standing, name) for name in DIMENSIONS]
    return (
        select(*columns, func.count().label("customers"))
        .select_from(Standing)
        .join(Customer, Customer.id == Standing.customer_id)
        .where(PRESENT)
        .group_by(*columns)
    )


async def members_for(
    db: Session, actor: Actor, dimension: str, value: str, *, cursor: str | None, limit: int
) -> tuple[list[Customer], str | None]:
    """A page of the customers with this value whom the actor may see, the newest first."""
    if dimension not in DIMENSIONS:
        raise NotFound("There is no such dimension.")
    query = (
        select(Customer)
        .outerjoin(Standing, Standing.customer_id == Customer.id)
        .where(
            visible_to(actor),
            PRESENT,
            func.coalesce(getattr(Standing, dimension), OTHER) == value,
        )
        .order_by(Customer.id.desc())
        .limit(limit + 1)
    )
    key = read_cursor(cursor, UUID)
    if key:
        query = query.where(Customer.id < key[0])
    return page_of((await db.scalars(query)).all(), limit, lambda one: [one.id])


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a customer's way through a dimension; `conditions` are those of that time."""

    dimension: str
    value: str
    former: str | None
    since: datetime
    until: datetime | None
    rule_id: UUID | None
    rule_version: int | None
    rule_name: str | None


async def history_of(db: Session, customer: UUID) -> Sequence[Step]:
    """How the customer moved, the latest first."""
    rows = await db.execute(
        select(
            Membership.dimension,
            Membership.value,
            Membership.former,
            Membership.since,
            Membership.until,
            Membership.rule_id,
            Membership.rule_version,
            SegmentRule.name,
        )
        .outerjoin(SegmentRule, SegmentRule.id == Membership.rule_id)
        .where(Membership.customer_id == customer)
        .order_by(Membership.since.desc(), Membership.dimension)
        .limit(HISTORY)
    )
    return [Step(*row) for row in rows]


async def last_run(db: Session) -> SegmentRun | None:
    """The latest recomputation of everybody."""
    return await db.scalar(select(SegmentRun).order_by(SegmentRun.id.desc()).limit(1))


def customers_in(dimension: str, value: str, at: datetime) -> Select[UUID]:
    """Who had this value at this moment, as a part of somebody's query."""
    return select(Membership.customer_id).where(
        Membership.dimension == dimension,
        Membership.value == value,
        Membership.since <= at,
        or_(Membership.until.is_(None), Membership.until > at),
    )
