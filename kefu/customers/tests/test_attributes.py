from __future__ import annotations

from typing import Any

import pytest

from kefu.core.db import Session
from kefu.customers.tests.conftest import Desk
from kefu.customers.tests.factories import a_customer, an_attribute

SIZE = {"key": "size", "name": "尺码", "kind": "choice", "choices": ["S", "M"]}


async def test_a_shop_defines_what_it_keeps(desk: Desk) -> None:
    await desk.sign_in("department_head")

    made = await desk.post("/customer-attributes", SIZE)
    changed = await desk.patch(
        f"/customer-attributes/{made.json()['id']}", {"choices": ["S", "M", "L"], "position": 1}
    )

    assert (made.status_code, changed.status_code) == (201, 200)
    [row] = (await desk.get("/customer-attributes")).json()["items"]
    assert row["choices"] == ["S", "M", "L"]


@pytest.mark.parametrize(
    ("more", "status", "field"),
    [
        ({"key": "Größe"}, 422, "key"),
        ({"kind": "colour"}, 422, "kind"),
        ({"choices": []}, 422, "choices"),
        ({"choices": ["S", "S"]}, 422, "choices"),
        ({"kind": "text"}, 422, "choices"),
        ({"key": "taken"}, 409, "key"),
    ],
)
async def test_a_definition_that_makes_no_sense_is_refused(
    db: Session, desk: Desk, more: dict[str, Any], status: int, field: str
) -> None:
    await an_attribute(db, "taken", "text")
    await desk.sign_in("department_head")

    answer = await desk.post("/customer-attributes", SIZE | more)

    assert (answer.status_code, answer.json()["field"]) == (status, field)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("text", "喜欢绿茶 🍵"),
        ("number", 12.5),
        ("number", 0),
        ("date", "1990-02-28"),
        ("choice", "M"),
        ("boolean", False),
    ],
)
async def test_values_of_their_kind_are_kept(
    db: Session, desk: Desk, kind: str, value: Any
) -> None:
    await an_attribute(db, "it", kind, choices=["S", "M"] if kind == "choice" else [])
    customer = await a_customer(db)
    await desk.sign_in()

    answer = await desk.patch(f"/customers/{customer.id}", {"attributes": {"it": value}})

    assert answer.json()["attributes"] == {"it": value}


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("text", 5),
        ("text", "长" * 2001),
        ("number", "5"),
        ("number", True),
        ("number", 10**16),
        ("date", "1990-02-30"),
        ("date", 19900230),
        ("choice", "XXL"),
        ("choice", ["M"]),
        ("boolean", "yes"),
        ("boolean", 1),
    ],
)
async def test_values_of_another_kind_are_refused_by_name(
    db: Session, desk: Desk, kind: str, value: Any
) -> None:
    await an_attribute(db, "it", kind, choices=["S", "M"] if kind == "choice" else [])
    customer = await a_customer(db)
    await desk.sign_in()

    answer = await desk.patch(f"/customers/{customer.id}", {"attributes": {"it": value}})

    assert (answer.status_code, answer.json()["field"]) == (422, "attributes.it")
    assert customer.attributes == {}


async def test_numbers_that_are_none_are_refused(db: Session, desk: Desk) -> None:
    await an_attribute(db, "it", "number")
    customer = await a_customer(db)
    await desk.sign_in()

    answer = await desk.patch(f"/customers/{customer.id}", content='{"attributes": {"it": NaN}}')

    assert answer.status_code == 422


async def test_an_attribute_in_use_is_not_removed(db: Session, desk: Desk) -> None:
    definition = await an_attribute(db, "it", "text")
    customer = await a_customer(db, attributes={"it": "有"})
    await desk.sign_in()

    refused = await desk.delete(f"/customer-attributes/{definition.id}")
    await desk.patch(f"/customers/{customer.id}", {"attributes": {"it": None}})
    removed = await desk.delete(f"/customer-attributes/{definition.id}")

    assert (refused.status_code, removed.status_code) == (409, 204)
    assert customer.attributes == {}
