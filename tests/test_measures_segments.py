"""Loyalty's measures give what a hand reckons from the same orders, and nothing without a base."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kefu.commerce.measures_segments import (
    core_repurchase_gain,
    core_repurchase_rate,
    cross_selling_conversion,
    customer_retention,
    personalised_conversion,
    recommended_revenue,
    repurchase_rate,
    retention_gain,
    second_purchase_of_satisfied,
)
from kefu.commerce.tests.factories import an_order
from kefu.core.clock import frozen
from kefu.core.db import Session
from kefu.core.events import FactRow
from kefu.core.ids import uuid7
from kefu.core.measures import MEASURES, Period
from kefu.customers import BoughtProduct, Customer, note_bought, take_back_bought
from kefu.customers.model_segments import Membership
from kefu.customers.recommending import recommend
from kefu.customers.tests.factories import a_customer
from kefu.identity.tests.factories import an_agent

SINCE = datetime(2026, 10, 1, tzinfo=UTC)
OCTOBER = Period(SINCE, SINCE + timedelta(days=30))


async def buy(db: Session, customer: Customer, *days: int) -> None:
    for day in days:
        await an_order(
            db, customer=customer.id, status="paid", placed_at=SINCE + timedelta(days=day)
        )


async def people(db: Session, amount: int) -> list[Customer]:
    return [await a_customer(db) for _ in range(amount)]


async def core(db: Session, members: Sequence[Customer]) -> None:
    for one in members:
        row = {"dimension": "lifecycle", "value": "core", "since": SINCE - timedelta(days=90)}
        db.add(Membership(customer_id=one.id, **row))
    await db.flush()


def parts(measured: Any) -> dict[str, float | None]:
    return {name: one.value for name, one in measured.parts.items()}


async def test_repurchase_tells_points_and_percent_apart(db: Session) -> None:
    before, now = await people(db, 5), await people(db, 4)
    for one in before:
        await buy(db, one, -20)
    await buy(db, before[0], -10)
    for one in now:
        await buy(db, one, 3)
    await buy(db, now[0], 9)

    measured = await repurchase_rate(db, OCTOBER)

    assert (measured.value, measured.numerator, measured.denominator) == (25, 1, 4)
    assert parts(measured) == {"base": 20, "points": 5, "relative": 25}


async def test_core_members_from_20_to_27_percent_are_35_percent_more(db: Session) -> None:
    members = await people(db, 100)
    await core(db, members)
    for one in members:
        await buy(db, one, -20, 5)
    for one in members[:20]:
        await buy(db, one, -10)
    for one in members[:27]:
        await buy(db, one, 9)
    await buy(db, await a_customer(db), 1, 2)

    measured = await core_repurchase_rate(db, OCTOBER)

    assert measured.value == 27
    assert parts(measured) == {
        "base": 20,
        "points": pytest.approx(7),
        "relative": pytest.approx(35),
    }
    gain = await core_repurchase_gain(db, OCTOBER)
    assert gain.value == pytest.approx(35)
    assert MEASURES["core_repurchase_gain"].target == 35
    assert parts(gain) == {"rate": 27, "base": 20}


async def test_retention_is_who_came_back(db: Session) -> None:
    stayed, left = await people(db, 2)
    await buy(db, stayed, -5, 5)
    await buy(db, left, -5)

    measured = await customer_retention(db, OCTOBER)

    assert (measured.value, measured.denominator) == (50, 2)
    assert parts(measured) == {"base": None, "points": None}


async def test_retention_is_compared_with_the_time_before(db: Session) -> None:
    early, customers = await people(db, 2), await people(db, 100)
    for one in customers:
        await buy(db, one, -40, -20)
    for one in customers[:26]:
        await buy(db, one, 5)
    for number in range(130):
        await buy(db, await a_customer(db), *((-50, -25) if number < 30 else (-50,)))
    for one in early:
        await buy(db, one, -50, -25)

    rate, gain = await customer_retention(db, OCTOBER), await retention_gain(db, OCTOBER)

    base = rate.parts["base"]
    assert (rate.numerator, rate.denominator) == (26, 132)
    assert (base.numerator, base.denominator) == (132, 232)
    assert gain.value == pytest.approx((26 / 132 - 132 / 232) / (132 / 232) * 100)
    assert (gain.parts["rate"].value, gain.parts["base"].value) == (rate.value, base.value)


async def test_without_a_base_there_is_no_value(db: Session) -> None:
    for compute in (
        repurchase_rate,
        core_repurchase_rate,
        customer_retention,
        second_purchase_of_satisfied,
        cross_selling_conversion,
        personalised_conversion,
    ):
        measured = await compute(db, OCTOBER)

        assert (measured.value, measured.reason) == (None, "nothing_to_count")
    for compute in (core_repurchase_gain, retention_gain):
        measured = await compute(db, OCTOBER)

        assert (measured.value, measured.reason) == (None, "no_base")


async def test_what_was_recommended_counts_once_within_its_window(db: Session) -> None:
    agent, (buyer, late, other) = await an_agent(db), await people(db, 3)
    product, order = uuid7(), uuid7()
    with frozen(SINCE + timedelta(days=1)):
        for one in (buyer, late, other):
            await recommend(db, one, product=product, conversation=None, by=agent.id)
    with frozen(SINCE + timedelta(days=2)):
        at = SINCE + timedelta(days=2)
        mine = BoughtProduct(customer=buyer.id, order=order, product=product, at=at, amount=120_00)
        await note_bought(db, [mine, mine])
        wrong: dict[str, Any] = {"customer": other.id, "order": uuid7(), "product": uuid7()}
        await note_bought(db, [BoughtProduct(**wrong, at=at, amount=1)])
        after: dict[str, Any] = {"customer": late.id, "order": uuid7(), "product": product}
        await note_bought(db, [BoughtProduct(**after, at=at + timedelta(days=31), amount=1)])

        conversion, revenue = (
            await cross_selling_conversion(db, OCTOBER),
            await recommended_revenue(db, OCTOBER),
        )
        await take_back_bought(db, order, [product])

    assert (conversion.numerator, conversion.denominator, revenue.value) == (1, 3, 120)
    assert (await cross_selling_conversion(db, OCTOBER)).numerator == 0
    assert (await recommended_revenue(db, OCTOBER)).value == 0


async def a_fact(db: Session, kind: str, customer: Customer, day: int, **details: Any) -> None:
    at = SINCE + timedelta(days=day)
    db.add(FactRow(kind=kind, subject=uuid7(), customer=customer.id, details=details, at=at))
    await db.flush()


async def test_satisfied_customers_who_buy_again(db: Session) -> None:
    again, not_again, cross = await people(db, 3)
    for one, score in ((again, 5), (not_again, 4), (cross, 2)):
        await a_fact(db, "conversation.rated", one, 3, score=score)
    await buy(db, again, 9)
    await buy(db, not_again, 1)
    await buy(db, cross, 9)

    measured = await second_purchase_of_satisfied(db, OCTOBER)

    assert (measured.numerator, measured.denominator) == (1, 2)
    assert parts(measured) == {"window_days": 30}


async def test_personalised_service_is_compared_with_the_usual(db: Session) -> None:
    everybody = await people(db, 8)
    for one in everybody:
        await a_fact(db, "conversation.opened", one, 2)
    for one in everybody[:4]:
        await a_fact(db, "portrait.applied", one, 2)
    for one in (*everybody[:3], everybody[5]):
        await buy(db, one, 5)

    measured = await personalised_conversion(db, OCTOBER)

    assert parts(measured) == {"personalised": 75, "standard": 25, "uplift": 50}
    assert measured.parts["standard"].denominator == 4
