"""Everybody has one value in each dimension, by the first rule that holds, with its history."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from kefu.core.clock import frozen
from kefu.core.db import Session
from kefu.core.jobs import JOBS
from kefu.customers import PurchaseFigures, note_purchases
from kefu.customers.jobs_segments import look_at_everybody  # noqa: F401 - its schedule is read here
from kefu.customers.model import Customer
from kefu.customers.model_segments import DIMENSIONS, Membership, SegmentRule, Standing
from kefu.customers.segmenting import resegment, ruleset, segment_chunk
from kefu.customers.tests.factories import a_customer

NOW = datetime(2026, 11, 11, 4, tzinfo=UTC)


def days_ago(days: int) -> datetime:
    return NOW - timedelta(days=days)


def bought(orders: int, last: int, spent: int = 30_000, **more: Any) -> PurchaseFigures:
    at = days_ago(last)
    return PurchaseFigures(orders=orders, first_order_at=at, last_order_at=at, spent=spent, **more)


async def a_base(db: Session) -> dict[str, list[Customer]]:
    """A hundred customers: 28 who came lately, 42 good ones, 18 who stay away, 12 of neither."""
    kinds = {"new": (28, 10), "core": (42, 400), "churn_risk": (18, 400), "other": (12, 400)}
    people = {
        kind: [await a_customer(db, created_at=days_ago(age)) for _ in range(count)]
        for kind, (count, age) in kinds.items()
    }
    figures = {one.id: bought(4, 20) for one in people["core"]}
    figures |= {one.id: bought(1, 200) for one in people["churn_risk"]}
    figures |= {one.id: bought(1, 100) for one in people["other"]}
    await note_purchases(db, figures)
    return people


async def test_the_shares_are_those_of_the_model_and_the_rest_is_other(db: Session) -> None:
    with frozen(NOW):
        people = await a_base(db)
        everybody = [one.id for group in people.values() for one in group]

        await resegment(db, everybody)

        standings = (await db.scalars(select(Standing))).all()
    shares = Counter(one.lifecycle for one in standings)
    assert shares == {"new": 28, "core": 42, "churn_risk": 18, "other": 12}
    assert len(standings) == len({one.customer_id for one in standings}) == 100
    assert all(getattr(one, name) for one in standings for name in DIMENSIONS)


async def test_a_run_over_everybody_says_the_same_as_one_at_a_time(db: Session) -> None:
    with frozen(NOW) as clock:
        people = await a_base(db)
        first = {one.customer_id: one.lifecycle for one in await db.scalars(select(Standing))}
        clock.advance(timedelta(minutes=1))
        ids = sorted(one.id for group in people.values() for one in group)
        expected = first | {one.id: "new" for one in people["new"]}

        moved = await segment_chunk(db, await ruleset(db, NOW), ids[0], ids[-1])

        db.expire_all()
        standings = (await db.scalars(select(Standing))).all()
    assert moved == 28 * 2  # those without purchases had no standing yet: lifecycle and stage
    assert len(standings) == 100
    assert {one.customer_id: one.lifecycle for one in standings} == expected


async def test_the_history_says_since_when_until_when_and_by_which_rule(
    db: Session, facts: Any
) -> None:
    with frozen(NOW) as clock:
        customer = await a_customer(db, created_at=days_ago(400))
        await note_purchases(db, {customer.id: bought(1, 100)})
        clock.advance(timedelta(hours=1))
        await note_purchases(db, {customer.id: bought(3, 0)})

    history = (
        await db.scalars(
            select(Membership)
            .where(Membership.customer_id == customer.id, Membership.dimension == "lifecycle")
            .order_by(Membership.since)
        )
    ).all()
    rule = (await db.scalars(select(SegmentRule).where(SegmentRule.value == "core"))).one()
    assert [(one.value, one.former, one.until) for one in history] == [("core", "other", None)]
    assert (history[0].rule_id, history[0].rule_version) == (rule.id, 1)
    said = [one for one in await facts() if one.details.get("dimension") == "lifecycle"]
    assert [(one.kind, one.details["value"]) for one in said] == [("customer.segmented", "core")]


async def test_who_leaves_a_segment_has_its_end_written_down(db: Session) -> None:
    with frozen(NOW) as clock:
        customer = await a_customer(db, created_at=days_ago(1))
        await resegment(db, [customer.id])
        clock.advance(timedelta(days=120))

        await resegment(db, [customer.id])

        moved = (
            await db.scalars(
                select(Membership)
                .where(Membership.customer_id == customer.id, Membership.dimension == "lifecycle")
                .order_by(Membership.since)
                .execution_options(populate_existing=True)
            )
        ).all()
    assert [(one.value, one.rule_version) for one in moved] == [("new", 1), ("other", None)]
    assert moved[0].until == moved[1].since


async def test_nothing_is_written_where_nothing_changed(db: Session, facts: Any) -> None:
    with frozen(NOW) as clock:
        customer = await a_customer(db)
        await note_purchases(db, {customer.id: bought(3, 0)})
        before = len(await facts())
        clock.advance(timedelta(hours=1))

        await note_purchases(db, {customer.id: bought(3, 0)})

    assert len(await facts()) == before


async def test_a_rule_that_is_broken_by_now_says_nothing(db: Session) -> None:
    gone = {"field": "attributes.gone", "operator": "is", "value": ["x"]}
    await db.execute(update(SegmentRule).where(SegmentRule.value == "core").values(conditions=gone))
    with frozen(NOW):
        customer = await a_customer(db, created_at=days_ago(1))
        await note_purchases(db, {customer.id: bought(3, 0)})

        standing = await db.get_one(Standing, customer.id)

    assert standing.lifecycle == "new"


async def test_an_old_member_whom_a_file_brings_is_not_new(db: Session) -> None:
    with frozen(NOW):
        member = await a_customer(db, first_seen_at=days_ago(900))
        await resegment(db, [member.id])

        standing = await db.get_one(Standing, member.id)

    assert standing.lifecycle == "other"


def test_everybody_is_looked_at_while_the_shop_sleeps() -> None:
    minute, hour, *_ = (JOBS["customers.segments"].schedule or "").split()
    at = datetime(2026, 11, 11, int(hour), int(minute), tzinfo=UTC)

    assert 0 <= at.astimezone(ZoneInfo("Asia/Shanghai")).hour < 6
