from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from kefu.commerce import exporting
from kefu.commerce.routes_order_export import router
from kefu.commerce.tests.factories import a_line, a_shop, an_order
from kefu.core.db import Session
from kefu.core.events import FactRow
from kefu.identity.tests.desk import Desk, desk_of


@pytest.fixture
async def desk(db: Session) -> AsyncIterator[Desk]:
    async with desk_of(db, router) as desk:
        yield desk


def sheet(text: str) -> list[dict[str, str]]:
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


async def test_the_list_is_taken_away_as_a_sheet_that_computes_nothing(
    db: Session, desk: Desk
) -> None:
    await desk.sign_in("shift_leader")
    order = await an_order(db, number="A1", status="shipped", total=129900, recipient='=1+1"')
    await a_line(db, order, position=2, title="灯", quantity=2, unit_price=0)
    await an_order(db, number="B1", status="cancelled")

    answer = await desk.get("/order-export", params={"status": "shipped"})

    [row] = sheet(answer.text)
    assert answer.headers["content-type"].startswith("text/csv")
    assert "attachment" in answer.headers["content-disposition"]
    assert (row["订单号"], row["状态"], row["订单金额"]) == ("A1", "已发货", "1299.00")
    assert (row["收件人"], row["件数"]) == ("'=1+1\"", "3")
    assert row["电话"].endswith("0011")
    assert "*" in row["电话"]


async def test_every_page_of_the_list_is_in_the_sheet_once(
    db: Session, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "BATCH", 2)
    await desk.sign_in("auditor")
    shop = await a_shop(db, name="海外店", currency="JPY")
    for number in range(5):
        await an_order(db, shop=shop, number=f"N{number}", total=500, currency="JPY")

    answer = await desk.get("/order-export", params={"language": "en", "shop": str(shop.id)})

    rows = sheet(answer.text)
    assert sorted(row["Number"] for row in rows) == [f"N{number}" for number in range(5)]
    assert {(row["Status"], row["Total"], row["Shop"]) for row in rows} == {
        ("paid", "500", "海外店")
    }


async def test_who_takes_orders_away_is_remembered_and_what_they_searched_for_is_not(
    db: Session, desk: Desk
) -> None:
    agent = await desk.sign_in("department_head")

    await desk.get("/order-export", params={"q": "王芳"})

    fact = await db.scalar(select(FactRow).where(FactRow.kind == "orders.exported"))
    assert fact is not None
    assert (fact.actor, fact.details) == (agent.id, {"searched": True})


async def test_an_agent_may_not_take_orders_away(db: Session, desk: Desk) -> None:
    await desk.sign_in("agent")

    answer = await desk.get("/order-export")

    assert answer.status_code == 403
    assert await db.scalar(select(FactRow).where(FactRow.kind == "orders.exported")) is None
