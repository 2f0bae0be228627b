"""Segments over HTTP: shares, members, rules with their preview, one customer's history."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.customers import PurchaseFigures, note_purchases, treatment_of
from kefu.customers.model_segments import DIMENSIONS
from kefu.customers.routes_segments import router
from kefu.customers.segmenting import resegment
from kefu.customers.tests.factories import a_customer, an_attribute
from kefu.identity.tests.desk import Desk, desk_of

MANY = {"field": "orders", "operator": "at_least", "value": 3}
RULE = {"dimension": "persona", "value": "gifts", "name": "送礼型", "conditions": MANY}


@pytest.fixture
async def desk(db: Session) -> AsyncIterator[Desk]:
    async with desk_of(db, router) as desk:
        yield desk


def bought(orders: int, spent: int = 30_000) -> PurchaseFigures:
    at = now() - timedelta(days=3)
    return PurchaseFigures(orders=orders, first_order_at=at, last_order_at=at, spent=spent)


async def test_the_overview_spreads_everybody_over_each_dimension(db: Session, desk: Desk) -> None:
    await desk.sign_in()
    good, fresh, _ = [await a_customer(db) for _ in range(3)]
    await note_purchases(db, {good.id: bought(4)})
    await resegment(db, [fresh.id])

    answer = (await desk.get("/segments")).json()

    shares = {one["dimension"]: one["shares"] for one in answer["dimensions"]}
    assert list(shares) == list(DIMENSIONS)
    assert answer["customers"] == 3
    for rows in shares.values():
        assert sum(row["customers"] for row in rows) == 3
    lifecycle = {row["value"]: row for row in shares["lifecycle"]}
    assert [lifecycle[value]["customers"] for value in ("core", "new", "other")] == [1, 1, 1]
    assert lifecycle["core"]["percent"] == pytest.approx(33.33)


@pytest.mark.parametrize("amount", [1, 25])
async def test_members_come_in_the_same_number_of_queries(
    db: Session, desk: Desk, counting: Any, amount: int
) -> None:
    await desk.sign_in()
    people = [await a_customer(db) for _ in range(amount)]
    await note_purchases(db, {one.id: bought(4) for one in people})

    with counting() as statements:
        page = (await desk.get("/segments/lifecycle/core/members")).json()

    assert len(page["items"]) == amount
    assert len(statements) == 3


async def test_members_are_only_those_whom_one_may_see(db: Session, desk: Desk) -> None:
    agent = await desk.sign_in("agent")
    mine, other = await a_customer(db, served_by=agent.id), await a_customer(db)
    await note_purchases(db, {mine.id: bought(4), other.id: bought(4)})

    page = (await desk.get("/segments/lifecycle/core/members")).json()
    rest = (await desk.get("/segments/size/other/members")).json()
    unknown = await desk.get("/segments/mood/good/members")

    assert [row["id"] for row in page["items"]] == [str(mine.id)]
    assert (rest["items"], unknown.status_code) == ([], 404)


async def test_a_rule_is_tried_out_kept_changed_and_removed(db: Session, desk: Desk) -> None:
    await desk.sign_in()
    customer, _ = await a_customer(db), await a_customer(db)
    await note_purchases(db, {customer.id: bought(4)})

    tried = (await desk.post("/segment-rules/preview", {"conditions": MANY})).json()
    made = (await desk.post("/segment-rules", RULE)).json()
    path = f"/segment-rules/{made['id']}"
    named = (await desk.patch(path, {"name": "爱送礼"})).json()
    stricter = (await desk.patch(path, {"conditions": {**MANY, "value": 9}})).json()
    versions = (await desk.get(f"{path}/versions")).json()["items"]
    gone = await desk.delete(path)

    assert (tried["customers"], tried["of"]) == (1, 2)
    assert [row["id"] for row in tried["sample"]] == [str(customer.id)]
    assert (named["version"], stricter["version"]) == (1, 2)
    assert [(one["version"], one["conditions"]["value"]) for one in versions] == [(2, 9), (1, 3)]
    assert gone.status_code == 204
    waiting = "select count(*) from jobs.pgqueuer where entrypoint = 'customers.segments'"
    assert await db.scalar(text(waiting)) == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"value": "other"}, "value"),
        ({"value": "Gifts!"}, "value"),
        ({"dimension": "mood"}, "dimension"),
        ({"name": ""}, "name"),
        ({"points_percent": 1001}, "points_percent"),
        ({"conditions": {**MANY, "field": "shoe_size"}}, "conditions.field"),
        ({"conditions": {**MANY, "value": "three"}}, "conditions.value"),
        ({"hint": "a\u0000b"}, "hint"),
    ],
)
async def test_what_is_wrong_in_a_rule_is_named(
    db: Session, desk: Desk, change: dict[str, Any], field: str
) -> None:
    await desk.sign_in()

    answer = await desk.post("/segment-rules", {**RULE, **change})

    assert (answer.status_code, answer.json()["field"]) == (422, field)


async def test_a_value_has_one_rule_and_agents_change_none(desk: Desk) -> None:
    await desk.sign_in()
    await desk.post("/segment-rules", RULE)
    twice = await desk.post("/segment-rules", RULE)
    await desk.sign_in("agent")
    refused = await desk.post("/segment-rules", {**RULE, "value": "more"})

    assert (twice.status_code, twice.json()["field"]) == (409, "value")
    assert refused.status_code == 403


async def test_the_shops_own_attributes_are_fields_of_their_kind(db: Session, desk: Desk) -> None:
    await desk.sign_in()
    await an_attribute(db, "usage", "choice", choices=["home", "office"])
    await an_attribute(db, "age", "number")
    await an_attribute(db, "birthday", "date")
    await an_attribute(db, "member", "boolean")
    await a_customer(
        db, attributes={"usage": "home", "age": 31, "birthday": "1990-05-05", "member": True}
    )
    await a_customer(db, attributes={"age": "many", "birthday": "soon"})
    conditions = {
        "all": [
            {"field": "attributes.usage", "operator": "is", "value": ["home"]},
            {"field": "attributes.age", "operator": "at_least", "value": 30},
            {"field": "attributes.birthday", "operator": "before", "value": "2000-01-01T00:00Z"},
            {"field": "attributes.member", "operator": "is", "value": True},
        ]
    }

    fields = {row["name"]: row for row in (await desk.get("/segment-fields")).json()["items"]}
    tried = (await desk.post("/segment-rules/preview", {"conditions": conditions})).json()

    assert fields["attributes.usage"]["choices"] == ["home", "office"]
    assert fields["spent"]["kind"] == "number"
    assert (tried["customers"], tried["of"]) == (1, 2)


async def test_a_customers_way_is_told_with_the_rule_of_its_time(db: Session, desk: Desk) -> None:
    await desk.sign_in()
    customer = await a_customer(db)
    await note_purchases(db, {customer.id: bought(4, spent=600_000)})

    steps = (await desk.get(f"/customers/{customer.id}/segments")).json()["items"]

    held = {step["dimension"]: step for step in steps}
    assert (held["lifecycle"]["value"], held["lifecycle"]["rule_name"]) == ("core", "核心会员")
    assert (held["value_tier"]["value"], held["value_tier"]["rule_version"]) == ("middle", 1)


async def test_segments_decide_how_somebody_is_treated(db: Session) -> None:
    core, nobody = await a_customer(db), await a_customer(db)
    await note_purchases(db, {core.id: bought(4, spent=600_000)})

    best, usual = await treatment_of(db, core.id), await treatment_of(db, nobody.id)

    assert (best.points_percent, best.priority_weight) == (150, 20)
    assert [one.value for one in best.hints] == ["core"]
    assert (usual.points_percent, usual.priority_weight, usual.hints) == (100, 0, ())


async def test_a_newcomer_comes_with_the_return_policy(db: Session) -> None:
    customer = await a_customer(db)
    await resegment(db, [customer.id])

    hints = {one.value: one.text for one in (await treatment_of(db, customer.id)).hints}

    assert "退换货政策" in hints["new"]
