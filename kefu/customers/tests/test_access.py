from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from kefu.core.db import Session
from kefu.core.errors import NotFound
from kefu.customers import customer_for, grant_access
from kefu.customers.model import CustomerAccess
from kefu.customers.tests.conftest import Desk
from kefu.customers.tests.factories import a_customer
from kefu.identity.tests.factories import a_team, an_actor, an_agent

SEES_ALL = ["quality_inspector", "department_head", "administrator", "auditor"]
SEES_TEAM = ["senior_agent", "expert", "shift_leader", "trainer"]
SEES_OWN = ["agent", "other_department"]


@pytest.mark.parametrize("role", SEES_ALL)
async def test_who_sees_all_sees_every_customer(db: Session, role: str) -> None:
    customer = await a_customer(db)

    assert await customer_for(db, await an_actor(db, role=role), customer.id) is customer


@pytest.mark.parametrize("role", SEES_TEAM + SEES_OWN)
async def test_a_customer_of_others_is_not_there(db: Session, role: str) -> None:
    customer = await a_customer(db, served_by=(await an_agent(db)).id)
    actor = await an_actor(db, role=role, teams=(await a_team(db),))

    with pytest.raises(NotFound):
        await customer_for(db, actor, customer.id)


@pytest.mark.parametrize("role", SEES_TEAM + SEES_OWN)
async def test_whom_one_serves_one_sees(db: Session, role: str) -> None:
    actor = await an_actor(db, role=role)
    customer = await a_customer(db, served_by=actor.id)

    assert await customer_for(db, actor, customer.id, lock=True) is customer


@pytest.mark.parametrize("role", SEES_TEAM)
async def test_whom_the_team_serves_its_members_see(db: Session, role: str) -> None:
    team = await a_team(db)
    actor = await an_actor(db, role=role, teams=(team,))
    customer = await a_customer(db)
    await grant_access(db, customer.id, team=team.id)

    assert await customer_for(db, actor, customer.id) is customer


async def test_a_grant_is_put_down_once(db: Session) -> None:
    customer, agent, team = await a_customer(db), await an_agent(db), await a_team(db)

    for _ in range(3):
        await grant_access(db, customer.id, agent=agent.id, team=team.id)

    assert await db.scalar(select(func.count()).select_from(CustomerAccess)) == 2


@pytest.mark.parametrize(
    ("method", "below", "body", "allowed"),
    [
        ("PATCH", "", {"locale": "en"}, {"agent", "shift_leader", "administrator"}),
        (
            "POST",
            "/notes",
            {"text": "甲"},
            {"agent", "shift_leader", "other_department", "administrator"},
        ),
        (
            "POST",
            "/reveal",
            {"reason": "refund"},
            {"agent", "shift_leader", "administrator"},
        ),
        ("GET", "/export", None, {"administrator"}),
        ("POST", "/erasure", {"name": "王小明", "reason": "retention"}, {"administrator"}),
    ],
)
@pytest.mark.parametrize(
    "role",
    ["agent", "shift_leader", "other_department", "quality_inspector", "auditor", "administrator"],
)
async def test_each_role_does_what_its_rows_say(
    db: Session, desk: Desk, method: str, below: str, body: Any, allowed: set[str], role: str
) -> None:
    agent = await desk.sign_in(role)
    customer = await a_customer(db, served_by=agent.id)

    answer = await desk.ask(method, f"/customers/{customer.id}{below}", body)

    assert (answer.status_code < 300) is (role in allowed)
    assert answer.status_code in (200, 201, 403)


async def test_a_stranger_is_asked_to_sign_in(db: Session, desk: Desk) -> None:
    customer = await a_customer(db)

    assert (await desk.get(f"/customers/{customer.id}")).status_code == 401
