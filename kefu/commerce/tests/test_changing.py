from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from kefu.commerce.care_profiles import RuleBroken
from kefu.commerce.changing import approve, deny, withdraw
from kefu.commerce.model_order_care import CHANGE_KINDS, OrderChange
from kefu.commerce.model_orders import Order, Payment, Refund
from kefu.commerce.tests.care_factories import (
    ELSEWHERE,
    a_bought_order,
    a_method,
    ask,
    line_and_product,
    wanted_of,
)
from kefu.commerce.tests.factories import a_sku, lines_of
from kefu.commerce.windows import set_window
from kefu.core.clock import frozen, now
from kefu.core.db import Session
from kefu.core.errors import Conflict
from kefu.core.events import FactRow
from kefu.identity.tests.factories import an_agent


async def facts_of(db: Session, order: Order) -> list[FactRow]:
    found = await db.scalars(
        select(FactRow).where(FactRow.subject == order.id).order_by(FactRow.id)
    )
    return list(found)


@pytest.mark.parametrize("kind", CHANGE_KINDS)
async def test_in_its_window_each_kind_is_done_audited_and_told(db: Session, kind: str) -> None:
    agent = await an_agent(db)
    order = await a_bought_order(db, minutes_ago=5)

    change = await ask(db, order, kind, by=agent.id)

    told = [fact for fact in await facts_of(db, order) if fact.kind == "order.change_executed"]
    assert (change.state, change.special) == ("executed", False)
    assert change.before is not None
    assert change.after is not None
    assert change.before != change.after
    assert [(one.actor, one.details["change_kind"]) for one in told] == [(agent.id, kind)]


@pytest.mark.parametrize("kind", CHANGE_KINDS)
async def test_the_last_second_is_inside_and_the_next_waits_for_a_decision(
    db: Session, kind: str
) -> None:
    agent = await an_agent(db, role="administrator")
    given = {"statuses": ["paid"], "minutes": 30, "special": True}
    await set_window(db, kind, given, shop=None, by=agent.id)
    with frozen(now()) as clock:
        inside = await a_bought_order(db, minutes_ago=0)
        after = await a_bought_order(db, minutes_ago=0)
        clock.advance(timedelta(minutes=30))
        first = await ask(db, inside, kind)
        clock.advance(timedelta(seconds=1))
        before = await wanted_of(db, after, kind)
        second = await ask(db, after, kind, before)

    assert first.state == "executed"
    assert (second.state, second.why_special) == ("pending_approval", "time")
    assert second.before is None
    told = [fact.kind for fact in await facts_of(db, after)]
    assert told == ["order.change_requested"]


async def test_another_address_is_where_it_goes_from_now_on(db: Session) -> None:
    order = await a_bought_order(db)

    await ask(db, order, "address", ELSEWHERE | {"phone": "+8613900001234"})

    assert (order.recipient, order.street, order.phone_tail) == ("李雷", "世纪大道 8 号", "1234")


async def test_no_fact_holds_the_address(db: Session) -> None:
    order = await a_bought_order(db)

    await ask(db, order, "address", ELSEWHERE | {"phone": "+8613900001234"})

    said = str([fact.details for fact in await facts_of(db, order)])
    assert not any(words in said for words in ("李雷", "世纪大道", "1390000"))


async def test_a_dearer_variant_is_charged_and_the_totals_follow(db: Session) -> None:
    order = await a_bought_order(db)
    line, product, _ = await line_and_product(db, order)
    dearer = await a_sku(db, product, price=12500, specs={"颜色": "红"})
    card = await a_method(db, order.customer_id, balance=5000)
    wanted = {"lines": [{"line": line.id, "sku": dearer.id}], "payment_method": card.id}

    change = await ask(db, order, "content", wanted)

    assert (line.sku_id, line.unit_price, line.specs) == (dearer.id, 12500, {"颜色": "红"})
    assert (order.goods_amount, order.total_amount, order.paid_amount) == (12500, 12500, 12500)
    assert (change.difference, card.balance) == (2500, 2500)


async def test_a_cheaper_variant_gives_the_difference_back(db: Session) -> None:
    order = await a_bought_order(db)
    line, product, _ = await line_and_product(db, order)
    cheaper = await a_sku(db, product, price=9000)

    change = await ask(db, order, "content", {"lines": [{"line": line.id, "sku": cheaper.id}]})

    refund = (await db.scalars(select(Refund).where(Refund.order_id == order.id))).one()
    assert change.difference == -1000
    assert (refund.amount, refund.status, refund.reason) == (1000, "approved", "price_difference")


async def test_a_cancelled_order_gives_a_gift_card_its_money_back_at_once(db: Session) -> None:
    order = await a_bought_order(db)
    card = await a_method(db, order.customer_id, balance=0)
    payment = (await db.scalars(select(Payment).where(Payment.order_id == order.id))).one()
    payment.method_id, payment.method = card.id, card.kind

    await ask(db, order, "cancel", reason="ordered_by_mistake")

    (line,) = await lines_of(db, order)
    assert (order.status, order.refunded_amount, card.balance) == ("cancelled", 10000, 10000)
    assert line.cancelled_quantity == line.quantity
    assert "order.cancelled" in [fact.kind for fact in await facts_of(db, order)]


async def test_another_way_of_paying_pays_all_and_the_former_is_refunded_once(db: Session) -> None:
    order = await a_bought_order(db)
    card = await a_method(db, order.customer_id, balance=10000)

    await ask(db, order, "payment", {"payment_method": card.id})
    await ask(db, order, "cancel")

    refunds = await db.scalars(select(Refund).where(Refund.order_id == order.id))
    assert sorted((one.reason, one.amount, one.status) for one in refunds) == [
        ("order_cancelled", 10000, "paid"),
        ("payment_changed", 10000, "approved"),
    ]
    assert card.balance == 10000


async def test_what_the_policy_forbids_is_refused_by_its_name_and_changes_nothing(
    db: Session,
) -> None:
    order = await a_bought_order(db)
    stranger = (await a_bought_order(db)).customer_id
    other = await a_method(db, stranger, balance=99999)
    small = await a_method(db, order.customer_id, balance=9999)
    line, product, sku = await line_and_product(db, order)
    gone = await a_sku(db, product, available=False)
    cases: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
        ("not_own_order", "cancel", {}, {"customer": stranger}),
        ("reason_not_accepted", "cancel", {}, {"reason": "just so"}),
        ("not_own_payment_method", "payment", {"payment_method": other.id}, {}),
        ("gift_card_too_small", "payment", {"payment_method": small.id}, {}),
        ("same_option", "content", {"lines": [{"line": line.id, "sku": sku.id}]}, {}),
        ("option_unavailable", "content", {"lines": [{"line": line.id, "sku": gone.id}]}, {}),
        ("line_not_in_order", "content", {"lines": [{"line": order.id, "quantity": 2}]}, {}),
        ("nothing_wanted", "address", {"street": order.street}, {}),
    ]

    for rule, kind, wanted, asked in cases:
        with pytest.raises(RuleBroken) as refused:
            await ask(db, order, kind, wanted, **asked)
        assert refused.value.code == rule

    assert await facts_of(db, order) == []
    assert (await db.scalars(select(OrderChange))).all() == []


async def test_an_approved_request_is_done_although_the_window_is_over(db: Session) -> None:
    head = await an_agent(db, role="department_head")
    order = await a_bought_order(db, minutes_ago=600)
    change = await ask(db, order, "address", ELSEWHERE)

    await approve(db, change, order, by=head.id, note="仓库还没有打包")

    assert (change.state, change.special, order.recipient) == ("executed", True, "李雷")
    kinds = [fact.kind for fact in await facts_of(db, order)]
    assert kinds[1] == "order.change_approved"
    assert kinds[-1] == "order.change_executed"


async def test_a_denied_request_changes_nothing_and_is_told(db: Session) -> None:
    head = await an_agent(db, role="department_head")
    order = await a_bought_order(db, minutes_ago=600)
    change = await ask(db, order, "address", ELSEWHERE)

    await deny(db, change, by=head.id, note="已经交给快递")

    assert (change.state, order.recipient) == ("denied", "王芳")
    assert (await facts_of(db, order))[-1].kind == "order.change_denied"
    with pytest.raises(Conflict):
        await approve(db, change, order, by=head.id)


async def test_one_request_of_a_kind_waits_at_a_time_until_it_is_withdrawn(db: Session) -> None:
    order = await a_bought_order(db, minutes_ago=600)
    change = await ask(db, order, "address", ELSEWHERE)
    with pytest.raises(RuleBroken) as refused:
        await ask(db, order, "address", ELSEWHERE)

    await withdraw(db, change, by=None)
    again = await ask(db, order, "address", ELSEWHERE)

    assert refused.value.code == "change_waiting"
    assert (change.state, again.state) == ("withdrawn", "pending_approval")


async def test_a_delivered_order_is_not_cancelled_by_any_way(db: Session) -> None:
    order = await a_bought_order(db, status="delivered")

    with pytest.raises(RuleBroken) as refused:
        await ask(db, order, "cancel")

    assert refused.value.code == "order_status"


async def test_in_another_city_nothing_is_left_of_the_former_district(db: Session) -> None:
    moved, stays = await a_bought_order(db, postcode="310012"), await a_bought_order(db)

    await ask(db, moved, "address", ELSEWHERE)
    await ask(db, stays, "address", {"street": "文三路 2 号", "city": "杭州市"})

    assert (moved.city, moved.district, moved.postcode) == ("上海市", None, None)
    assert (stays.city, stays.district, stays.street) == ("杭州市", "西湖区", "文三路 2 号")
