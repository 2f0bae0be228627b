"""People, teams and keys for tests; everything not named is unremarkable."""

from __future__ import annotations

import itertools
from typing import Any
from uuid import UUID

from argon2 import PasswordHasher
from sqlalchemy import select

from kefu.core.db import Session
from kefu.core.ids import uuid7
from kefu.core.pinyin import sort_key
from kefu.identity.actor import Actor, actor_for_agent
from kefu.identity.model import (
    Agent,
    AgentSkill,
    AgentTeam,
    Department,
    Role,
    Skill,
    Team,
)
from kefu.identity.sessions import Entry, Origin, open_session
from kefu.identity.signing_in import sign_in

PASSWORD = "correct horse 42"
_QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
_numbers = itertools.count(1)


async def a_role(db: Session, key: str) -> Role:
    return (await db.scalars(select(Role).where(Role.key == key))).one()


async def a_department(db: Session, name: str | None = None, **more: Any) -> Department:
    name = name or f"部门{next(_numbers)}"
    department = Department(id=uuid7(), name=name, name_sort=sort_key(name), **more)
    db.add(department)
    await db.flush()
    return department


async def a_team(
    db: Session, name: str | None = None, *, department: Department | None = None, **more: Any
) -> Team:
    name = name or f"小组{next(_numbers)}"
    department = department or await a_department(db)
    team = Team(
        id=uuid7(), name=name, name_sort=sort_key(name), department_id=department.id, **more
    )
    db.add(team)
    await db.flush()
    return team


async def a_skill(db: Session, name: str | None = None) -> Skill:
    name = name or f"技能{next(_numbers)}"
    skill = Skill(id=uuid7(), name=name, name_sort=sort_key(name), description="")
    db.add(skill)
    await db.flush()
    return skill


async def an_agent(
    db: Session,
    *,
    role: str = "agent",
    name: str = "林晓",
    email: str | None = None,
    password: str | None = None,
    teams: tuple[Team, ...] = (),
    skills: dict[UUID, int] | None = None,
    **more: Any,
) -> Agent:
    agent = Agent(
        id=uuid7(),
        name=name,
        name_sort=sort_key(name),
        email=email or f"agent{next(_numbers)}@example.com",
        role_id=(await a_role(db, role)).id,
        password_hash=_QUICK.hash(password) if password else None,
        **more,
    )
    db.add(agent)
    await db.flush()
    db.add_all(AgentTeam(agent_id=agent.id, team_id=team.id) for team in teams)
    db.add_all(
        AgentSkill(agent_id=agent.id, skill_id=skill_id, level=level)
        for skill_id, level in (skills or {}).items()
    )
    await db.flush()
    return agent


async def an_actor(db: Session, **more: Any) -> Actor:
    agent = await an_agent(db, **more)
    actor = await actor_for_agent(db, agent.id)
    assert actor is not None
    return actor


async def an_entry(db: Session, *, address: str | None = None, **more: Any) -> Entry:
    """Somebody signed in."""
    agent = await an_agent(db, **more)
    return await open_session(db, agent, way="password", origin=Origin(address))


async def a_failed_sign_in(db: Session, *, address: str) -> None:
    """Somebody at this address tried an account that does not exist."""
    email, origin = f"nobody{next(_numbers)}@example.com", Origin(address)
    await sign_in(db, email=email, password="a guess", code=None, origin=origin)
