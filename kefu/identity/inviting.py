"""Inviting: an administrator makes an account and hands over the link that opens it."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from kefu.core.db import Session
from kefu.core.errors import Conflict
from kefu.core.events import record
from kefu.core.ids import uuid7
from kefu.core.pinyin import sort_key
from kefu.identity.access import check_covers, check_covers_agent
from kefu.identity.actor import Actor
from kefu.identity.agents import check_exist, existing_role, put_in_teams
from kefu.identity.events import AgentInvited
from kefu.identity.links import HandedOut, hand_out
from kefu.identity.model import Agent, Department, Locale, Purpose
from kefu.identity.taken import refused_if_taken


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """Who is invited, as what, where to."""

    name: str
    email: str
    role_id: UUID
    department_id: UUID | None = None
    team_ids: list[UUID] = field(default_factory=list)
    locale: Locale = "zh-CN"


async def invite(db: Session, invitation: Invitation, *, by: Actor) -> tuple[Agent, HandedOut]:
    role = await existing_role(db, invitation.role_id)
    check_covers(by, role)
    await check_exist(db, Department, [invitation.department_id], field="department_id")
    agent = Agent(
        id=uuid7(),
        name=invitation.name,
        name_sort=sort_key(invitation.name),
        email=invitation.email.casefold(),
        status="invited",
        role_id=role.id,
        department_id=invitation.department_id,
        locale=invitation.locale,
    )
    async with refused_if_taken(db, "An agent with this e-mail exists already.", field="email"):
        db.add(agent)
    await put_in_teams(db, agent, invitation.team_ids)
    await record(db, AgentInvited(subject=agent.id, actor=by.id, role=role.id))
    return agent, await hand_out(db, "invitation", agent_id=agent.id, by=by.id)


async def reset_link(db: Session, agent: Agent, *, by: Actor) -> HandedOut:
    """A new link: to choose a new password, or to accept an invitation that was lost."""
    await check_covers_agent(db, by, agent)
    if agent.status == "left":
        raise Conflict("This agent has left.", code="left")
    purpose: Purpose = "invitation" if agent.status == "invited" else "password_reset"
    return await hand_out(db, purpose, agent_id=agent.id, by=by.id)
