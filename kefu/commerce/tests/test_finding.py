from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kefu.commerce.tests.factories import a_line, a_shipment, a_shop, an_order
from kefu.core.clock import frozen
from kefu.core.db import Session
from kefu.customers.tests.factories import a_customer
from kefu.identity.tests.desk import Desk
from kefu.identity.tests.visiting import counted

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


async def found(desk: Desk, **query: Any) -> list[str]:
    answer = await desk.get("/orders", params=query)
    assert answer.status_code == 200, answer.text
    return [row["number"] for row in answer.json()["items"]]


@pytest.mark.parametrize(
    "q",
    [
        *("SY2026-77", "sy2026-77", "SY2026-7", "SF0012345678"),
        *("4455", "13912344455", "+86 139-1234-4455", "欧阳", "阳若"),
    ],
)
async def test_an_order_is_found_by_what_a_customer_says(db: Session, desk: Desk, q: str) -> None:
    await desk.sign_in("agent")
    order = await an_order(
        db, number="SY2026-77", recipient="欧阳若曦", phone="+8613912344455", status="shipped"
    )
    await a_shipment(db, order, tracking_number="SF0012345678")
    await an_order(db, number="TB-1", recipient="李强", phone="+8613800000099")

    assert await found(desk, q=q) == ["SY2026-77"]


async def test_a_recipient_is_found_in_either_writing(db: Session, desk: Desk) -> None:
    await desk.sign_in("agent")
    await an_order(db, number="HK-1", recipient="陳靜儀")

    assert await found(desk, q="陈静") == await found(desk, q="陳靜") == ["HK-1"]


async def test_signs_of_patterns_are_letters_like_others(db: Session, desk: Desk) -> None:
    await desk.sign_in("agent")
    await an_order(db, number="A_1")
    await an_order(db, number="AX1")

    assert await found(desk, q="A_1") == ["A_1"]
    assert await found(desk, q="%%%%") == []


async def test_lists_are_narrowed_and_turn_pages_by_cursor(db: Session, desk: Desk) -> None:
    await desk.sign_in("agent")
    shop, customer = await a_shop(db), await a_customer(db)
    for day in range(5):
        await an_order(
            db,
            number=f"N{day}",
            shop=shop,
            customer=customer.id,
            placed_at=NOON - timedelta(days=day),
            status="paid" if day else "created",
            unfinished_step=None if day else "payment",
            promised_by=NOON if day == 4 else None,
        )
    await an_order(db, number="other", placed_at=NOON)

    with frozen(NOON + timedelta(hours=1)):
        first = (await desk.get("/orders", params={"shop": str(shop.id), "limit": 3})).json()
        rest = await found(desk, shop=str(shop.id), limit=3, cursor=first["next_cursor"])
        late = await found(desk, late=True)
    named = await found(desk, q="王芳", limit=100)

    assert [row["number"] for row in first["items"]] == ["N0", "N1", "N2"]
    assert rest == ["N3", "N4"]
    assert late == ["N4"]
    assert await found(desk, customer=str(customer.id), status="created") == ["N0"]
    assert await found(desk, unfinished=True) == ["N0"]
    assert await found(desk, since=NOON.isoformat()) == ["other", "N0"]
    assert len(named) == 6


async def test_a_row_shows_what_matters_with_the_telephone_masked(db: Session, desk: Desk) -> None:
    await desk.sign_in("agent")
    customer = await a_customer(db, name="王芳")
    order = await an_order(db, customer=customer.id, total=90000, lines=0)
    await a_line(db, order, position=1, title="帐篷", quantity=2, unit_price=30000)
    await a_line(db, order, position=2, title="营地灯", unit_price=30000)

    row = (await desk.get("/orders")).json()["items"][0]

    assert (row["title"], row["pieces"]) == ("帐篷", 3)
    assert row["phone"] == "+86138****0011"
    assert row["customer"]["name"] == "王芳"
    assert (row["total_amount"], row["currency"]) == (90000, "CNY")


async def test_a_hundred_rows_take_as_many_queries_as_one(db: Session, desk: Desk) -> None:
    await desk.sign_in("agent")
    for number in range(100):
        customer = await a_customer(db)
        await an_order(db, number=f"N{number:03}", customer=customer.id)

    counts = []
    for limit in (1, 25, 100):
        for q in ("", "N0", "0011"):
            with counted(db) as statements:
                await found(desk, limit=limit, q=q)
            counts.append(len(statements))

    assert len(set(counts)) == 1, counts


async def test_a_cursor_of_another_list_is_refused(desk: Desk) -> None:
    await desk.sign_in("agent")

    answer = await desk.get("/orders", params={"cursor": "bm90aGluZw"})

    assert (answer.status_code, answer.json()["field"]) == (422, "cursor")
