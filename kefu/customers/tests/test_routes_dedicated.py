"""One-to-one service over HTTP: the policy, the load, whose a customer is, and giving them on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text

from kefu.core.db import Session
from kefu.core.ids import uuid7
from kefu.customers import erase_customer, export_customer
from kefu.customers.dedicating import balance
from kefu.customers.model import Customer
from kefu.customers.model_dedicated import DedicatedCustomer
from kefu.customers.routes_dedicated import router
from kefu.customers.tests.factories import a_customer
from kefu.identity.tests.desk import Desk, desk_of
from kefu.identity.tests.factories import a_team, an_agent


@pytest.fixture
async def desk(db: Session) -> AsyncIterator[Desk]:
    async with desk_of(db, router) as desk:
        yield desk


async def switched_on(db: Session, desk: Desk, **more: Any) -> tuple[list[Any], Customer]:
    """A team of two, and a VIP whom one of them has."""
    team = await a_team(db)
    people = [await an_agent(db, name=name, teams=(team,)) for name in ("刘洋", "孙倩")]
    body = {"enabled": True, "team_id": str(team.id), **more}
    assert (await desk.patch("/dedicated-service", body)).status_code == 200
    vip = await a_customer(db, tier="vip")
    await balance(db)
    return people, vip


async def test_the_policy_is_kept_and_everybody_looked_at(db: Session, desk: Desk) -> None:
    await desk.sign_in()

    await switched_on(db, desk, ceiling=333, served=["tier.vip"])

    answer = (await desk.get("/dedicated-service")).json()
    assert (answer["enabled"], answer["ceiling"], answer["served"]) == (True, 333, ["tier.vip"])
    assert {"tier.vip", "lifecycle.core"} <= {one["key"] for one in answer["groups"]}
    jobs = await db.scalar(
        text("select count(*) from jobs.pgqueuer where entrypoint = 'customers.dedicated'")
    )
    assert jobs == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"ceiling": 0}, "ceiling"),
        ({"ceiling": 2001}, "ceiling"),
        ({"served": []}, "served"),
        ({"served": ["tier.platinum"]}, "served"),
        ({"served": ["tier.vip", "tier.vip"]}, "served"),
        ({"team_id": str(uuid7())}, "team_id"),
        ({"pool_id": str(uuid7())}, "pool_id"),
        ({"enabled": True}, "team_id"),
        ({"mode": "both"}, "mode"),
    ],
)
async def test_a_bad_policy_changes_nothing(
    db: Session, desk: Desk, body: dict[str, Any], field: str
) -> None:
    await desk.sign_in()

    refused = await desk.patch("/dedicated-service", body)

    assert refused.status_code == 422
    assert field in refused.text
    db.expire_all()
    assert (await desk.get("/dedicated-service")).json()["ceiling"] == 400


async def test_the_load_says_who_has_how_many(db: Session, desk: Desk) -> None:
    await desk.sign_in()
    await switched_on(db, desk)

    answer = (await desk.get("/dedicated-service/load")).json()

    assert (answer["promised"], answer["served"], answer["places"]) == (1, 1, 800)
    assert (answer["per_agent"], answer["can_be_kept"]) == (0.5, True)
    assert sorted((one["owned"], one["vips"], one["backing"]) for one in answer["loads"]) == [
        (0, 0, 1),
        (1, 1, 0),
    ]


async def test_an_agents_customers_come_in_the_same_number_of_queries(
    db: Session, desk: Desk, counting: Any
) -> None:
    await desk.sign_in()
    people, _ = await switched_on(db, desk)
    counts = set()
    for amount in (1, 25, 100):
        [await a_customer(db, tier="vip") for _ in range(2 * amount)]
        await balance(db)
        path = f"/dedicated-service/agents/{people[0].id}/customers?limit={amount}"
        with counting() as asked:
            page = (await desk.get(path)).json()
        assert len(page["items"]) == amount
        counts.add(len(asked))

    assert len(counts) == 1


async def test_a_leader_gives_a_customer_to_somebody_else_and_it_stays(
    db: Session, desk: Desk
) -> None:
    await desk.sign_in()
    people, vip = await switched_on(db, desk)
    before = (await desk.get(f"/customers/{vip.id}/dedicated-agent")).json()
    other = next(one for one in people if str(one.id) != before["owner"]["id"])
    await desk.sign_in("shift_leader", teams=())
    await db.execute(text("update roles set scope = 'all' where key = 'shift_leader'"))
    body = {"owner_id": str(other.id), "reason": "customer_wish", "note": "客户指定孙倩"}

    answer = (await desk.put(f"/customers/{vip.id}/dedicated-agent", body)).json()

    assert answer["owner"]["id"] == str(other.id)
    assert answer["backup"]["id"] == before["owner"]["id"]
    await balance(db)
    again = (await desk.get(f"/customers/{vip.id}/dedicated-agent")).json()
    assert (again["owner"]["id"], again["pinned"]) == (str(other.id), True)
    reasons = await db.scalars(
        text("select details->>'reason' from facts where kind = 'dedicated.assigned' order by id")
    )
    assert list(reasons) == ["balanced", "customer_wish"]


async def test_only_a_colleague_of_the_team_with_a_free_place_can_be_given_one(
    db: Session, desk: Desk
) -> None:
    await desk.sign_in()
    people, vip = await switched_on(db, desk, ceiling=1)
    stranger, second = await an_agent(db), await a_customer(db, tier="vip")
    await balance(db)
    plain = await a_customer(db)
    owner = (await desk.get(f"/customers/{vip.id}/dedicated-agent")).json()["owner"]["id"]
    other = next(str(one.id) for one in people if str(one.id) != owner)

    def give(customer: UUID, to: str) -> Any:
        body = {"owner_id": to, "reason": "other"}
        return desk.put(f"/customers/{customer}/dedicated-agent", body)

    assert (await give(vip.id, str(stranger.id))).status_code == 422
    assert (await give(vip.id, other)).json()["code"] == "ceiling"
    assert (await give(plain.id, owner)).json()["code"] == "not_promised"
    assert (await give(second.id, owner)).status_code == 409


async def test_agents_may_look_but_not_give(db: Session, desk: Desk) -> None:
    await desk.sign_in()
    _, vip = await switched_on(db, desk)
    agent = await desk.sign_in("agent")
    body = {"owner_id": str(agent.id), "reason": "other"}

    assert (await desk.put(f"/customers/{vip.id}/dedicated-agent", body)).status_code == 403
    assert (await desk.get("/dedicated-service/load")).status_code == 403
    assert (await desk.get(f"/customers/{vip.id}/dedicated-agent")).status_code == 404
    mine = await desk.get("/dedicated-service/mine")
    theirs = await desk.get(f"/dedicated-service/agents/{uuid7()}/customers")
    assert (mine.status_code, mine.json()["items"], theirs.status_code) == (200, [], 403)


async def test_an_erased_customer_has_nobody_and_the_export_says_since_when(
    db: Session, desk: Desk
) -> None:
    head = await desk.sign_in()
    _, vip = await switched_on(db, desk)

    told = await export_customer(db, vip, by=head.id)
    assert len(told["dedicated_service"]) == 1

    await erase_customer(db, vip, name=vip.name, reason="customer_request", by=head.id)
    await db.flush()
    assert await db.scalar(select(DedicatedCustomer.id).limit(1)) is None
