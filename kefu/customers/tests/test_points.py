"""The balance is the sum of the ledger and never less than nought; a late redemption is told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy import select, update

from kefu.core.clock import frozen, now
from kefu.core.db import Session
from kefu.core.errors import Conflict
from kefu.core.events import Fact, FactRow
from kefu.customers import PurchaseFigures, earn_points, note_purchases, take_back_points
from kefu.customers.model import Customer
from kefu.customers.model_points import PointsEntry, PointsRules, Redemption
from kefu.customers.points import (
    Entry,
    adjust_points,
    balance_of,
    expire_points,
    post,
    settle_accounts,
    sum_of,
)
from kefu.customers.redeeming import cancel, fulfil, redeem, tell_of_delays
from kefu.customers.routes_points import router
from kefu.customers.tests.factories import a_customer
from kefu.identity.tests.desk import Desk, desk_of
from kefu.identity.tests.factories import an_agent
from kefu.notifications import Notification
from kefu.promises import scan

NOW = datetime(2026, 11, 11, 4, tzinfo=UTC)


@pytest.fixture
async def desk(db: Session) -> AsyncIterator[Desk]:
    async with desk_of(db, router) as desk:
        yield desk


async def one_with(db: Session, points: int) -> Customer:
    customer = await a_customer(db)
    await post(db, customer.id, Entry("earn", points))
    return customer


async def test_earning_redeeming_and_reversing_keep_the_balance(db: Session) -> None:
    agent = await an_agent(db)
    customer = await one_with(db, 500)

    first = await redeem(db, customer, benefit="保温杯", points=300, by=agent.id)
    after = await balance_of(db, customer.id)
    await cancel(db, first, by=agent.id)

    entries = (await db.scalars(select(PointsEntry).order_by(PointsEntry.id))).all()
    assert after == 200
    assert [(one.kind, one.points) for one in entries] == [
        ("earn", 500),
        ("redeem", -300),
        ("reverse", 300),
    ]
    assert await balance_of(db, customer.id) == await sum_of(db, customer.id) == 500
    with pytest.raises(Conflict):
        await cancel(db, first, by=agent.id)


async def test_nobody_redeems_more_than_they_have(db: Session) -> None:
    customer = await one_with(db, 100)

    with pytest.raises(Conflict) as refused:
        await redeem(db, customer, benefit="保温杯", points=101, by=None)

    assert (refused.value.field, refused.value.limit) == ("points", 100)
    assert await balance_of(db, customer.id) == 100


async def test_core_members_earn_more_and_each_order_earns_once(db: Session) -> None:
    core, usual = await a_customer(db), await a_customer(db)
    figures = PurchaseFigures(orders=4, first_order_at=now(), last_order_at=now(), spent=40_000)
    await note_purchases(db, {core.id: figures})
    amounts = {"order:1": (core.id, 19_990), "order:2": (usual.id, 19_990)}

    await earn_points(db, amounts)
    await earn_points(db, amounts)

    assert await balance_of(db, core.id) == 299
    assert await balance_of(db, usual.id) == 199


async def test_a_refund_takes_back_what_is_left_of_what_was_earned(db: Session) -> None:
    customer = await a_customer(db)
    await earn_points(db, {"order:1": (customer.id, 20_000)})
    await redeem(db, customer, benefit="保温杯", points=150, by=None)

    await take_back_points(db, "refund:1", earned="order:1", part=0.5)
    await take_back_points(db, "refund:1", earned="order:1", part=0.5)

    assert await balance_of(db, customer.id) == 0
    assert await sum_of(db, customer.id) == 0


steps = some.lists(
    some.tuples(some.sampled_from(["earn", "redeem", "adjust"]), some.integers(1, 300)),
    max_size=8,
)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps)
async def test_whatever_happens_the_balance_is_the_sum_and_not_below_nought(
    db: Session, steps: list[tuple[str, int]]
) -> None:
    agent = await an_agent(db)
    customer = await a_customer(db)

    for what, points in steps:
        await attempt(db, customer, what, points, agent.id)

    balance = await balance_of(db, customer.id)
    assert balance == await sum_of(db, customer.id) >= 0


async def attempt(db: Session, customer: Customer, what: str, points: int, by: Any) -> None:
    try:
        if what == "earn":
            await post(db, customer.id, Entry("earn", points))
        elif what == "redeem":
            await redeem(db, customer, benefit="礼品", points=points, by=by)
        else:
            await adjust_points(db, customer, -points, "更正", by=by)
    except Conflict:
        return


async def test_a_redemption_that_waits_too_long_is_told_once(db: Session, facts: Any) -> None:
    head = await an_agent(db, role="department_head")
    with frozen(NOW) as clock:
        customer = await one_with(db, 500)
        redemption = await redeem(db, customer, benefit="保温杯", points=300, by=head.id)
        clock.advance(timedelta(hours=49))
        await scan(db)
        due = [a_fact(one) for one in await facts() if one.kind == "clock.due"]

        await tell_of_delays(db, due)
        await tell_of_delays(db, due)
        notices = (await db.scalars(select(Notification))).all()
        await fulfil(db, redemption, by=head.id)

    assert [(one.agent_id, one.kind, one.count) for one in notices] == [
        (head.id, "redemption.delayed", 1)
    ]
    kinds = [one.kind for one in await facts() if one.kind.startswith("redemption.")]
    assert kinds == ["redemption.requested", "redemption.delayed", "redemption.fulfilled"]
    assert (await facts())[-1].details == {"points": 300, "late": True}


def a_fact(row: FactRow) -> Fact:
    names = ("id", "kind", "subject", "conversation", "customer", "actor", "details", "at")
    return Fact(**{name: getattr(row, name) for name in names})


async def test_points_expire_after_months_without_an_entry(db: Session) -> None:
    await db.execute(update(PointsRules).values(expire_months=12))
    with frozen(NOW) as clock:
        idle = await one_with(db, 100)
        clock.advance(timedelta(days=200))
        busy = await one_with(db, 100)
        clock.advance(timedelta(days=200))

        expired = await expire_points(db)

    assert (expired, await balance_of(db, idle.id), await balance_of(db, busy.id)) == (1, 0, 100)


async def test_after_an_unmerge_nobody_owes_points(db: Session) -> None:
    one, other = await one_with(db, 100), await one_with(db, 50)
    everything = PointsEntry.customer_id.in_([one.id, other.id])
    await db.execute(update(PointsEntry).where(everything).values(customer_id=other.id))
    await settle_accounts(db, other.id, one.id)
    merged = await balance_of(db, other.id)
    await redeem(db, other, benefit="行李箱", points=120, by=None)
    home = PointsEntry.points == 100
    await db.execute(update(PointsEntry).where(home).values(customer_id=one.id))

    await settle_accounts(db, other.id, one.id)

    assert merged == 150
    assert (await balance_of(db, other.id), await balance_of(db, one.id)) == (0, 30)
    assert (await sum_of(db, other.id), await sum_of(db, one.id)) == (0, 30)


async def test_over_http_points_are_given_redeemed_and_settled(db: Session, desk: Desk) -> None:
    await desk.sign_in()
    customer = await a_customer(db)
    path = f"/customers/{customer.id}"

    await desk.post(f"{path}/points", {"points": 400, "reason": "活动补发"})
    made = (await desk.post(f"{path}/redemptions", {"benefit": "雨伞", "points": 150})).json()
    waiting = (await desk.get("/redemptions", params={"status": "pending"})).json()["items"]
    done = await desk.put(f"/redemptions/{made['id']}/fulfilment")
    again = await desk.put(f"/redemptions/{made['id']}/cancellation")
    ledger = (await desk.get(f"{path}/points")).json()

    assert [(row["benefit"], row["delayed"]) for row in waiting] == [("雨伞", False)]
    assert (done.status_code, again.status_code) == (204, 409)
    assert ledger["balance"] == 250
    assert [row["points"] for row in ledger["items"]] == [-150, 400]


@pytest.mark.parametrize("amount", [1, 25])
async def test_redemptions_come_in_the_same_number_of_queries(
    db: Session, desk: Desk, counting: Any, amount: int
) -> None:
    await desk.sign_in()
    customer = await one_with(db, 1000)
    for _ in range(amount):
        await redeem(db, customer, benefit="雨伞", points=10, by=None)

    with counting() as statements:
        page = (await desk.get("/redemptions")).json()

    assert (len(page["items"]), len(statements)) == (amount, 2)


@pytest.mark.parametrize(
    ("body", "field"),
    [({"benefit": "", "points": 1}, "benefit"), ({"benefit": "伞", "points": 0}, "points")],
)
async def test_a_redemption_of_nothing_is_refused(
    db: Session, desk: Desk, body: dict[str, Any], field: str
) -> None:
    await desk.sign_in()
    customer = await one_with(db, 10)

    answer = await desk.post(f"/customers/{customer.id}/redemptions", body)

    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert (await db.scalars(select(Redemption))).all() == []
