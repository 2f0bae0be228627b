"""The doors of identity: colleagues and teams are seen by whoever may read them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from kefu.core.db import Session
from kefu.core.errors import Forbidden, NotFound
from kefu.identity.actor import Actor, rights_of
from kefu.identity.model import Agent, Department, Role, Skill, Team, Token


@dataclass(frozen=True, slots=True)
class AgentName:
    """What others show of an agent."""

    id: UUID
    name: str
    avatar: str | None
    email: str
    status: str


@dataclass(frozen=True, slots=True)
class TeamName:
    """What others show of a team."""

    id: UUID
    name: str


async def agent_for(db: Session, actor: Actor, agent_id: UUID, *, lock: bool = False) -> Agent:
    actor.require("agent.read")
    agent = await db.get(Agent, agent_id, with_for_update=lock or None)
    if agent is None:
        raise NotFound("There is no such agent.")
    return agent


async def team_for(db: Session, actor: Actor, team_id: UUID, *, lock: bool = False) -> Team:
    actor.require("team.read")
    team = await db.get(Team, team_id, with_for_update=lock or None)
    if team is None:
        raise NotFound("There is no such team.")
    return team


async def department_for(
    db: Session, actor: Actor, department_id: UUID, *, lock: bool = False
) -> Department:
    actor.require("department.read")
    department = await db.get(Department, department_id, with_for_update=lock or None)
    if department is None:
        raise NotFound("There is no such department.")
    return department


async def role_for(db: Session, actor: Actor, role_id: UUID, *, lock: bool = False) -> Role:
    actor.require("role.read")
    return await role_with_id(db, role_id, lock=lock)


async def role_with_id(db: Session, role_id: UUID, *, lock: bool = False) -> Role:
    role = await db.get(Role, role_id, with_for_update=lock or None)
    if role is None:
        raise NotFound("There is no such role.")
    return role


async def skill_for(db: Session, actor: Actor, skill_id: UUID, *, lock: bool = False) -> Skill:
    actor.require("skill.read")
    skill = await db.get(Skill, skill_id, with_for_update=lock or None)
    if skill is None:
        raise NotFound("There is no such skill.")
    return skill


async def token_for(db: Session, actor: Actor, token_id: UUID) -> Token:
    actor.require("token.read")
    token = await db.get(Token, token_id, with_for_update=True)
    if token is None:
        raise NotFound("There is no such token.")
    return token


def check_covers(actor: Actor, role: Role) -> None:
    """Nobody lifts another, or themselves through another, above their own rights."""
    if not actor.may("role.edit") and not rights_of(role) <= actor.permissions:
        raise Forbidden("This role may do more than yours; only an administrator can give it.")


async def check_covers_agent(db: Session, actor: Actor, agent: Agent) -> None:
    """As above, for somebody who holds a role already."""
    check_covers(actor, await role_with_id(db, agent.role_id))


async def agents_named(db: Session, ids: Iterable[UUID | None]) -> dict[UUID, AgentName]:
    """Names of these agents, in one query; those who left included, unknown ids left out."""
    wanted = {identifier for identifier in ids if identifier}
    if not wanted:
        return {}
    rows = await db.execute(
        select(Agent.id, Agent.name, Agent.avatar, Agent.email, Agent.status).where(
            Agent.id.in_(wanted)
        )
    )
    return {row.id: AgentName(*row) for row in rows}


async def teams_named(db: Session, ids: Iterable[UUID | None]) -> dict[UUID, TeamName]:
    """Names of these teams, in one query; unknown ids left out."""
    wanted = {identifier for identifier in ids if identifier}
    if not wanted:
        return {}
    rows = await db.execute(select(Team.id, Team.name).where(Team.id.in_(wanted)))
    return {row.id: TeamName(*row) for row in rows}
