"""Colleagues: who leads a team or department, and who belongs to it."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import ScalarSelect, Select, select

from kefu.core.db import Session
from kefu.identity.actor import Actor
from kefu.identity.model import Agent, AgentTeam, Department, Team


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


async def departments_called(db: Session, names: Iterable[str]) -> dict[str, UUID]:
    """Departments by their names, in one query; unknown names left out."""
    wanted = set(names)
    if not wanted:
        return {}
    rows = await db.execute(
        select(Department.name, Department.id).where(Department.name.in_(wanted))
    )
    return {row.name: row.id for row in rows}
