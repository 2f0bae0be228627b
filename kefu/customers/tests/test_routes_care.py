"""Care plans, corrections of the portrait and the overview of one customer, over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.ids import uuid7
from kefu.customers import (
    Proof,
    PurchaseFigures,
    TalkCount,
    give_consent,
    note_purchases,
    note_talk,
)
from kefu.customers.routes_care import router
from kefu.customers.tests.factories import a_customer
from kefu.identity.tests.desk import Desk, desk_of

STEP = {"title": "电话回访", "after_days": 1}


@pytest.fixture
async def desk(db: Session) -> AsyncIterator[Desk]:
    async with desk_of(db, router) as desk:
        yield desk


def a_plan(owner: Any, **more: Any) -> dict[str, Any]:
    given = {"name": "购后关怀", "occasion": "after_purchase", "steps": [STEP], "enabled": True}
    return given | {"owner_id": str(owner.id), "control_percent": 0} | more


def bought(orders: int = 4) -> PurchaseFigures:
    return PurchaseFigures(
        orders=orders, first_order_at=now(), last_order_at=now(), spent=50_000, refunded=20_000
    )


async def test_a_plan_is_made_runs_and_is_not_removed_then(db: Session, desk: Desk) -> None:
    owner = await desk.sign_in()
    made = (await desk.post("/care-plans", a_plan(owner))).json()
    customer = await a_customer(db)
    await give_consent(db, customer, "care", proof=Proof("web_chat", "勾选"))
    await note_purchases(db, {customer.id: bought()})

    plan = (await desk.get("/care-plans")).json()["items"][0]
    courses = (await desk.get("/care-courses", params={"plan": made["id"]})).json()["items"]
    changed = (await desk.patch(f"/care-plans/{made['id']}", {"enabled": False})).json()
    kept = await desk.delete(f"/care-plans/{made['id']}")

    assert (plan["care"]["courses"], plan["care"]["percent"]) == (1, 0.0)
    assert plan["control"]["percent"] is None
    assert [(row["plan"], row["customer"], row["arm"]) for row in courses] == [
        ("购后关怀", "王小明", "care")
    ]
    assert changed["enabled"] is False
    assert (kept.status_code, kept.json()["code"]) == (409, "in_use")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"steps": []}, "steps"),
        ({"control_percent": 51}, "control_percent"),
        ({"occasion": "full_moon"}, "occasion"),
        ({"owner_id": str(uuid7())}, "owner_id"),
        ({"steps": [{"title": " "}]}, "steps.0.title"),
    ],
)
async def test_what_is_wrong_in_a_plan_is_named(
    desk: Desk, wrong: dict[str, Any], field: str
) -> None:
    owner = await desk.sign_in()

    answer = await desk.post("/care-plans", a_plan(owner, **wrong))

    assert (answer.status_code, answer.json()["field"]) == (422, field)


@pytest.mark.parametrize("amount", [1, 25])
async def test_courses_come_in_the_same_number_of_queries(
    db: Session, desk: Desk, counting: Any, amount: int
) -> None:
    owner = await desk.sign_in()
    await desk.post("/care-plans", a_plan(owner))
    people = [await a_customer(db) for _ in range(amount)]
    for one in people:
        await give_consent(db, one, "care", proof=Proof("web_chat", "勾选"))
    await note_purchases(db, {one.id: bought() for one in people})

    with counting() as statements:
        page = (await desk.get("/care-courses")).json()

    assert (len(page["items"]), len(statements)) == (amount, 3)


async def test_one_request_tells_what_an_agent_must_know(
    db: Session, desk: Desk, counting: Any
) -> None:
    await desk.sign_in()
    customer = await a_customer(db, tier="vip", locale="zh-CN")
    await give_consent(db, customer, "profiling", proof=Proof("web_chat", "勾选"))
    await note_purchases(db, {customer.id: bought()})
    said = {"messages": 20, "characters": 900, "technical": 15, "evening": 20}
    await note_talk(db, [TalkCount(uuid7(), customer.id, "wechat", now(), **said)])

    with counting() as statements:
        page = (await desk.get(f"/customers/{customer.id}/overview")).json()

    assert len(statements) < 25
    assert (page["vip"], page["segments"]["lifecycle"]) == (True, "core")
    assert page["treatment"]["points_percent"] == 150
    assert (page["purchases"]["orders"], page["purchases"]["lifetime_value"]) == (4, 30_000)
    assert page["service"]["conversations"] == 0
    portrait = {one["attribute"]: one for one in page["preferences"]["portrait"]}
    assert (portrait["style"]["value"], portrait["expertise"]["value"]) == ("detailed", "technical")
    assert portrait["expertise"]["evidence"] == {"messages": 20, "technical": 15}
    assert page["preferences"]["consents"] == ["profiling"]
    assert page["communication"]["channels"] == {"wechat": 20}
    assert page["communication"]["latest"][0]["kind"] == "customer.segmented"


async def test_an_agent_corrects_the_portrait_of_a_customer_they_serve(
    db: Session, desk: Desk
) -> None:
    agent = await desk.sign_in("agent")
    mine, other = await a_customer(db, served_by=agent.id), await a_customer(db)
    path = f"/customers/{mine.id}/portrait"

    done = await desk.put(f"{path}/style", {"value": "warm"})
    wrong = await desk.put(f"{path}/style", {"value": "rude"})
    unknown = await desk.put(f"{path}/mood", {"value": "warm"})
    used = await desk.post(f"{path}/use", {})
    hidden = await desk.put(f"/customers/{other.id}/portrait/style", {"value": "warm"})

    page = (await desk.get(f"/customers/{mine.id}/overview")).json()
    trait = page["preferences"]["portrait"][0]
    assert (done.status_code, used.status_code) == (204, 204)
    assert (wrong.status_code, wrong.json()["field"]) == (422, "value")
    assert (unknown.status_code, hidden.status_code) == (404, 404)
    assert (trait["value"], trait["source"], trait["given_by"]) == ("warm", "agent", agent.name)
