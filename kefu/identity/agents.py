"""Agents: changed by those who may, gone and back again; never without an administrator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Conflict, Forbidden, Invalid
from kefu.core.events import record
from kefu.identity.access import check_covers, check_covers_agent, role_with_id
from kefu.identity.actor import Actor
from kefu.identity.events import AgentChanged, AgentLeft, AgentReturned, AvailabilityChanged
from kefu.identity.links import close_links
from kefu.identity.model import (
    Agent,
    AgentSkill,
    AgentTeam,
    Availability,
    Department,
    Role,
    Skill,
    Team,
)
from kefu.identity.rights import ADMINISTRATOR
from kefu.identity.sessions import drop_sockets, end_sessions_of
from kefu.identity.taken import refused_if_taken
from kefu.identity.tokens import revoke_tokens_of

PLAIN = frozenset({"grade", "joined_on", "languages", "avatar"})


async def change_agent(db: Session, agent: Agent, changes: Mapping[str, Any], *, by: Actor) -> None:
    """Apply what is given; what is not in `changes` stays."""
    await check_covers_agent(db, by, agent)
    await change_person(db, agent, changes)
    if "role_id" in changes:
        await give_role(db, agent, changes["role_id"], by=by)
    if "team_ids" in changes:
        await put_in_teams(db, agent, changes["team_ids"])
    if "skills" in changes:
        await put_skills(db, agent, changes["skills"])
    if changes.keys() & {"role_id", "team_ids"}:
        drop_sockets(db, f"agent:{agent.id}")
    if changes:
        event = AgentChanged(subject=agent.id, actor=by.id, changed=tuple(sorted(changes)))
        await record(db, event)


async def change_person(db: Session, agent: Agent, changes: Mapping[str, Any]) -> None:
    for name in changes.keys() & PLAIN:
        setattr(agent, name, changes[name])
    if "name" in changes:
        agent.rename(changes["name"])
    if "department_id" in changes:
        await check_exist(db, Department, [changes["department_id"]], field="department_id")
        agent.department_id = changes["department_id"]
    if "email" in changes:
        async with refused_if_taken(db, "An agent with this e-mail exists already.", field="email"):
            agent.email = changes["email"].casefold()


async def give_role(db: Session, agent: Agent, role_id: UUID, *, by: Actor) -> None:
    role = await existing_role(db, role_id)
    check_covers(by, role)
    if role.key != ADMINISTRATOR:
        await check_not_last_administrator(db, agent)
    agent.role_id = role.id


async def existing_role(db: Session, role_id: UUID) -> Role:
    await check_exist(db, Role, [role_id], field="role_id")
    return await role_with_id(db, role_id)


async def put_in_teams(db: Session, agent: Agent, team_ids: list[UUID]) -> None:
    """The agent is in exactly these teams."""
    wanted = list(dict.fromkeys(team_ids))
    await check_exist(db, Team, wanted, field="team_ids")
    await db.execute(delete(AgentTeam).where(AgentTeam.agent_id == agent.id))
    if wanted:
        rows = [{"agent_id": agent.id, "team_id": team_id} for team_id in wanted]
        await db.execute(insert(AgentTeam), rows)


async def put_skills(db: Session, agent: Agent, skills: list[dict[str, Any]]) -> None:
    """The agent has exactly these skills, each with a level from 1 to 5."""
    levels = {skill["id"]: skill["level"] for skill in skills}
    await check_exist(db, Skill, list(levels), field="skills")
    await db.execute(delete(AgentSkill).where(AgentSkill.agent_id == agent.id))
    if levels:
        rows = [
            {"agent_id": agent.id, "skill_id": skill_id, "level": level}
            for skill_id, level in levels.items()
        ]
        await db.execute(insert(AgentSkill), rows)


async def check_exist(
    db: Session,
    table: type[Department | Role | Skill | Team | Agent],
    ids: list[UUID | None] | list[UUID],
    *,
    field: str,
) -> None:
    wanted = {identifier for identifier in ids if identifier}
    if not wanted:
        return
    found = await db.scalar(select(func.count()).select_from(table).where(table.id.in_(wanted)))
    if found != len(wanted):
        raise Invalid("It refers to something that does not exist.", field=field)


async def let_go(db: Session, agent: Agent, *, by: Actor) -> None:
    """The agent leaves: nothing of theirs opens a door any more, their traces stay."""
    if agent.id == by.id:
        raise Forbidden("You cannot remove yourself.")
    await check_covers_agent(db, by, agent)
    await check_not_last_administrator(db, agent)
    if agent.status == "left":
        raise Conflict("This agent has left already.", code="left")
    agent.status, agent.left_at, agent.availability = "left", now(), "offline"
    await end_sessions_of(db, agent.id, reason="left", by=by.id)
    await revoke_tokens_of(db, agent.id, by=by.id)
    await close_links(db, agent_id=agent.id)
    await record(db, AgentLeft(subject=agent.id, actor=by.id))


async def take_back(db: Session, agent: Agent, *, by: Actor) -> None:
    """Somebody who left works here again, with the password they had."""
    await check_covers_agent(db, by, agent)
    if agent.status != "left":
        raise Conflict("This agent has not left.", code="not_left")
    agent.status, agent.left_at = ("active" if agent.password_hash else "invited"), None
    await record(db, AgentReturned(subject=agent.id, actor=by.id))


async def check_not_last_administrator(db: Session, agent: Agent) -> None:
    """One after the other, or two could each remove the other."""
    await db.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("administrator", 0))))
    rows = await db.scalars(
        select(Agent.id)
        .join(Role, Role.id == Agent.role_id)
        .where(Role.key == ADMINISTRATOR, Agent.status == "active")
    )
    if list(rows) == [agent.id]:
        raise Conflict("This is the last administrator.", code="last_administrator")


async def set_availability(db: Session, agent: Agent, availability: Availability) -> None:
    if agent.availability == availability:
        return
    agent.availability, agent.availability_at = availability, now()
    await record(
        db, AvailabilityChanged(subject=agent.id, actor=agent.id, availability=availability)
    )
