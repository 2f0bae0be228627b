"""Each product of a customer has a stage, and a change starts the playbook of that stage."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import text

from kefu.commerce.routes_stages import router
from kefu.commerce.staging import restage, stages_of
from kefu.commerce.tests.factories import a_line, a_product, an_order
from kefu.commerce.tests.factories_returns import a_case
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.customers import Customer
from kefu.customers.model_care import CareCourse
from kefu.customers.recommending import recommend
from kefu.customers.tests.factories import a_customer
from kefu.customers.tests.test_caring import a_plan, one_who_agreed
from kefu.identity.tests import counted
from kefu.identity.tests.desk import Desk, desk_of
from kefu.identity.tests.factories import an_agent


@pytest.fixture
async def desk(db: Session) -> AsyncIterator[Desk]:
    async with desk_of(db, router) as desk:
        yield desk


async def stages(db: Session, customer: Customer) -> list[str]:
    await restage(db, [customer.id])
    return [one.stage for one in await stages_of(db, customer.id)]


async def told(db: Session) -> list[Any]:
    rows = await db.execute(
        text(
            "select details->>'former', details->>'stage' from facts "
            "where kind = 'product.stage_changed' order by id"
        )
    )
    return [tuple(row) for row in rows]


async def test_from_looking_to_using_to_after_sales_and_away(db: Session) -> None:
    customer, agent, product = await a_customer(db), await an_agent(db), await a_product(db)
    await recommend(db, customer, product=product.id, conversation=None, by=agent.id)
    assert await stages(db, customer) == ["pre_purchase"]

    order = await an_order(db, customer=customer.id, lines=0, placed_at=now())
    line = await a_line(db, order, product_id=product.id)
    assert await stages(db, customer) == ["in_use"]

    case = await a_case(db)
    await db.execute(text("delete from return_lines"))
    await db.execute(
        text(
            "insert into return_lines (id, case_id, order_line_id, product_id, model, title, "
            "category, quantity, amount, created_at) values (gen_random_uuid(), :case, :line, "
            ":product, 'M', 'T', '', 1, 0, now())"
        ),
        {"case": case.id, "line": line.id, "product": product.id},
    )
    case.customer_id = customer.id
    await db.flush()
    assert await stages(db, customer) == ["after_sales"]

    case.status, line.returned_quantity = "done", 1
    await db.execute(text("delete from recommendations"))
    await db.flush()
    assert await stages(db, customer) == []
    assert await told(db) == [
        (None, "pre_purchase"),
        ("pre_purchase", "in_use"),
        ("in_use", "after_sales"),
        ("after_sales", None),
    ]


async def test_nothing_is_told_where_nothing_changed(db: Session) -> None:
    customer, product = await a_customer(db), await a_product(db)
    order = await an_order(db, customer=customer.id, lines=0)
    await a_line(db, order, product_id=product.id)

    await restage(db, [customer.id])
    await restage(db, [customer.id])

    assert await told(db) == [(None, "in_use")]


@pytest.mark.parametrize(("historic", "courses"), [(False, 1), (True, 0)])
async def test_a_stage_starts_its_plan_and_old_orders_start_none(
    db: Session, historic: bool, courses: int
) -> None:
    await a_plan(
        db, occasion="entered_segment", dimension="stage", value="in_use", control_percent=0
    )
    customer, product = await one_who_agreed(db), await a_product(db)
    order = await an_order(db, customer=customer.id, lines=0)
    await a_line(db, order, product_id=product.id)

    await restage(db, [customer.id], historic=historic)

    found = await db.execute(CareCourse.__table__.select())
    assert len(found.all()) == courses


async def test_the_same_queries_for_many_customers(db: Session) -> None:
    counts = set()
    for amount in (1, 25):
        people = [await a_customer(db) for _ in range(amount)]
        for one in people:
            order = await an_order(db, customer=one.id, lines=0)
            await a_line(db, order, product_id=(await a_product(db)).id)
        with counted(db) as asked:
            await restage(db, [one.id for one in people], historic=True)
        counts.add(len(asked))

    assert len(counts) == 1


async def test_the_page_shows_titles_and_only_to_those_who_may(db: Session, desk: Desk) -> None:
    await desk.sign_in()
    customer, product = await a_customer(db), await a_product(db)
    order = await an_order(db, customer=customer.id, lines=0)
    await a_line(db, order, product_id=product.id)
    await restage(db, [customer.id])

    page = (await desk.get(f"/customers/{customer.id}/product-stages")).json()
    await desk.sign_in("agent")
    hidden = await desk.get(f"/customers/{customer.id}/product-stages")

    assert [(one["title"], one["stage"]) for one in page["items"]] == [(product.title, "in_use")]
    assert hidden.status_code == 404
