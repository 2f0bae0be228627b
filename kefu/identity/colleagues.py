"""Colleagues: who leads a team or department, and who belongs to it."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import ScalarSelect, Select, select

from kefu.core.db import Session
from kefu.identity.actor import Actor
from kefu.identity.model import Agent, AgentTeam, Department, Role, Team


async def team_heads(db: Session, ids: Iterable[UUID | None]) -> dict[UUID, UUID]:
    """Who leads each of these teams, in one query; a team without a head is left out."""
    return await _heads(db, Team, ids)


async def department_heads(db: Session, ids: Iterable[UUID | None]) -> dict[UUID, UUID]:
    """Who leads each of these departments; one without a head is left out."""
    return await _heads(db, Department, ids)


async def _heads(
    db: Session, table: type[Team | Department], ids: Iterable[UUID | None]
) -> dict[UUID, UUID]:
    wanted = {identifier for identifier in ids if identifier}
    if not wanted:
        return {}
    rows = await db.execute(
        select(table.id, table.head_id).where(table.id.in_(wanted), table.head_id.is_not(None))
    )
    return {row.id: row.head_id for row in rows}


def members_of_teams(actor: Actor) -> Select[UUID]:
    """Agents in the actor's teams, as a part of somebody's query."""
    return select(AgentTeam.agent_id).where(AgentTeam.team_id.in_(actor.team_ids))


def department_of(actor: Actor) -> ScalarSelect[UUID | None]:
    """The actor's own department, as a part of somebody's query."""
    return select(Agent.department_id).where(Agent.id == actor.id).scalar_subquery()


async def departments_named(db: Session, ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """Names of these departments, in one query; unknown ids left out."""
    wanted = {identifier for identifier in ids if identifier}
    if not wanted:
        return {}
    rows = await db.execute(select(Department.id, Department.name).where(Department.id.in_(wanted)))
    return {row.id: row.name for row in rows}


async def departments_of(db: Session, agents: Iterable[UUID | None]) -> dict[UUID, UUID]:
    """The departments of these agents, in one query; who has none is left out."""
    wanted = {agent for agent in agents if agent}
    if not wanted:
        return {}
    rows = await db.execute(
        select(Agent.id, Agent.department_id).where(
            Agent.id.in_(wanted), Agent.department_id.is_not(None)
        )
    )
    return {row.id: row.department_id for row in rows}


async def agents_at(
    db: Session, *, role: str | None = None, department: UUID | None = None
) -> set[UUID]:
    """Active agents of a role, of a department, or of a role in a department."""
    query = select(Agent.id).where(Agent.status == "active")
    if role is not None:
        query = query.join(Role, Role.id == Agent.role_id).where(Role.key == role)
    if department is not None:
        query = query.where(Agent.department_id == department)
    return set(await db.scalars(query))


async def members_of(db: Session, team: UUID) -> set[UUID]:
    """Active agents of a team."""
    query = select(Agent.id).join(AgentTeam, AgentTeam.agent_id == Agent.id)
    return set(await db.scalars(query.where(AgentTeam.team_id == team, Agent.status == "active")))


async def role_exists(db: Session, key: str) -> bool:
    return bool(await db.scalar(select(select(Role).where(Role.key == key).exists())))


async def departments_called(db: Session, names: Iterable[str]) -> dict[str, UUID]:
    """Departments by their names, in one query; unknown names left out."""
    wanted = set(names)
    if not wanted:
        return {}
    rows = await db.execute(
        select(Department.name, Department.id).where(Department.name.in_(wanted))
    )
    return {row.name: row.id for row in rows}


async def teams_called(db: Session, names: Iterable[str]) -> dict[str, UUID]:
    """Teams by their names, in one query; unknown names left out."""
    wanted = set(names)
    if not wanted:
        return {}
    rows = await db.execute(select(Team.name, Team.id).where(Team.name.in_(wanted)))
    return {row.name: row.id for row in rows}
