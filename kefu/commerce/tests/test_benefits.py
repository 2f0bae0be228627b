from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from kefu.commerce.care_profiles import RuleBroken
from kefu.commerce.changing import Asked
from kefu.commerce.coupons import issue_coupon, return_coupons, revoke_coupon, use_coupon
from kefu.commerce.freight_insurance import claim_freight
from kefu.commerce.model import Sku
from kefu.commerce.model_benefits import Coupon, FreightRule, PriceProtectionRule
from kefu.commerce.model_orders import Order, Refund
from kefu.commerce.price_protection import protect_price, set_rule
from kefu.commerce.tests.care_factories import a_bought_order, ask, line_and_product
from kefu.commerce.tests.factories import a_shipment
from kefu.core.clock import frozen, now
from kefu.core.db import Session
from kefu.core.errors import Conflict, Invalid
from kefu.customers import Customer
from kefu.customers.tests.factories import a_customer
from kefu.identity import Actor
from kefu.identity.tests.factories import an_actor, an_agent

AMOUNT = {"kind": "amount", "value": 2000, "origin": "compensation", "reason": "late_delivery"}


async def a_cheaper_order(db: Session, price: int, **more: Any) -> tuple[Order, Any, Sku]:
    order = await a_bought_order(db, **more)
    line, _, sku = await line_and_product(db, order)
    sku.price = price
    return order, line, sku


async def test_the_difference_to_todays_price_goes_back_once_a_line(db: Session) -> None:
    order, line, _ = await a_cheaper_order(db, 8800)

    kept = await protect_price(db, order, line.id, asked=Asked())

    refund = await db.get_one(Refund, kept.refund_id)
    assert (kept.difference, refund.amount, refund.reason) == (1200, 1200, "price_protection")
    with pytest.raises(RuleBroken) as twice:
        await protect_price(db, order, line.id, asked=Asked())
    assert twice.value.code == "protected_already"


async def test_prices_are_protected_to_the_last_second_and_up_to_the_most(db: Session) -> None:
    head = await an_agent(db, role="department_head")
    given = {"days": 7, "counts_from": "placed", "most_per_line": 500}
    await set_rule(db, PriceProtectionRule, given, shop=None, by=head.id)
    with frozen(now()) as clock:
        first, line, _ = await a_cheaper_order(db, 8000, minutes_ago=0)
        second, other, _ = await a_cheaper_order(db, 8000, minutes_ago=0)
        clock.advance(timedelta(days=7))
        kept = await protect_price(db, first, line.id, asked=Asked())
        clock.advance(timedelta(seconds=1))
        with pytest.raises(RuleBroken) as late:
            await protect_price(db, second, other.id, asked=Asked())

    assert (kept.difference, late.value.code) == (500, "window_closed")


async def test_a_price_that_did_not_fall_gives_nothing(db: Session) -> None:
    order, line, _ = await a_cheaper_order(db, 10000)

    with pytest.raises(RuleBroken) as refused:
        await protect_price(db, order, line.id, asked=Asked())

    assert refused.value.code == "not_cheaper"


async def an_insured_order(db: Session, *, insured: bool = True) -> Order:
    order = await a_bought_order(db, status="delivered")
    await a_shipment(db, order, freight_insured=insured, delivered_at=now())
    return order


async def test_freight_insurance_pays_by_distance_once_the_goods_are_sent_back(
    db: Session,
) -> None:
    head = await an_agent(db, role="department_head")
    given = {
        "same_province": 700,
        "other_province": 1300,
        "warehouse_province": "浙江省",
        "days": 15,
    }
    await set_rule(db, FreightRule, given, shop=None, by=head.id)
    near, far = await an_insured_order(db), await an_insured_order(db)
    far.province = "四川省"
    with pytest.raises(RuleBroken) as early:
        await claim_freight(db, near, asked=Asked())
    for order in (near, far):
        await a_shipment(db, order, direction="return")

    claims = [await claim_freight(db, order, asked=Asked()) for order in (near, far)]

    assert early.value.code == "not_sent_back"
    assert [(one.distance, one.amount) for one in claims] == [
        ("same_province", 700),
        ("other_province", 1300),
    ]
    with pytest.raises(RuleBroken) as twice:
        await claim_freight(db, near, asked=Asked())
    assert twice.value.code == "claimed_already"


async def test_what_is_not_insured_is_not_paid(db: Session) -> None:
    order = await an_insured_order(db, insured=False)

    with pytest.raises(RuleBroken) as refused:
        await claim_freight(db, order, asked=Asked())

    assert refused.value.code == "not_insured"


async def a_coupon(db: Session, customer: Customer, by: Actor, **more: Any) -> Coupon:
    return await issue_coupon(db, customer, AMOUNT | more, days=30, by=by)


async def test_compensation_stays_within_the_limits_of_the_role(db: Session) -> None:
    agent, leader = await an_actor(db), await an_actor(db, role="shift_leader")
    customer = await a_customer(db)
    with pytest.raises(RuleBroken) as too_much:
        await a_coupon(db, customer, agent, value=2001)
    await a_coupon(db, customer, agent)
    await a_coupon(db, customer, agent)

    with pytest.raises(RuleBroken) as third:
        await a_coupon(db, customer, agent, value=1)
    await a_coupon(db, customer, leader, value=20000)

    assert (too_much.value.code, too_much.value.limit) == ("over_limit", 2000)
    assert (third.value.code, third.value.limit) == ("over_customer_limit", 0)


async def test_who_serves_nobody_grants_no_compensation(db: Session) -> None:
    trainer = await an_actor(db, role="trainer")

    with pytest.raises(RuleBroken) as refused:
        await a_coupon(db, await a_customer(db), trainer)

    assert refused.value.code == "no_limit"


async def test_a_percentage_is_no_compensation_and_ends_at_a_hundred(db: Session) -> None:
    agent, customer = await an_actor(db), await a_customer(db)

    for more in ({"kind": "percent", "value": 10}, {"kind": "percent", "value": 101}):
        with pytest.raises(Invalid):
            await a_coupon(db, customer, agent, **more)


async def test_a_coupon_takes_something_off_and_comes_back_when_the_order_is_cancelled(
    db: Session,
) -> None:
    agent = await an_actor(db)
    order = await a_bought_order(db, status="created")
    customer = await db.get_one(Customer, order.customer_id)
    coupon = await a_coupon(db, customer, agent)

    await use_coupon(db, coupon, order, by=agent.id)
    used = (order.total_amount, order.discount_amount, coupon.state)
    await ask(db, order, "cancel")
    await return_coupons(db, [order.id])

    assert used == (8000, 2000, "used")
    assert (coupon.state, coupon.order_id, coupon.returns) == ("issued", None, 1)


async def test_a_coupon_is_not_used_twice_by_others_or_too_late(db: Session) -> None:
    agent = await an_actor(db)
    order, paid = await a_bought_order(db, status="created"), await a_bought_order(db)
    mine = await db.get_one(Customer, order.customer_id)
    strange = await a_coupon(db, await a_customer(db), agent)
    small = await a_coupon(db, mine, agent, least_amount=10001)
    over = await a_coupon(db, mine, agent, origin="campaign")
    over.valid_until = now()
    late = await a_coupon(db, await db.get_one(Customer, paid.customer_id), agent)
    cases = [
        (strange, order, "not_own_coupon"),
        (small, order, "amount_too_small"),
        (over, order, "coupon_over"),
        (late, paid, "order_status"),
    ]

    for coupon, given, rule in cases:
        with pytest.raises(RuleBroken) as refused:
            await use_coupon(db, coupon, given, by=agent.id)
        assert refused.value.code == rule

    assert {one.state for one in await db.scalars(select(Coupon))} == {"issued"}


async def test_an_unused_coupon_is_taken_back_once(db: Session) -> None:
    agent = await an_actor(db)
    coupon = await a_coupon(db, await a_customer(db), agent)

    await revoke_coupon(db, coupon, by=agent.id)

    with pytest.raises(Conflict):
        await revoke_coupon(db, coupon, by=agent.id)
