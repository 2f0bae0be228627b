from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from kefu.core.db import Session
from kefu.customers.listing import is_meant_by
from kefu.customers.model import Customer, CustomerLabelled
from kefu.customers.tests.conftest import Desk
from kefu.customers.tests.factories import a_customer, a_label, an_identity

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


async def names(desk: Desk, **asked: Any) -> list[str]:
    answer = await desk.get("/customers", params=asked)
    assert answer.status_code == 200, answer.text
    return [row["name"] for row in answer.json()["items"]]


async def a_few(db: Session) -> None:
    wang = await a_customer(
        db, name="王小明", phone="+8613800138000", last_seen_at=NINE, tier="vip"
    )
    await an_identity(db, wang, "external_id", "M-0042")
    await a_customer(
        db, name="欧阳小明", email="ouyang_1@example.com", last_seen_at=NINE + timedelta(hours=1)
    )
    await a_customer(db, name="Zoë 100%", last_seen_at=NINE + timedelta(hours=2))


async def test_a_name_is_found_in_either_writing(db: Session, desk: Desk) -> None:
    await desk.sign_in()
    await a_customer(db, name="陳靜儀")
    await a_customer(db, name="陈静仪")

    assert sorted(await names(desk, q="静仪")) == sorted(await names(desk, q="靜儀"))
    assert len(await names(desk, q="陈静")) == 2


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("小明", ["欧阳小明", "王小明"]),
        ("明", ["欧阳小明", "王小明"]),
        ("王", ["王小明"]),
        ("wangxi", ["王小明"]),
        ("Ou Yang", ["欧阳小明"]),
        ("8000", ["王小明"]),
        ("138 0013-8000", ["王小明"]),
        ("+86 13800138000", ["王小明"]),
        ("ouyang_1@", ["欧阳小明"]),
        ("ouyangX1@", []),
        ("ouyang_", ["欧阳小明"]),
        ("M-0042", ["王小明"]),
        ("100%", ["Zoë 100%"]),
        ("%", ["Zoë 100%"]),
        ("明小", []),
        ("  ", ["Zoë 100%", "欧阳小明", "王小明"]),
        ("'; drop table customers; --", []),
    ],
)
async def test_any_part_of_what_an_agent_was_told_finds_the_customer(
    db: Session, desk: Desk, q: str, found: list[str]
) -> None:
    await a_few(db)
    await desk.sign_in()

    assert await names(desk, q=q) == found


async def test_tier_and_label_narrow_the_list(db: Session, desk: Desk) -> None:
    await a_few(db)
    label, customer = await a_label(db), await a_customer(db, name="丁一")
    db.add(CustomerLabelled(customer_id=customer.id, label_id=label.id))
    await desk.sign_in()

    assert await names(desk, tier="vip") == ["王小明"]
    assert await names(desk, label=str(label.id)) == ["丁一"]
    assert await names(desk, label=str(label.id), tier="vip") == []


async def test_names_sort_by_their_sound(db: Session, desk: Desk) -> None:
    for name in ("张三", "阿宝", "李四", "Bob"):
        await a_customer(db, name=name)
    await desk.sign_in()

    assert await names(desk, sort="name") == ["阿宝", "Bob", "李四", "张三"]


@pytest.mark.parametrize("sort", ["name", "last_seen"])
async def test_pages_follow_each_other_even_among_equals(
    db: Session, desk: Desk, sort: str
) -> None:
    customers = [await a_customer(db, name="王五", last_seen_at=NINE) for _ in range(7)]
    await desk.sign_in()

    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        asked = {"limit": 3, "cursor": cursor, "sort": sort}
        page = (await desk.get("/customers", params=asked)).json()
        seen += [row["id"] for row in page["items"]]
        cursor = page["next_cursor"]

    assert len(seen) == 7
    assert set(seen) == {str(customer.id) for customer in customers}


async def test_an_agent_lists_only_whom_they_serve(db: Session, desk: Desk) -> None:
    await a_few(db)
    agent = await desk.sign_in("agent")
    await a_customer(db, name="我的客户", served_by=agent.id)

    assert await names(desk) == ["我的客户"]
    assert await names(desk, q="小明") == []


@pytest.mark.parametrize("amount", [1, 25, 100])
async def test_a_list_takes_the_same_number_of_queries(
    db: Session, desk: Desk, counting: Any, amount: int
) -> None:
    for _ in range(amount):
        await a_customer(db)
    await desk.sign_in()

    with counting() as statements:
        assert len(await names(desk, limit=100)) == amount

    assert len(statements) == 3


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"q": "长" * 101}, "q"),
        ({"sort": "money"}, "sort"),
        ({"limit": 101}, "limit"),
        ({"limit": 0}, "limit"),
        ({"label": "x"}, "label"),
        ({"cursor": "x"}, "cursor"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_a_list_that_makes_no_sense_is_refused_by_its_field(
    desk: Desk, asked: dict[str, Any], field: str
) -> None:
    await desk.sign_in()

    answer = await desk.get("/customers", params=asked)

    assert (answer.status_code, answer.json()["field"]) == (422, field)


@pytest.mark.parametrize("q", ["8000", "wang", "小明", "xm@"])
async def test_no_search_reads_the_whole_table(db: Session, q: str) -> None:
    await db.execute(text("set local enable_seqscan = off"))
    found = select(Customer.id).where(is_meant_by(q))
    written = found.compile(
        dialect=db.sync_session.get_bind().dialect, compile_kwargs={"literal_binds": True}
    )

    explained = await (await db.connection()).exec_driver_sql(f"explain {written}")

    assert "Seq Scan on customers" not in "\n".join(explained.scalars())
