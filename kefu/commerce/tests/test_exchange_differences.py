from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import select

from kefu.commerce import routes_differences, routes_refunds, routes_returns
from kefu.commerce.after_sales import request_after_sale
from kefu.commerce.care_profiles import RuleBroken
from kefu.commerce.changing import Asked
from kefu.commerce.model import PaymentMethod
from kefu.commerce.model_differences import ExchangeDifference
from kefu.commerce.model_orders import Order, Payment, Refund
from kefu.commerce.model_returns import ReturnCase
from kefu.commerce.own_returns import own_returns
from kefu.commerce.personal_data import erase_orders
from kefu.commerce.personal_data_returns import erase_returns
from kefu.commerce.reactions_after_sales import open_cases
from kefu.commerce.reactions_return_processes import follow_what_is_drawn
from kefu.commerce.returns.differences import difference_of
from kefu.commerce.returns.disputing import decide_dispute, dispute
from kefu.commerce.returns.refunding import decide_refund
from kefu.commerce.returns.replacing import reship
from kefu.commerce.returns.running import task_at
from kefu.commerce.returns.settling import (
    Received,
    pay_difference,
    refund_difference,
    waive_difference,
)
from kefu.commerce.tests.care_factories import a_bought_order, a_method, line_and_product
from kefu.commerce.tests.factories import a_sku
from kefu.commerce.tests.factories_returns import a_policy, an_inspected_case
from kefu.commerce.tests.test_care_told import facts_so_far
from kefu.commerce.tests.test_return_processes import xml_of
from kefu.commerce.tests.test_return_refunds import a_refund_policy
from kefu.core.db import Session
from kefu.core.errors import Conflict, Invalid
from kefu.identity.tests.desk import Desk, desk_of
from kefu.identity.tests.factories import an_actor, an_agent
from kefu.workflows import complete_task, publish_process


@pytest.fixture(autouse=True)
async def nothing_by_itself(db: Session) -> None:
    await a_policy(db)
    await a_refund_policy(db)


@pytest.fixture
async def desk(db: Session) -> AsyncIterator[Desk]:
    routers = (routes_returns.router, routes_refunds.router, routes_differences.router)
    async with desk_of(db, *routers) as desk:
        yield desk


async def an_exchange(db: Session, difference: int, **more: Any) -> ReturnCase:
    """The goods that came back were accepted; the replacement is to be sent."""
    order = more.pop("order", None) or await a_bought_order(db, status="delivered")
    given: dict[str, Any] = {"reason": "wrong_item", "order": order} | more
    return await an_inspected_case(db, kind="exchange", difference=difference, **given)


async def of(db: Session, case: ReturnCase) -> ExchangeDifference:
    found = await difference_of(db, case)
    assert found is not None
    return found


async def sent(db: Session, case: ReturnCase) -> None:
    agent = await an_agent(db)
    await reship(db, case, carrier="sf", tracking_number="SF900", by=agent.id)


@pytest.mark.parametrize(("price", "coupon", "owed"), [(12_500, 0, 2_500), (7_000, 1_000, -2_000)])
async def test_an_exchange_for_other_goods_opens_with_what_is_owed(
    db: Session, price: int, coupon: int, owed: int
) -> None:
    order = await a_bought_order(db, status="delivered", discount_amount=coupon)
    line, product, _ = await line_and_product(db, order)
    sku = await a_sku(db, product, price=price)
    wanted = [{"line": line.id, "sku": sku.id}]
    asked = Asked(by=(await an_agent(db)).id)
    await request_after_sale(db, order, kind="exchange", lines=wanted, method=None, asked=asked)

    told = [fact for fact in await facts_so_far(db) if "after_sale" in fact.kind]
    await open_cases(db, told)

    case = (await db.scalars(select(ReturnCase))).one()
    kept = await of(db, case)
    due = [one for one in await facts_so_far(db) if one.kind == "return.difference_due"]
    assert (kept.amount, kept.currency, kept.is_settled()) == (owed, "CNY", False)
    assert [fact.details["amount"] for fact in due] == [owed]


async def test_the_replacement_waits_until_the_customer_has_paid(db: Session) -> None:
    case, agent = await an_exchange(db, 2_500), await an_agent(db)
    order = await db.get_one(Order, case.order_id)
    card = await a_method(db, order.customer_id, balance=3_000)
    with pytest.raises(Conflict) as early:
        await sent(db, case)

    await pay_difference(db, case, Received(card.id), by=agent.id)
    waiting = case.status
    await sent(db, case)

    kept = await of(db, case)
    assert (early.value.code, waiting, case.status) == ("difference_open", "open", "done")
    assert (kept.way, kept.settled_by, card.balance) == ("paid", agent.id, 500)
    assert (order.total_amount, order.paid_amount) == (12_500, 12_500)
    paid = await db.get_one(Payment, kept.payment_id)
    assert (paid.amount, paid.method_id, paid.status) == (2_500, card.id, "paid")


async def test_a_gift_card_that_holds_too_little_pays_nothing(db: Session) -> None:
    case, agent = await an_exchange(db, 2_500), await an_agent(db)
    order = await db.get_one(Order, case.order_id)
    card = await a_method(db, order.customer_id, balance=2_499)

    with pytest.raises(RuleBroken) as refused:
        await pay_difference(db, case, Received(card.id), by=agent.id)

    assert (refused.value.code, refused.value.limit) == ("gift_card_too_small", 2_499)
    assert not (await of(db, case)).is_settled()
    assert (card.balance, order.paid_amount) == (2_499, 10_000)


async def test_what_was_paid_elsewhere_has_its_reference_once(db: Session) -> None:
    case, agent = await an_exchange(db, 2_500), await an_agent(db)
    known = (await db.scalars(select(Payment.external_id))).one()
    refused = []
    for received in (
        Received(reference="420001"),
        Received(kind="wechat_pay", reference=" "),
        Received(kind="wechat_pay", reference=known),
    ):
        with pytest.raises(Invalid) as amiss:
            await pay_difference(db, case, received, by=agent.id)
        refused.append(amiss.value.field)

    payment = await pay_difference(db, case, Received(None, "wechat_pay", "420001"), by=agent.id)

    assert refused == ["kind", "reference", "reference"]
    assert (payment.method, payment.external_id, payment.amount) == ("wechat_pay", "420001", 2_500)


async def test_what_cheaper_goods_cost_less_goes_back_within_the_limit(db: Session) -> None:
    case, agent = await an_exchange(db, -2_000), await an_actor(db, role="agent")

    given = await refund_difference(db, case, note="", by=agent)
    waiting = case.status
    await sent(db, case)

    order = await db.get_one(Order, case.order_id)
    assert (given.status, given.amount, given.return_id) == ("paid", 2_000, case.id)
    assert (order.refunded_amount, waiting, case.status) == (2_000, "open", "done")
    assert ((await of(db, case)).way, (await of(db, case)).refund_id) == ("refunded", given.id)
    told = [fact.kind for fact in await facts_so_far(db) if fact.subject == case.id]
    assert (told.count("return.difference_settled"), told.count("return.refunded")) == (1, 0)


@pytest.mark.parametrize(
    ("agreed", "status", "way"), [(True, "paid", "refunded"), (False, "refused", None)]
)
async def test_above_the_limit_a_second_person_decides(
    db: Session, agreed: bool, status: str, way: str | None
) -> None:
    await a_policy(db, refund_limits={"agent": 1_999})
    case, agent = await an_exchange(db, -2_000), await an_actor(db, role="agent")
    asked = await refund_difference(db, case, note="换成便宜的", by=agent)
    with pytest.raises(Conflict) as twice:
        await refund_difference(db, case, note="", by=agent)
    with pytest.raises(Conflict) as early:
        await waive_difference(db, case, reason="客户放弃", by=agent.id)
    leader = await an_actor(db, role="shift_leader")

    await decide_refund(db, case, asked, agreed=agreed, note="再看看", by=leader)

    assert (twice.value.code, early.value.code) == ("waits_for_approval", "waits_for_approval")
    assert (asked.status, (await of(db, case)).way, case.node) == (status, way, "reship")


async def test_who_may_waives_it_with_a_reason(db: Session, desk: Desk) -> None:
    case = await an_exchange(db, 300)
    path = f"/returns/{case.id}"
    await desk.sign_in("agent")
    seen = (await desk.get(path)).json()
    forbidden = await desk.put(f"{path}/difference/waiver", {"reason": "差价很小"})
    await desk.sign_in("shift_leader", name="周岚")
    mute = await desk.put(f"{path}/difference/waiver", {"reason": " "})

    done = (await desk.put(f"{path}/difference/waiver", {"reason": "差价很小"})).json()

    assert (seen["difference"]["allowed"], "reship" in seen["allowed"]) == (["pay"], False)
    assert (forbidden.status_code, mute.status_code, mute.json()["field"]) == (403, 422, "reason")
    assert (done["difference"]["way"], done["difference"]["reason"]) == ("waived", "差价很小")
    assert (done["difference"]["settled_by"], "reship" in done["allowed"]) == ("周岚", True)


async def test_it_is_paid_and_refunded_by_http(db: Session, desk: Desk) -> None:
    dearer, cheaper = (
        await an_exchange(db, 300),
        await an_exchange(db, -300, tracking_number="SF101"),
    )
    await desk.sign_in("agent")
    body = {"kind": "alipay", "reference": "2026031522"}

    paid = await desk.put(f"/returns/{dearer.id}/difference/payment", body)
    offer = (await desk.get(f"/returns/{cheaper.id}/refund-offer")).json()
    given = await desk.post(f"/returns/{cheaper.id}/difference/refund", {})

    assert (paid.status_code, paid.json()["difference"]["state"]) == (200, "settled")
    assert (offer["total"], offer["limit"]) == (300, 20_000)
    assert (given.status_code, given.json()["refunds"][0]["amount"]) == (201, 300)


@pytest.mark.parametrize("amount", [300, -300])
async def test_money_goes_the_one_way_it_is_owed(db: Session, amount: int) -> None:
    case, agent = await an_exchange(db, amount), await an_actor(db, role="agent")
    wrong = (
        refund_difference(db, case, note="", by=agent)
        if amount > 0
        else pay_difference(db, case, Received(None, "alipay", "1"), by=agent.id)
    )

    with pytest.raises(Conflict) as refused:
        await wrong

    assert (refused.value.code, refused.value.limit) == ("other_direction", amount)
    assert (await db.scalars(select(Refund))).all() == []


async def test_no_money_moves_before_the_goods_were_accepted_or_twice(db: Session) -> None:
    agent = await an_actor(db, role="agent")
    rejected = await an_exchange(db, 300, accepted=False)
    case = await an_exchange(db, 300, tracking_number="SF101")
    await pay_difference(db, case, Received(None, "alipay", "1"), by=agent.id)

    codes = []
    for one in (rejected, case):
        with pytest.raises(Conflict) as refused:
            await pay_difference(db, one, Received(None, "alipay", "2"), by=agent.id)
        codes.append(refused.value.code)

    assert codes == ["ended", "settled_already"]


async def test_goods_are_not_inspected_again_once_money_has_moved(db: Session) -> None:
    agent, other = await an_actor(db, role="agent"), await an_actor(db, role="department_head")
    case = await an_exchange(db, 300)
    await pay_difference(db, case, Received(None, "alipay", "1"), by=agent.id)
    raised = await dispute(db, case, text="外壳有裂纹", complaint=False, by=agent.id)

    with pytest.raises(Conflict) as refused:
        await decide_dispute(db, case, raised, decision="reinspect", grounds="复检", by=other.id)

    assert (refused.value.code, case.node) == ("difference_settled", "reship")


async def test_a_process_that_ends_by_hand_waits_for_the_difference(db: Session) -> None:
    await publish_process(db, "exchange", xml_of("exchange"), by=None)
    case, leader = await an_exchange(db, 300), await an_agent(db, role="shift_leader")
    task = await task_at(db, case)
    assert task is not None
    await complete_task(db, task.id, {"outcome": "shipped"}, by=leader.id)
    ended = [fact for fact in await facts_so_far(db) if fact.kind == "case.ended"]

    await follow_what_is_drawn(db, ended)
    before = case.status
    await waive_difference(db, case, reason="差价很小", by=leader.id)

    assert (len(ended), before, case.status) == (1, "open", "done")


async def test_an_exchange_of_equal_price_goes_out_at_once(db: Session) -> None:
    case, leader = await an_exchange(db, 0), await an_agent(db, role="shift_leader")

    with pytest.raises(Conflict) as refused:
        await waive_difference(db, case, reason="没有差价", by=leader.id)
    await sent(db, case)

    assert (refused.value.code, case.status) == ("no_difference", "done")


async def test_an_erased_customer_leaves_no_way_of_paying_and_no_reason(db: Session) -> None:
    order = await a_bought_order(db, status="delivered")
    assert order.customer_id is not None
    line, product, _ = await line_and_product(db, order)
    card = await a_method(db, order.customer_id, balance=9_000)
    sku = await a_sku(db, product, price=12_500)
    wanted = [{"line": line.id, "sku": sku.id}]
    asked = Asked(by=(await an_agent(db)).id)
    await request_after_sale(db, order, kind="exchange", lines=wanted, method=card.id, asked=asked)
    await open_cases(db, [one for one in await facts_so_far(db) if "after_sale" in one.kind])
    case = (await db.scalars(select(ReturnCase))).one()
    chosen = (await of(db, case)).payment_method_id
    (await of(db, case)).reason = "王女士不愿付"
    await db.flush()

    await erase_returns(db, order.customer_id)
    await erase_orders(db, order.customer_id)

    kept = await of(db, case)
    assert chosen == card.id
    assert (kept.amount, kept.payment_method_id, kept.reason) == (2_500, None, "")
    assert await db.scalar(select(PaymentMethod.id).where(PaymentMethod.id == card.id)) is None


async def test_its_customer_sees_what_is_owed_and_when_it_is_over(db: Session) -> None:
    case, leader = await an_exchange(db, 300), await an_agent(db, role="shift_leader")
    order = await db.get_one(Order, case.order_id)
    before = (await own_returns(db, order)).cases[0].difference
    await waive_difference(db, case, reason="老客户", by=leader.id)

    after = (await own_returns(db, order)).cases[0].difference

    assert before is not None
    assert after is not None
    assert (before.amount, before.way, after.way) == (300, None, "waived")
    assert "老客户" not in after.model_dump_json()
