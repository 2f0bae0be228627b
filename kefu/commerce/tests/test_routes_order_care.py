from collections.abc import AsyncIterator

import pytest

from kefu.commerce.model_orders import Order
from kefu.commerce.routes_care_policies import router as policies
from kefu.commerce.routes_order_care import router as care
from kefu.commerce.tests.care_factories import (
    ELSEWHERE,
    a_bought_order,
    a_method,
    ask,
    line_and_product,
)
from kefu.commerce.tests.factories import a_shop, a_sku, lines_of
from kefu.core.db import Session
from kefu.customers.tests.factories import a_customer
from kefu.identity.tests.desk import Desk, desk_of
from kefu.identity.tests.visiting import counted


@pytest.fixture
async def desk(db: Session) -> AsyncIterator[Desk]:
    async with desk_of(db, care, policies) as desk:
        yield desk


async def test_an_order_says_what_can_be_asked_of_it_and_until_when(
    db: Session, desk: Desk
) -> None:
    order = await a_bought_order(db, minutes_ago=45)
    await a_method(db, order.customer_id, balance=500)
    (line,) = await lines_of(db, order)
    await desk.sign_in("agent")

    care = (await desk.get(f"/orders/{order.id}/care")).json()

    windows = {one["kind"]: (one["is_open"], one["why"], one["special"]) for one in care["windows"]}
    assert windows["cancel"] == (True, None, True)
    assert windows["content"] == (False, "time", True)
    assert [one["balance"] for one in care["methods"]] == [500]
    assert [one["price"] for one in care["options"][str(line.id)]] == [10000]


async def test_a_change_is_asked_for_and_shown_without_the_address(db: Session, desk: Desk) -> None:
    order = await a_bought_order(db)
    await desk.sign_in("agent")
    address = ELSEWHERE | {"phone": "139 0000 1234"}

    answer = await desk.post(f"/orders/{order.id}/changes", {"kind": "address", "address": address})

    change = answer.json()
    assert (answer.status_code, change["state"]) == (201, "executed")
    assert change["wanted"]["street"] == "****"
    assert change["wanted"]["phone"] == "+86139****1234"
    assert order.phone == "+8613900001234"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "cancel"}, "reason"),
        ({"kind": "address"}, "address"),
        ({"kind": "content", "lines": []}, "lines"),
        ({"kind": "payment"}, "payment_method"),
        ({"kind": "address", "address": {"street": "a\x00b"}}, "address"),
        ({"kind": "address", "address": {"street": "x" * 201}}, "street"),
        ({"kind": "wish"}, "kind"),
    ],
)
async def test_what_is_missing_or_odd_is_named_and_nothing_changes(
    db: Session, desk: Desk, body: dict[str, object], field: str
) -> None:
    order = await a_bought_order(db)
    await desk.sign_in("agent")

    answer = await desk.post(f"/orders/{order.id}/changes", body)

    assert answer.status_code == 422
    assert field in answer.text
    assert await asked_of(desk, order) == []


async def asked_of(desk: Desk, order: Order) -> list[dict[str, object]]:
    changes: list[dict[str, object]] = (await desk.get(f"/orders/{order.id}/care")).json()[
        "changes"
    ]
    return changes


async def test_a_broken_rule_is_named(db: Session, desk: Desk) -> None:
    order = await a_bought_order(db)
    await desk.sign_in("agent")

    answer = await desk.post(f"/orders/{order.id}/changes", {"kind": "cancel", "reason": "bored"})

    assert (answer.status_code, answer.json()["code"]) == (409, "reason_not_accepted")
    assert await asked_of(desk, order) == []


async def test_who_leads_approves_and_who_serves_does_not(db: Session, desk: Desk) -> None:
    order = await a_bought_order(db, minutes_ago=600)
    change = await ask(db, order, "address", ELSEWHERE)
    await desk.sign_in("agent")
    refused = await desk.put(f"/order-changes/{change.id}/approval", {})
    await desk.sign_in("shift_leader")

    granted = await desk.put(f"/order-changes/{change.id}/approval", {"note": "已联系仓库"})

    assert refused.status_code == 403
    assert granted.json()["state"] == "executed"
    assert granted.json()["decided_by"] == "林晓"


async def test_no_is_said_with_a_reason(db: Session, desk: Desk) -> None:
    order = await a_bought_order(db, minutes_ago=600)
    change = await ask(db, order, "address", ELSEWHERE)
    await desk.sign_in("shift_leader")

    silent = await desk.put(f"/order-changes/{change.id}/denial", {"note": " "})
    said = await desk.put(f"/order-changes/{change.id}/denial", {"note": "包裹已交给快递"})

    assert silent.status_code == 422
    assert (said.json()["state"], said.json()["decision_note"]) == ("denied", "包裹已交给快递")


async def test_those_that_wait_are_listed_oldest_first_in_few_queries(
    db: Session, desk: Desk
) -> None:
    await desk.sign_in("shift_leader")
    counts = []
    for more in (1, 24):
        for _ in range(more):
            await ask(db, await a_bought_order(db, minutes_ago=600), "address", ELSEWHERE)
        with counted(db) as statements:
            answer = await desk.get("/order-changes?state=pending_approval&limit=100")
        counts.append(len(statements))

    items = answer.json()["items"]
    assert [one["id"] for one in items] == sorted(one["id"] for one in items)
    assert len(items) == 25
    assert counts[0] == counts[1]


async def test_a_list_goes_on_where_it_ended(db: Session, desk: Desk) -> None:
    for _ in range(3):
        await ask(db, await a_bought_order(db), "address", ELSEWHERE)
    await desk.sign_in("agent")

    first = (await desk.get("/order-changes?limit=2")).json()
    rest = (await desk.get(f"/order-changes?limit=2&cursor={first['next_cursor']}")).json()

    seen = [one["id"] for one in first["items"] + rest["items"]]
    assert (len(seen), rest["next_cursor"]) == (3, None)
    assert seen == sorted(seen, reverse=True)


async def test_goods_of_a_delivered_order_are_exchanged(db: Session, desk: Desk) -> None:
    order = await a_bought_order(db, status="delivered")
    line, product, _ = await line_and_product(db, order)
    other = await a_sku(db, product, price=11000)
    await desk.sign_in("agent")
    body = {"kind": "exchange", "lines": [{"line": str(line.id), "sku": str(other.id)}]}

    answer = await desk.post(f"/orders/{order.id}/after-sales", body)

    assert (answer.status_code, answer.json()["difference"]) == (201, 1000)


async def test_a_shop_has_its_own_window_until_it_follows_the_general_one_again(
    db: Session, desk: Desk
) -> None:
    shop = await a_shop(db)
    await desk.sign_in("department_head")
    window = {"statuses": ["created"], "minutes": 5, "special": False}

    mine = await desk.put(f"/order-windows/cancel?shop={shop.id}", window)
    listed = (await desk.get("/order-windows")).json()
    gone = await desk.delete(f"/order-windows/cancel?shop={shop.id}")

    assert mine.json()["minutes"] == 5
    assert len(listed) == 5
    assert (gone.status_code, len((await desk.get("/order-windows")).json())) == (204, 4)
    assert (await desk.delete("/order-windows/cancel")).status_code == 409


async def test_a_policy_is_changed_by_what_is_named(db: Session, desk: Desk) -> None:
    await desk.sign_in("department_head")

    changed = await desk.patch("/care-rules", {"content_once": True})
    odd = await desk.patch("/care-rules", {"cancel_reasons": ["whim"]})
    whole = await desk.post("/care-presets", {"name": "pending_only"})

    assert changed.json()["content_once"] is True
    assert changed.json()["refund_to"] == "any_own"
    assert (odd.status_code, odd.json()["field"]) == (422, "cancel_reasons")
    assert whole.json()["refund_to"] == "original_or_gift_card"


async def test_agents_read_policies_and_do_not_write_them(desk: Desk) -> None:
    await desk.sign_in("agent")

    assert (await desk.get("/care-rules")).status_code == 200
    assert (await desk.patch("/care-rules", {})).status_code == 403
    assert (await desk.put("/order-windows/cancel", {})).status_code == 403


async def test_a_customer_has_another_delivery_address(db: Session, desk: Desk) -> None:
    customer = await a_customer(db)
    await desk.sign_in("department_head")

    answer = await desk.put(f"/customers/{customer.id}/delivery-address", ELSEWHERE)

    assert answer.status_code == 200
    assert answer.json()["address"]["street"] == "****"
