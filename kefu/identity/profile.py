"""One's own profile: name, picture, theme, language, preferences, password."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kefu.core.db import Session
from kefu.core.errors import Invalid, NotFound, TooMany
from kefu.core.events import record
from kefu.identity import lockouts
from kefu.identity.actor import Actor
from kefu.identity.agents import set_availability
from kefu.identity.events import AgentChanged, PasswordChanged
from kefu.identity.model import Agent, AgentTeam, Team
from kefu.identity.passwords import check_password, is_password, password_hash
from kefu.identity.sessions import end_sessions_of

OWN = frozenset({"avatar", "locale", "theme"})


async def own_agent(db: Session, actor: Actor, *, lock: bool = False) -> Agent:
    """The row of whoever asks."""
    agent = await db.get(Agent, actor.id, with_for_update=lock or None, populate_existing=lock)
    if agent is None:
        raise NotFound("There is no such agent.")
    return agent


async def own_teams(db: Session, agent_id: UUID) -> list[Team]:
    query = select(Team).join(AgentTeam, AgentTeam.team_id == Team.id)
    query = query.where(AgentTeam.agent_id == agent_id).order_by(Team.name_sort, Team.id)
    return list(await db.scalars(query))


async def change_profile(db: Session, agent: Agent, changes: Mapping[str, Any]) -> None:
    """Apply what is given; preferences are merged name by name."""
    for name in changes.keys() & OWN:
        setattr(agent, name, changes[name])
    if "name" in changes:
        agent.rename(changes["name"])
    if "preferences" in changes:
        agent.preferences = agent.preferences | changes["preferences"]
    if "availability" in changes:
        await set_availability(db, agent, changes["availability"])
    changed = tuple(sorted(changes.keys() - {"availability"}))
    if changed:
        await record(db, AgentChanged(subject=agent.id, actor=agent.id, changed=changed))


async def change_password(
    db: Session, agent: Agent, *, current: str, new: str, keep: UUID | None
) -> Invalid | TooMany | None:
    """Change it and end every other session; a refusal is returned so that it is counted."""
    refusal = await prove_password(db, agent, current, field="current_password")
    if refusal:
        return refusal
    check_password(new, email=agent.email, field="new_password")
    agent.password_hash = await password_hash(new)
    await end_sessions_of(db, agent.id, reason="password_changed", by=agent.id, keep=keep)
    await record(db, PasswordChanged(subject=agent.id, actor=agent.id, way="profile"))
    return None


async def prove_password(
    db: Session, agent: Agent, password: str, *, field: str
) -> Invalid | TooMany | None:
    """Ask once more before something grave; failures count as failed sign-ins do."""
    wait = await lockouts.refusal(db, account=agent.email, address=None)
    if wait:
        return wait
    if await is_password(password, agent.password_hash):
        return None
    await lockouts.count_failure(db, account=agent.email, address=None)
    return Invalid("This is not your password.", code="wrong_password", field=field)
