from __future__ import annotations

from sqlalchemy import func, select

from kefu.core.db import Session
from kefu.identity.demo import PASSWORD, load_demo
from kefu.identity.model import Agent, AgentSkill, AgentTeam, Role, Team
from kefu.identity.tests.visiting import Visitor


async def test_the_demo_has_twelve_people_over_all_roles(db: Session) -> None:
    logins = await load_demo(db)

    held = await db.scalar(select(func.count(Agent.role_id.distinct())))
    led = await db.scalar(select(func.count()).where(Team.head_id.is_not(None)))
    assert len(logins) == 12
    assert held == await db.scalar(select(func.count()).select_from(Role))
    assert led == 4


async def test_loading_the_demo_again_adds_nothing(db: Session) -> None:
    async def figures() -> list[int | None]:
        tables = (Agent, AgentTeam, AgentSkill, Team)
        return [await db.scalar(select(func.count()).select_from(table)) for table in tables]

    first = await load_demo(db)
    before = await figures()
    second = await load_demo(db)

    assert first == second
    assert await figures() == before


async def test_demo_people_sign_in(db: Session, visitor: Visitor) -> None:
    await load_demo(db)

    answer = await visitor.post("/session", {"email": "lin@demo.kefu", "password": PASSWORD})

    assert answer.json()["agent"]["name"] == "林晓"
    assert [team["name"] for team in answer.json()["agent"]["teams"]] == ["售前咨询组"]
