"""A plan starts once per customer and period, for those who agreed, with a group to compare."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from kefu.core.clock import frozen, now
from kefu.core.db import Session
from kefu.core.events import Fact, FactRow
from kefu.customers import Proof, PurchaseFigures, ServiceFigures, give_consent, note_purchases
from kefu.customers.care_plans import create_plan, outcomes
from kefu.customers.caring import (
    count_steps,
    days_of,
    entered,
    greet_birthdays,
    make_some_tasks,
    start_care,
)
from kefu.customers.model import Customer
from kefu.customers.model_care import CareCourse, CarePlan
from kefu.customers.model_portraits import PortraitTrait
from kefu.customers.purchases import note_service
from kefu.customers.reactions_segments import follow_consent
from kefu.customers.segmenting import resegment
from kefu.customers.tests.factories import a_customer
from kefu.identity.tests.factories import an_agent
from kefu.promises import Task, complete_task

NOW = datetime(2026, 11, 11, 4, tzinfo=UTC)
STEPS = [{"title": "电话回访", "after_days": 0}, {"title": "送上优惠券", "after_days": 3}]


async def a_plan(db: Session, **more: Any) -> CarePlan:
    owner = await an_agent(db)
    given = {
        "name": f"关怀 {owner.id}",
        "occasion": "after_purchase",
        "conditions": {"all": []},
        "steps": STEPS,
        "purpose": "care",
        "owner_id": owner.id,
        "control_percent": 0,
        "enabled": True,
    }
    return await create_plan(db, given | more, by=owner.id)


async def one_who_agreed(db: Session, **more: Any) -> Customer:
    customer = await a_customer(db, **more)
    await give_consent(db, customer, "care", proof=Proof("web_chat", "勾选"))
    return customer


def bought(orders: int, at: datetime) -> PurchaseFigures:
    return PurchaseFigures(orders=orders, first_order_at=at, last_order_at=at, spent=9900)


async def courses(db: Session) -> list[CareCourse]:
    query = select(CareCourse).order_by(CareCourse.id).execution_options(populate_existing=True)
    return list(await db.scalars(query))


async def facts_of(db: Session, kind: str) -> list[Fact]:
    rows = await db.scalars(select(FactRow).where(FactRow.kind == kind).order_by(FactRow.id))
    names = ("id", "kind", "subject", "conversation", "customer", "actor", "details", "at")
    return [Fact(**{name: getattr(row, name) for name in names}) for row in rows]


async def test_a_purchase_starts_the_plan_once_in_its_period(db: Session) -> None:
    plan = await a_plan(db, period_days=30)
    with frozen(NOW) as clock:
        customer = await one_who_agreed(db)
        await note_purchases(db, {customer.id: bought(1, now())})
        clock.advance(timedelta(days=29))
        await note_purchases(db, {customer.id: bought(2, now())})
        again = len(await courses(db))
        clock.advance(timedelta(days=2))
        await note_purchases(db, {customer.id: bought(3, now())})

    assert again == 1
    assert [one.plan_id for one in await courses(db)] == [plan.id, plan.id]


async def test_the_steps_become_tasks_of_whoever_answers_for_them(db: Session) -> None:
    plan = await a_plan(db)
    with frozen(NOW):
        customer = await one_who_agreed(db)
        await note_purchases(db, {customer.id: bought(1, now())})

        made = await make_some_tasks(db)
        more = await make_some_tasks(db)

    tasks = (await db.scalars(select(Task).order_by(Task.due_at))).all()
    assert (made, more) == (1, 0)
    assert [task.title for task in tasks] == ["电话回访", "送上优惠券"]
    assert {task.owner_id for task in tasks} == {plan.owner_id}
    assert {task.customer for task in tasks} == {customer.id}
    assert [task.due_at for task in tasks] == [NOW + timedelta(days=1), NOW + timedelta(days=4)]


async def test_a_course_is_complete_when_all_its_tasks_are_done(db: Session) -> None:
    plan = await a_plan(db)
    customer = await one_who_agreed(db)
    await note_purchases(db, {customer.id: bought(1, now())})
    await make_some_tasks(db)
    tasks = (await db.scalars(select(Task))).all()
    assert plan.owner_id is not None

    await complete_task(db, tasks[0], by=plan.owner_id)
    await count_steps(db, await facts_of(db, "task.done"), 1)
    halfway = (await courses(db))[0].completed_at
    await complete_task(db, tasks[1], by=plan.owner_id)
    await count_steps(db, (await facts_of(db, "task.done"))[1:], 1)

    course = (await courses(db))[0]
    assert halfway is None
    assert (course.steps_done, course.completed_at is not None) == (2, True)
    assert len(await facts_of(db, "care.completed")) == 1


async def test_nobody_is_cared_for_who_has_not_agreed(db: Session) -> None:
    await a_plan(db)
    silent = await a_customer(db)
    blocked = await one_who_agreed(db, blocked_at=NOW)

    figures = {one.id: bought(1, now()) for one in (silent, blocked)}
    await note_purchases(db, figures)

    assert await courses(db) == []


async def test_who_agrees_a_little_after_joining_is_guided(db: Session) -> None:
    guidance = await a_plan(db, occasion="entered_segment", dimension="lifecycle", value="new")
    with frozen(NOW) as clock:
        customer, old = await a_customer(db), await a_customer(db)
        await resegment(db, [customer.id, old.id])
        await start_care(db, entered(await facts_of(db, "customer.segmented")))
        before = await courses(db)
        clock.advance(timedelta(days=2))
        await give_consent(db, customer, "care", proof=Proof("web_chat", "勾选"))
        await follow_consent(db, await facts_of(db, "consent.given"))
        await follow_consent(db, await facts_of(db, "consent.given"))
        clock.advance(timedelta(days=40))
        await give_consent(db, old, "care", proof=Proof("web_chat", "勾选"))
        await follow_consent(db, (await facts_of(db, "consent.given"))[1:])

    assert before == []
    assert [(one.customer_id, one.plan_id) for one in await courses(db)] == [
        (customer.id, guidance.id)
    ]


async def test_old_orders_that_are_imported_start_nothing(db: Session) -> None:
    await a_plan(db)
    await a_plan(db, occasion="entered_segment", dimension="lifecycle", value="core")
    customer = await one_who_agreed(db)

    await note_purchases(db, {customer.id: bought(5, now())}, historic=True)
    await start_care(db, entered(await facts_of(db, "customer.segmented")))

    assert await courses(db) == []


async def test_who_comes_into_a_segment_is_guided(db: Session) -> None:
    plan = await a_plan(db, occasion="entered_segment", dimension="lifecycle", value="churn_risk")
    customer, other = await one_who_agreed(db), await one_who_agreed(db)
    figures = {customer.id: bought(1, now() - timedelta(days=300)), other.id: bought(1, now())}

    await note_purchases(db, figures)
    await start_care(db, entered(await facts_of(db, "customer.segmented")))

    assert [(one.plan_id, one.customer_id) for one in await courses(db)] == [(plan.id, customer.id)]


async def test_a_complaint_starts_care_on_the_preferred_channel(db: Session) -> None:
    await a_plan(db, occasion="after_complaint")
    customer = await one_who_agreed(db)
    db.add(PortraitTrait(customer_id=customer.id, attribute="channel", given="wechat"))
    await db.flush()

    await note_service(db, {customer.id: ServiceFigures(complaints=1, last_complaint_at=NOW)})

    course = (await courses(db))[0]
    assert (course.channel, course.occasion_at) == ("wechat", NOW)


async def test_birthdays_are_those_of_the_shops_day(db: Session) -> None:
    await a_plan(db, occasion="birthday", period_days=300)
    today = await one_who_agreed(db, attributes={"birthday": "1990-11-12"})
    await one_who_agreed(db, attributes={"birthday": "1990-11-11"})

    with frozen(datetime(2026, 11, 11, 17, tzinfo=UTC)):  # the 12th already in Shanghai
        await greet_birthdays(db)
        await greet_birthdays(db)

    assert [one.customer_id for one in await courses(db)] == [today.id]
    assert days_of(datetime(2027, 2, 28, tzinfo=UTC).date()) == ["02-28", "02-29"]
    assert days_of(datetime(2028, 2, 28, tzinfo=UTC).date()) == ["02-28"]


async def test_only_those_are_meant_whom_the_plans_conditions_mean(db: Session) -> None:
    many = {"field": "orders", "operator": "at_least", "value": 2}
    await a_plan(db, conditions=many)
    once, twice = await one_who_agreed(db), await one_who_agreed(db)

    await note_purchases(db, {once.id: bought(1, now()), twice.id: bought(2, now())})

    assert [one.customer_id for one in await courses(db)] == [twice.id]


async def test_some_are_left_alone_to_compare_with(db: Session) -> None:
    plan = await a_plan(db, control_percent=50, window_days=30)
    with frozen(NOW) as clock:
        people = [await one_who_agreed(db) for _ in range(60)]
        await note_purchases(db, {one.id: bought(1, now()) for one in people})
        arms = {one.customer_id: one.arm for one in await courses(db)}
        clock.advance(timedelta(days=10))
        again = [who for who, arm in arms.items() if arm == "care"][:6]
        again += [who for who, arm in arms.items() if arm == "control"][:3]
        late: list[UUID] = [who for who in arms if who not in again][:1]
        await note_purchases(db, {who: bought(2, now()) for who in again})
        clock.advance(timedelta(days=21))
        await note_purchases(db, {who: bought(2, now()) for who in late})

        found = {one.arm: one for one in await outcomes(db) if one.plan_id == plan.id}

    sizes = Counter(arms.values())
    assert sizes["care"] + sizes["control"] == 60
    assert 15 < sizes["control"] < 45
    assert (found["care"].repurchased, found["control"].repurchased) == (6, 3)
    assert (found["care"].courses, found["care"].open) == (sizes["care"], 0)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"dimension": "lifecycle", "value": "new"}, "value"),
        ({"occasion": "entered_segment"}, "value"),
        ({"owner_id": None}, "owner_id"),
        ({"conditions": {"field": "mood"}}, "conditions.field"),
    ],
)
async def test_what_is_wrong_in_a_plan_is_named(
    db: Session, wrong: dict[str, Any], field: str
) -> None:
    with pytest.raises(Exception) as refused:  # noqa: PT011 - a Refusal with its field
        await a_plan(db, **wrong)

    assert getattr(refused.value, "field", None) == field
