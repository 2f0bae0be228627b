"""Lists of identity: sorted by pinyin, paged by key, in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select, tuple_

from kefu.core.db import Session
from kefu.core.paging import page_of, read_cursor
from kefu.core.pinyin import sort_key
from kefu.identity.actor import Actor
from kefu.identity.model import (
    Agent,
    AgentSkill,
    AgentTeam,
    Department,
    Role,
    Skill,
    Team,
    Token,
)
from kefu.identity.schemas import AgentFilter


@dataclass(frozen=True)
class Listed:
    """An agent with what a row shows of them."""

    agent: Agent
    role: Role
    department: Department | None
    teams: list[Team] = field(default_factory=list)
    skills: list[tuple[Skill, int]] = field(default_factory=list)


async def list_agents(
    db: Session, actor: Actor, wanted: AgentFilter
) -> tuple[list[Listed], str | None]:
    actor.require("agent.read")
    query = by_name(narrowed(listed(), wanted), Agent, wanted.cursor).limit(wanted.limit + 1)
    rows = (await db.execute(query)).all()
    items, next_cursor = page_of(rows, wanted.limit, lambda row: (row[0].name_sort, row[0].id))
    return await with_belongings(db, items), next_cursor


async def listed_agent(db: Session, agent_id: UUID) -> Listed:
    rows = (await db.execute(listed().where(Agent.id == agent_id))).all()
    return (await with_belongings(db, rows))[0]


def listed() -> Select[Any]:
    query: Select[*tuple[Any, ...]] = select(Agent, Role, Department)
    query = query.join(Role, Role.id == Agent.role_id)
    return query.outerjoin(Department, Department.id == Agent.department_id)


def narrowed(query: Select[Any], wanted: AgentFilter) -> Select[Any]:
    if wanted.status:
        query = query.where(Agent.status == wanted.status)
    else:
        query = query.where(Agent.status != "left")
    if wanted.q:
        query = query.where(
            Agent.name.icontains(wanted.q, autoescape=True)
            | Agent.email.icontains(wanted.q, autoescape=True)
            | Agent.name_sort.contains(sort_key(wanted.q), autoescape=True)
        )
    if wanted.team:
        query = query.where(member(AgentTeam, AgentTeam.team_id == wanted.team))
    if wanted.skill:
        query = query.where(member(AgentSkill, AgentSkill.skill_id == wanted.skill))
    if wanted.department:
        query = query.where(Agent.department_id == wanted.department)
    if wanted.role:
        query = query.where(Role.key == wanted.role)
    return query


def member(table: type[AgentTeam | AgentSkill], condition: Any) -> Any:
    return select(table).where(table.agent_id == Agent.id, condition).exists()


def by_name(query: Select[Any], table: Any, cursor: str | None) -> Select[Any]:
    """Sorted by pinyin and id, after the cursor's row."""
    after = read_cursor(cursor, str, UUID)
    if after:
        query = query.where(tuple_(table.name_sort, table.id) > tuple_(*after))
    return query.order_by(table.name_sort, table.id)


async def with_belongings(db: Session, rows: Sequence[Any]) -> list[Listed]:
    """Add teams and skills, in one query each."""
    ids = [row[0].id for row in rows]
    teams: dict[UUID, list[Team]] = defaultdict(list)
    skills: dict[UUID, list[tuple[Skill, int]]] = defaultdict(list)
    of_teams = select(AgentTeam.agent_id, Team).join(Team, Team.id == AgentTeam.team_id)
    of_teams = of_teams.where(AgentTeam.agent_id.in_(ids)).order_by(Team.name_sort)
    for agent_id, team in await db.execute(of_teams):
        teams[agent_id].append(team)
    of_skills = select(AgentSkill.agent_id, Skill, AgentSkill.level).join(
        Skill, Skill.id == AgentSkill.skill_id
    )
    of_skills = of_skills.where(AgentSkill.agent_id.in_(ids)).order_by(Skill.name_sort)
    for agent_id, skill, level in await db.execute(of_skills):
        skills[agent_id].append((skill, level))
    return [
        Listed(agent, role, department, teams[agent.id], skills[agent.id])
        for agent, role, department in rows
    ]


async def list_departments(
    db: Session, actor: Actor, *, cursor: str | None, limit: int
) -> tuple[list[Department], str | None]:
    actor.require("department.read")
    return await page_by_name(db, Department, cursor=cursor, limit=limit)


async def list_skills(
    db: Session, actor: Actor, *, cursor: str | None, limit: int
) -> tuple[list[Skill], str | None]:
    actor.require("skill.read")
    return await page_by_name(db, Skill, cursor=cursor, limit=limit)


async def page_by_name(
    db: Session, table: type[Any], *, cursor: str | None, limit: int
) -> tuple[list[Any], str | None]:
    rows = list(await db.scalars(by_name(select(table), table, cursor).limit(limit + 1)))
    return page_of(rows, limit, lambda row: (row.name_sort, row.id))


async def list_teams(
    db: Session, actor: Actor, *, cursor: str | None, limit: int, team_id: UUID | None = None
) -> tuple[list[tuple[Team, int]], str | None]:
    """A page of teams, each with the number of its members."""
    actor.require("team.read")
    members = (
        select(func.count())
        .select_from(AgentTeam)
        .join(Agent, Agent.id == AgentTeam.agent_id)
        .where(AgentTeam.team_id == Team.id, Agent.status != "left")
        .scalar_subquery()
    )
    query = by_name(select(Team, members), Team, cursor).limit(limit + 1)
    if team_id:
        query = query.where(Team.id == team_id)
    rows = (await db.execute(query)).all()
    return page_of(
        [(row[0], row[1]) for row in rows], limit, lambda row: (row[0].name_sort, row[0].id)
    )


async def list_roles(
    db: Session, actor: Actor, *, cursor: str | None, limit: int
) -> tuple[list[tuple[Role, int]], str | None]:
    """A page of roles in their usual order, each with the number of its holders."""
    actor.require("role.read")
    holders = select(func.count()).select_from(Agent).where(Agent.role_id == Role.id)
    query = select(Role, holders.where(Agent.status != "left").scalar_subquery())
    query = query.order_by(Role.position, Role.id).limit(limit + 1)
    after = read_cursor(cursor, int, UUID)
    if after:
        query = query.where(tuple_(Role.position, Role.id) > tuple_(*after))
    rows = (await db.execute(query)).all()
    return page_of(
        [(row[0], row[1]) for row in rows], limit, lambda row: (row[0].position, row[0].id)
    )


async def holders_of(db: Session, role_id: UUID) -> int:
    query = select(func.count()).select_from(Agent)
    query = query.where(Agent.role_id == role_id, Agent.status != "left")
    return await db.scalar(query) or 0


async def list_tokens(
    db: Session, actor: Actor, *, cursor: str | None, limit: int
) -> tuple[list[tuple[Token, str]], str | None]:
    """A page of tokens, newest first, each with the name of the agent it acts for."""
    actor.require("token.read")
    query = select(Token, Agent.name).join(Agent, Agent.id == Token.agent_id)
    after = read_cursor(cursor, UUID)
    if after:
        query = query.where(Token.id < after[0])
    rows = (await db.execute(query.order_by(Token.id.desc()).limit(limit + 1))).all()
    return page_of([(row[0], row[1]) for row in rows], limit, lambda row: (row[0].id,))
