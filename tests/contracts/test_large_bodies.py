"""Large bodies before the real application: refused with the limit, or taken as promised."""

from __future__ import annotations

import io
import os

import pytest
from PIL import Image
from sqlalchemy import func, select

from kefu.commerce.model_orders import Order
from kefu.commerce.tests.factories import an_order
from kefu.commerce.tests.factories_returns import a_case
from kefu.commerce.tests.telling import said
from kefu.core.db import Database
from kefu.core.edge import BODY_LIMIT
from tests.house import House

pytestmark = pytest.mark.asyncio(loop_scope="module")
TEN_MEGABYTES = 10 * 1024 * 1024


async def orders_in(database: Database) -> int:
    async with database.transaction() as db:
        return await db.scalar(select(func.count()).select_from(Order)) or 0


async def test_ten_megabytes_of_json_are_refused_with_the_limit_and_nothing_is_kept(
    house: House,
) -> None:
    _, token = await house.agent()
    many = [said(f"BIG{number}", note="长" * 500) for number in range(6500)]
    before = await orders_in(house.database)

    answer = await house.ask(token, "POST", "/orders", {"shop": "main", "orders": many})

    assert len(answer.request.content) > TEN_MEGABYTES
    assert answer.status_code == 413
    assert (answer.json()["field"], answer.json()["limit"]) == ("body", BODY_LIMIT)
    assert await orders_in(house.database) == before


def a_photograph() -> bytes:
    """A picture as a telephone takes it: some megabytes that cannot be packed."""
    side = 1200
    picture = Image.frombytes("RGB", (side, side), os.urandom(side * side * 3))
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


async def test_a_photograph_of_some_megabytes_is_taken_for_a_return(house: House) -> None:
    _, token = await house.agent()
    async with house.database.transaction() as db:
        case = await a_case(db, order=await an_order(db, status="delivered"))
    photograph = a_photograph()

    answer = await house.ask(
        token, "POST", f"/returns/{case.id}/photos", files={"file": ("a.png", photograph)}
    )

    assert len(photograph) > 2 * BODY_LIMIT
    assert answer.status_code == 201, answer.text


async def test_a_table_of_some_megabytes_of_customers_is_taken(house: House) -> None:
    _, token = await house.agent()
    lines = "".join(f"M{number},王{number},{'x' * 200}\n" for number in range(20_000))
    table = ("会员号,姓名,备注\n" + lines).encode()

    answer = await house.ask(
        token, "POST", "/customer-imports", files={"file": ("members.csv", table)}
    )

    assert len(table) > 2 * BODY_LIMIT
    assert answer.status_code == 201, answer.text
