from __future__ import annotations

from typing import Any

import pytest

from kefu.core.db import Session
from kefu.core.ids import uuid7
from kefu.customers import customers_named
from kefu.customers.tests.conftest import Desk
from kefu.customers.tests.factories import a_customer, an_attribute, an_identity


async def test_a_page_shows_everything_masked_in_few_queries(
    db: Session, desk: Desk, counting: Any
) -> None:
    await an_attribute(db, "id_card", "text", sensitive=True)
    customer = await a_customer(
        db,
        phone="+8613800138000",
        email="xm@example.com",
        attributes={"id_card": "310101199001011234"},
    )
    await an_identity(db, customer, "phone", "+8613800138000")
    await an_identity(db, customer, "external_id", "42")
    await desk.sign_in()

    with counting() as statements:
        answer = await desk.get(f"/customers/{customer.id}")

    page = answer.json()
    assert answer.status_code == 200
    assert (page["phone"], page["email"]) == ("+86138****8000", "x****@example.com")
    assert page["attributes"] == {"id_card": "****34"}
    assert [one["value"] for one in page["identities"]] == ["+86138****8000", "42"]
    assert page["allowed"] == ["block", "edit", "erase", "export", "note", "reveal"]
    assert "13800138000" not in answer.text
    assert len(statements) <= 8


async def test_a_change_is_kept_field_by_field_and_told_without_its_text(
    db: Session, desk: Desk, facts: Any
) -> None:
    customer = await a_customer(db)
    agent = await desk.sign_in()

    answer = await desk.patch(
        f"/customers/{customer.id}", {"name": "欧阳娜娜", "phone": "139 0013 9000", "tier": "vip"}
    )

    assert answer.status_code == 200
    assert (customer.name_pinyin, customer.phone) == ("ou yang na na", "+8613900139000")
    told = [fact for fact in await facts() if fact.kind == "customer.changed"]
    assert [(fact.actor, fact.customer) for fact in told] == [(agent.id, customer.id)]
    assert sorted(told[0].details["changed"]) == ["name", "phone", "tier"]


async def test_what_comes_back_masked_is_left_as_it_is(db: Session, desk: Desk, facts: Any) -> None:
    await an_attribute(db, "id_card", "text", sensitive=True)
    kept = {"id_card": "310101199001011234"}
    customer = await a_customer(db, phone="+8613800138000", email="xm@example.com", attributes=kept)
    await desk.sign_in()
    page = (await desk.get(f"/customers/{customer.id}")).json()

    fields = ("name", "phone", "email", "tier", "attributes")
    answer = await desk.patch(f"/customers/{customer.id}", {field: page[field] for field in fields})

    assert answer.status_code == 200
    assert (customer.phone, customer.email) == ("+8613800138000", "xm@example.com")
    assert customer.attributes == kept
    assert "customer.changed" not in [fact.kind for fact in await facts()]


async def test_a_corrected_telephone_number_no_longer_leads_by_the_old_one(
    db: Session, desk: Desk
) -> None:
    customer = await a_customer(db)
    await desk.sign_in()

    for phone in ("13800138000", "13900139000"):
        await desk.patch(f"/customers/{customer.id}", {"phone": phone})

    page = (await desk.get(f"/customers/{customer.id}")).json()
    assert [one["value"] for one in page["identities"]] == ["+86139****9000"]


async def test_an_emptied_contact_is_gone(db: Session, desk: Desk) -> None:
    customer = await a_customer(db, phone="+8613800138000")
    await desk.sign_in()

    await desk.patch(f"/customers/{customer.id}", {"phone": None})

    assert customer.phone is None


FAMILY = "\N{WOMAN}\u200d\N{WOMAN}\u200d\N{GIRL} 家"
RIGHT_TO_LEFT = "\u200fمحمد\u200f"


@pytest.mark.parametrize(
    "name", [FAMILY, RIGHT_TO_LEFT, "🇨🇳小明", "Zoë", "<script>alert(1)</script>", "𠮷野家"]
)
async def test_names_of_the_world_are_kept_exactly(db: Session, desk: Desk, name: str) -> None:
    customer = await a_customer(db)
    await desk.sign_in()

    answer = await desk.patch(f"/customers/{customer.id}", {"name": name})

    assert answer.json()["name"] == name
    assert customer.name == name


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": None}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"name": "长" * 101}, "name"),
        ({"phone": "12"}, "phone"),
        ({"email": "nobody"}, "email"),
        ({"tier": "emperor"}, "tier"),
        ({"tier": None}, "tier"),
        ({"avatar": "javascript:alert(1)"}, "avatar"),
        ({"locale": "中文"}, "locale"),
        ({"password": "x"}, "password"),
        ({"attributes": {"nothing": 1}}, "attributes.nothing"),
        ({"attributes": None}, "attributes"),
    ],
)
async def test_bad_input_is_refused_by_its_field_and_changes_nothing(
    db: Session, desk: Desk, change: dict[str, Any], field: str
) -> None:
    customer = await a_customer(db)
    await desk.sign_in()

    answer = await desk.patch(f"/customers/{customer.id}", {"locale": "en"} | change)

    assert answer.status_code == 422
    assert answer.json()["field"] == field
    await db.refresh(customer)
    assert (customer.name, customer.locale) == ("王小明", None)


@pytest.mark.parametrize("name", ["a\\u0000b", "\\ud800", "\\udfff\\ud800"])
async def test_text_that_no_database_keeps_is_refused(db: Session, desk: Desk, name: str) -> None:
    customer = await a_customer(db)
    await desk.sign_in()

    raw = f'{{"name": "{name}"}}'
    answer = await desk.patch(f"/customers/{customer.id}", content=raw)

    assert answer.status_code == 422
    problem = answer.json()
    assert problem["field"] == "name"
    assert problem["title"].startswith("The text contains")


async def test_an_unknown_customer_is_not_there(desk: Desk) -> None:
    await desk.sign_in()

    assert (await desk.get(f"/customers/{uuid7()}")).status_code == 404
    assert (await desk.get("/customers/no-id")).status_code == 422


async def test_cards_of_many_customers_take_one_query(db: Session, counting: Any) -> None:
    customers = [await a_customer(db, name=f"客户{number}") for number in range(25)]

    with counting() as statements:
        cards = await customers_named(db, [customer.id for customer in customers])

    assert [cards[customer.id].name for customer in customers] == [one.name for one in customers]
    assert len(statements) == 1
