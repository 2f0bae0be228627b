from typing import Any

import pytest
from sqlalchemy import select

from kefu.commerce.model import Shop
from kefu.commerce.model_order_care import OrderChange
from kefu.commerce.model_orders import Order
from kefu.commerce.personal_data_order_care import erase_order_care
from kefu.commerce.reactions_order_care import tell_who_looks
from kefu.commerce.taking import take_orders
from kefu.commerce.tests.care_factories import ELSEWHERE, a_bought_order, a_method, ask
from kefu.commerce.tests.factories import lines_of
from kefu.commerce.tests.telling import SHIPPED, told
from kefu.commerce.tests.test_care_told import facts_so_far, told_to
from kefu.commerce.waiting import EventDocument, take_events
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.events import FactRow
from kefu.identity.tests.factories import an_agent

HOME = {"recipient": "王芳", "province": "浙江省", "city": "杭州市", "district": "西湖区",
        "street": "文三路 1 号"}  # fmt: skip
LINE = {"title": "帐篷", "quantity": 1, "unit_price": 10000}


async def tell(db: Session, order: Order, version: int, **more: Any) -> None:
    """The shop's word of this order; everything not named is as it first said."""
    shop = await db.get_one(Shop, order.shop_id)
    given = {"version": version, "address": HOME, "lines": [LINE], "placed_at": order.placed_at}
    await take_orders(db, shop, [told(order.number, **given | more)])


async def a_told_order(db: Session) -> Order:
    order = await a_bought_order(db)
    await tell(db, order, 1)
    return order


async def wanted_of(db: Session, order: Order, kind: str) -> dict[str, Any]:
    (line,) = await lines_of(db, order)
    card = await a_method(db, order.customer_id, balance=20000)
    content = {"lines": [{"line": line.id, "quantity": 2}], "payment_method": card.id}
    asked: dict[str, dict[str, Any]] = {"address": ELSEWHERE, "content": content, "cancel": {}}
    return asked[kind]


async def a_changed_order(db: Session, kind: str, **asked: Any) -> tuple[Order, OrderChange]:
    order = await a_told_order(db)
    return order, await ask(db, order, kind, await wanted_of(db, order, kind), **asked)


async def standing(db: Session, order: Order) -> dict[str, Any]:
    await db.flush()
    (line,) = await lines_of(db, order)
    of_line = ("quantity", "cancelled_quantity", "sku_id")
    of_order = ("status", "street", "district", "total_amount", "paid_amount", "cancelled_at")
    return {name: getattr(line, name) for name in of_line} | {
        name: getattr(order, name) for name in of_order
    }


async def kinds_told(db: Session) -> list[str]:
    return list(await db.scalars(select(FactRow.kind).order_by(FactRow.id)))


@pytest.mark.parametrize("kind", ["address", "content", "cancel"])
async def test_what_the_shop_only_repeats_takes_no_change_back(db: Session, kind: str) -> None:
    order, change = await a_changed_order(db, kind)
    before = await standing(db, order)

    await tell(db, order, 2, note="请尽快")

    assert order.note == "请尽快"
    assert await standing(db, order) == before
    assert change.shop_state == "only_here"


async def test_an_older_telling_fills_nothing_that_was_emptied_here(db: Session) -> None:
    order = await a_bought_order(db)
    await tell(db, order, 5)
    change = await ask(db, order, "address", ELSEWHERE)

    await tell(db, order, 3, note="older")

    assert (order.district, order.note, change.shop_state) == (None, "older", "only_here")


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("address", {"address": ELSEWHERE}),
        ("content", {"lines": [LINE | {"quantity": 2}]}),
        ("cancel", {"status": "cancelled"}),
    ],
)
async def test_what_the_shop_says_too_is_confirmed(
    db: Session, kind: str, says: dict[str, Any]
) -> None:
    order, change = await a_changed_order(db, kind)

    await tell(db, order, 2, **says)

    assert change.shop_state == "confirmed"
    assert "order.change_confirmed" in await kinds_told(db)


async def test_a_cancellation_is_confirmed_by_a_single_event_of_the_shop(db: Session) -> None:
    order, change = await a_changed_order(db, "cancel")
    shop = await db.get_one(Shop, order.shop_id)
    given = {"external_id": "e-1", "number": order.number, "kind": "cancelled", "at": now()}

    await take_events(db, shop, [EventDocument.model_validate(given)])

    assert change.shop_state == "confirmed"
    assert "order.change_confirmed" in await kinds_told(db)


@pytest.mark.parametrize(
    ("kind", "says", "then"),
    [
        (
            "address",
            {"address": HOME | {"district": None, "city": "宁波市", "street": "江东路 3 号"}},
            {"street": "江东路 3 号", "district": None},
        ),
        ("content", {"lines": [LINE | {"quantity": 3}]}, {"quantity": 3, "total_amount": 30000}),
        (
            "cancel",
            {"status": "shipped", "shipped_at": SHIPPED},
            {"status": "shipped", "cancelled_quantity": 0, "cancelled_at": None},
        ),
    ],
)
async def test_what_the_shop_changed_later_counts_and_is_told(
    db: Session, kind: str, says: dict[str, Any], then: dict[str, Any]
) -> None:
    agent = await an_agent(db)
    order, change = await a_changed_order(db, kind, by=agent.id)

    await tell(db, order, 2, **says)
    told_of = [one for one in await facts_so_far(db) if one.kind == "order.change_overruled"]
    await tell_who_looks(db, told_of)

    found = await standing(db, order)
    assert {name: found[name] for name in then} == then
    assert change.shop_state == "overruled"
    assert await told_to(db, agent.id) == ["order.change_overruled"]


async def test_who_may_decide_hears_where_no_agent_asked(db: Session) -> None:
    leader = await an_agent(db, role="shift_leader")
    order, _ = await a_changed_order(db, "address")

    await tell(db, order, 2, address=HOME | {"street": "别处 9 号"})
    told_of = [one for one in await facts_so_far(db) if one.kind == "order.change_overruled"]
    await tell_who_looks(db, told_of)

    assert await told_to(db, leader.id) == ["order.change_overruled"]


async def test_an_order_whose_change_was_overruled_follows_its_shop_again(db: Session) -> None:
    order, _ = await a_changed_order(db, "address")
    await tell(db, order, 2, address=HOME | {"street": "别处 9 号"})

    await tell(db, order, 3)

    assert order.street == "文三路 1 号"
    assert (await kinds_told(db)).count("order.change_overruled") == 1


async def forget(db: Session, order: Order, change: OrderChange) -> None:
    assert order.customer_id is not None
    await db.flush()
    await erase_order_care(db, order.customer_id)
    await db.refresh(change)


@pytest.mark.parametrize("kind", ["content", "cancel"])
async def test_what_was_changed_for_somebody_forgotten_still_holds(db: Session, kind: str) -> None:
    order, change = await a_changed_order(db, kind)
    before = await standing(db, order)
    await forget(db, order, change)

    await tell(db, order, 2, note="请尽快")

    assert await standing(db, order) == before
    assert change.shop_state == "only_here"


async def test_an_address_of_somebody_forgotten_holds_nothing(db: Session) -> None:
    order, change = await a_changed_order(db, "address")
    await forget(db, order, change)

    await tell(db, order, 2)

    assert order.street == HOME["street"]
    assert change.wanted == {}


@pytest.mark.parametrize("kind", ["address", "content", "cancel"])
async def test_a_change_of_which_nothing_was_kept_holds_nothing(db: Session, kind: str) -> None:
    order, change = await a_changed_order(db, kind)
    change.before = change.after = None
    await db.flush()

    await tell(db, order, 2)

    found = await standing(db, order)
    assert (found["status"], found["quantity"], found["street"]) == ("paid", 1, HOME["street"])
