from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from kefu.commerce.model_orders import Order, Refund
from kefu.commerce.tests.factories import (
    a_payment,
    a_product,
    a_refund,
    a_shipment,
    a_shop,
    a_tracking_event,
    an_order,
    lines_of,
)
from kefu.commerce.tests.telling import said
from kefu.core.clock import frozen
from kefu.core.db import Session
from kefu.core.events import FactRow
from kefu.customers.tests.factories import a_customer
from kefu.identity.tests.desk import Desk
from kefu.identity.tests.visiting import counted

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


async def test_one_order_and_many_are_taken_and_repetitions_do_nothing(
    db: Session, desk: Desk
) -> None:
    await desk.sign_in()
    shop = await a_shop(db)
    one = {"shop": shop.key} | said("A")
    many = {"shop": shop.key, "orders": [said("A"), said("B")]}

    first = (await desk.post("/orders", one)).json()
    second = (await desk.post("/orders", many)).json()

    assert [row["result"] for row in first["results"]] == ["created"]
    assert [row["result"] for row in second["results"]] == ["unchanged", "created"]


@pytest.mark.parametrize(
    ("order", "field"),
    [
        (said(lines=[]), "orders.1.lines"),
        (said(lines=[{"title": "a", "unit_price": -5}]), "orders.1.lines.0.unit_price"),
        (said(currency="ABC"), "orders.1.currency"),
        (said(total_amount=5), "orders.1.total_amount"),
        (said(note="a\x00b"), "orders"),
    ],
)
async def test_a_batch_with_a_mistake_names_it_and_keeps_nothing(
    db: Session, desk: Desk, order: dict[str, Any], field: str
) -> None:
    await desk.sign_in()
    shop = await a_shop(db)

    answer = await desk.post("/orders", {"shop": shop.key, "orders": [said("A"), order]})

    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert await db.scalar(select(func.count()).select_from(Order)) == 0


async def test_an_unknown_shop_is_named(desk: Desk) -> None:
    await desk.sign_in()

    answer = await desk.post("/orders", {"shop": "nowhere"} | said())

    assert (answer.status_code, answer.json()["field"]) == (422, "shop")


async def test_events_answer_whether_they_wait(db: Session, desk: Desk) -> None:
    await desk.sign_in()
    shop = await a_shop(db)
    event = {"external_id": "e", "number": "A", "kind": "shipped", "at": NOON.isoformat()}

    waiting = await desk.post("/order-events", {"shop": shop.key, "events": [event]})
    await desk.post("/orders", {"shop": shop.key} | said("A"))
    again = await desk.post("/order-events", {"shop": shop.key, "events": [event]})

    assert [one.json()["results"][0]["result"] for one in (waiting, again)] == ["waiting", "known"]
    assert await db.scalar(select(Order.status)) == "shipped"


async def test_the_page_has_lines_money_parcels_and_what_may_be_done(
    db: Session, desk: Desk
) -> None:
    agent = await desk.sign_in("agent")
    product = await a_product(db, image="/goods/tent.svg")
    order = await an_order(db, status="shipped", total=30000)
    (line,) = await lines_of(db, order)
    line.product_id = product.id
    await a_payment(db, order)
    await a_refund(
        db, order, crm_status="approved", crm_operator=agent.id, crm_at=NOON,
        finance_status="failed", finance_operator="财务小李", finance_at=NOON,
    )  # fmt: skip
    shipment = await a_shipment(db, order)
    await a_tracking_event(db, shipment, place="杭州", text="已揽收")

    page = (await desk.get(f"/orders/{order.id}")).json()

    assert page["lines"][0]["image"] == "/goods/tent.svg"
    assert page["payments"][0]["amount"] == 30000
    refund = page["refunds"][0]
    assert refund["crm"]["operator"] == agent.name
    assert refund["finance"]["operator"] == "财务小李"
    assert refund["fits"] is False
    assert page["shipments"][0]["tracking"][0]["text"] == "已揽收"
    assert page["street"] == "****"
    assert [offer["name"] for offer in page["allowed"]][:2] == ["reveal", "note_error"]


async def test_the_page_takes_as_many_queries_for_much_as_for_little(
    db: Session, desk: Desk
) -> None:
    await desk.sign_in("agent")
    small, large = await an_order(db), await an_order(db, lines=20)
    for order, parcels in ((small, 1), (large, 10)):
        for _ in range(parcels):
            shipment = await a_shipment(db, order)
            await a_tracking_event(db, shipment)

    counts = []
    for order in (small, large):
        with counted(db) as statements:
            await desk.get(f"/orders/{order.id}")
        counts.append(len(statements))

    assert counts[0] == counts[1]


async def test_the_address_is_shown_for_a_reason_and_remembered(db: Session, desk: Desk) -> None:
    agent = await desk.sign_in("agent")
    order = await an_order(db)

    shown = (await desk.post(f"/orders/{order.id}/reveal", {"reason": "ship_order"})).json()

    assert (shown["phone"], shown["street"]) == ("+8613800000011", "文三路 1 号")
    fact = await db.scalar(select(FactRow).where(FactRow.kind == "order.revealed"))
    assert fact is not None
    assert (fact.actor, fact.details) == (agent.id, {"reason": "ship_order"})


async def test_who_only_looks_on_reveals_nothing(db: Session, desk: Desk) -> None:
    await desk.sign_in("quality_inspector")
    order = await an_order(db)

    answer = await desk.post(f"/orders/{order.id}/reveal", {"reason": "other"})

    assert answer.status_code == 403


async def test_a_question_is_answered_with_its_time(db: Session, desk: Desk) -> None:
    await desk.sign_in("agent")
    order = await an_order(db, status="shipped")
    with frozen(NOON):
        asked = (NOON - timedelta(seconds=12)).isoformat()
        answer = await desk.post(
            f"/orders/{order.id}/queries", {"channel": "phone", "asked_at": asked}
        )
        early = (NOON + timedelta(seconds=5)).isoformat()
        future = await desk.post(
            f"/orders/{order.id}/queries", {"channel": "phone", "asked_at": early}
        )

    assert answer.json()["status"] == "shipped"
    assert future.json()["field"] == "asked_at"
    fact = await db.scalar(select(FactRow).where(FactRow.kind == "order.queried"))
    assert fact is not None
    assert fact.details == {"channel": "phone", "seconds": 12.0, "status": "shipped"}


async def test_help_with_an_unfinished_order_is_counted_as_services_own(
    db: Session, desk: Desk
) -> None:
    agent = await desk.sign_in("agent")
    await desk.sign_in()
    shop = await a_shop(db)
    stuck = said(
        status="created", paid_at=None, unfinished_step="payment", version=1,
        payments=[{"external_id": "p", "method": "alipay", "amount": 69900, "status": "failed",
                   "failure": "balance_too_low"}],
    )  # fmt: skip
    order = (await desk.post("/orders", {"shop": shop.key} | stuck)).json()["results"][0]["id"]
    page = (await desk.get(f"/orders/{order}")).json()

    helped = await desk.ask("PUT", f"/orders/{order}/assistance")
    again = await desk.ask("PUT", f"/orders/{order}/assistance")
    await desk.post("/orders", {"shop": shop.key} | said(version=2))

    done = (await desk.get(f"/orders/{order}")).json()
    assert (page["unfinished_step"], page["payments"][0]["failure"]) == (
        "payment",
        "balance_too_low",
    )
    assert (helped.status_code, again.status_code) == (200, 409)
    assert (done["source"], done["status"], done["unfinished_step"]) == ("service", "paid", None)
    fact = await db.scalar(select(FactRow).where(FactRow.kind == "order.assisted"))
    assert fact is not None
    assert fact.details["step"] == "payment"
    assert agent is not None


async def test_a_mistake_is_noted_once_a_cause_and_corrected(db: Session, desk: Desk) -> None:
    await desk.sign_in("agent")
    order = await an_order(db)
    path = f"/orders/{order.id}/errors"

    noted = (await desk.post(path, {"cause": "address", "note": "门牌号写错"})).json()
    twice = await desk.post(path, {"cause": "address"})
    error = noted["errors"][0]["id"]
    corrected = (await desk.put(f"{path}/{error}/correction")).json()
    listed = (await desk.get("/order-errors", params={"cause": "address"})).json()["items"]

    assert twice.status_code == 409
    assert corrected["errors"][0]["corrected_at"] is not None
    assert [(row["number"], row["note"]) for row in listed] == [(order.number, "门牌号写错")]


async def test_refunds_on_which_the_systems_differ_are_listed_until_they_agree(
    db: Session, desk: Desk
) -> None:
    await desk.sign_in()
    order = await an_order(db, total=50000)
    with frozen(NOON):
        await a_refund(db, order, crm_status="paid", finance_status="paid", status="paid")
        await a_refund(db, order, crm_status="approved", crm_at=NOON)
        refund = await a_refund(
            db, order, status="approved", crm_status="approved", crm_at=NOON - timedelta(days=2)
        )
        before = (await desk.get("/refunds/mismatches")).json()["items"]
        said = await desk.put(f"/refunds/{refund.id}/finance", {"status": "paid"})
        differing = (await desk.get("/refunds/mismatches")).json()["items"]

    assert [(row["id"], row["why"]) for row in before] == [(str(refund.id), "missing")]
    assert said.status_code == 200
    assert [row["finance"]["status"] for row in differing] == ["paid"]
    paid = await db.get(Refund, refund.id)
    assert paid is not None
    await db.refresh(order)
    assert (paid.status, order.refunded_amount) == ("paid", 9900)


async def test_what_a_customer_bought_is_reckoned_without_what_was_cancelled(
    db: Session, desk: Desk
) -> None:
    await desk.sign_in()
    customer = await a_customer(db)
    first = await an_order(db, customer=customer.id, total=10000, placed_at=NOON)
    await an_order(db, customer=customer.id, total=5000, refunded_amount=2000)
    await an_order(db, customer=customer.id, status="cancelled", total=700)
    (line,) = await lines_of(db, first)
    line.quantity, line.returned_quantity = 2, 1
    await db.flush()

    bought = (await desk.get(f"/customers/{customer.id}/purchases")).json()

    assert (bought["orders"], bought["cancelled"], bought["pieces_returned"]) == (2, 1, 1)
    assert bought["first_at"] == "2026-03-02T04:00:00Z"
    assert bought["amounts"] == [
        {"currency": "CNY", "orders": 2, "paid": 15000, "refunded": 2000, "value": 13000}
    ]
