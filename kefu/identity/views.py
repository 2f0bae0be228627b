"""Rows of identity as the API shows them."""

from __future__ import annotations

from uuid import UUID

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.identity.actor import Actor, rights_of
from kefu.identity.links import HandedOut
from kefu.identity.listing import Listed
from kefu.identity.model import Agent, AgentSession, Department, Role, Skill, Team, Token
from kefu.identity.profile import own_teams
from kefu.identity.schemas import (
    AgentRow,
    DepartmentRow,
    LinkRow,
    Me,
    Named,
    Profile,
    RoleName,
    RoleRow,
    SessionRow,
    SkillLevel,
    SkillRow,
    TeamRow,
    TokenRow,
)


def named(thing: Department | Team) -> Named:
    return Named(id=thing.id, name=thing.name)


def role_name(role: Role) -> RoleName:
    return RoleName(id=role.id, key=role.key, name=role.name, name_en=role.name_en)


async def me(db: Session, agent: Agent, *, actor: Actor | None = None) -> Me:
    """Who is signed in, with what they may do (a token: no more than it)."""
    role = await db.get_one(Role, agent.role_id)
    rights = actor.permissions if actor else rights_of(role)
    return Me(
        id=agent.id,
        name=agent.name,
        email=agent.email,
        avatar=agent.avatar,
        role=role.key,
        role_name=role_name(role),
        permissions=sorted(rights),
        scope=role.scope,
        teams=[named(team) for team in await own_teams(db, agent.id)],
        locale=agent.locale,
        theme=agent.theme,
        preferences=agent.preferences,
        availability=agent.availability,
        two_factor=agent.wants_code(),
    )


async def profile(db: Session, agent: Agent, *, actor: Actor) -> Profile:
    return Profile(
        **(await me(db, agent, actor=actor)).model_dump(),
        grade=agent.grade,
        joined_on=agent.joined_on,
        languages=agent.languages,
        recovery_codes_left=len(agent.recovery_codes),
        has_password=agent.password_hash is not None,
    )


def session_row(session: AgentSession, *, current: UUID | None) -> SessionRow:
    return SessionRow(
        id=session.id,
        address=session.address,
        browser=session.browser,
        way=session.way,
        created_at=session.created_at,
        seen_at=session.seen_at,
        current=session.id == current,
    )


def agent_row(listed: Listed) -> AgentRow:
    agent = listed.agent
    return AgentRow(
        id=agent.id,
        name=agent.name,
        email=agent.email,
        avatar=agent.avatar,
        status=agent.status,
        role=role_name(listed.role),
        department=named(listed.department) if listed.department else None,
        teams=[named(team) for team in listed.teams],
        skills=[
            SkillLevel(id=skill.id, name=skill.name, level=level) for skill, level in listed.skills
        ],
        grade=agent.grade,
        joined_on=agent.joined_on,
        tenure_days=agent.tenure_days(now().date()),
        languages=agent.languages,
        locale=agent.locale,
        availability=agent.availability,
        availability_at=agent.availability_at,
        two_factor=agent.wants_code(),
    )


def link_row(link: HandedOut) -> LinkRow:
    return LinkRow(url=link.url, expires_at=link.expires_at)


def department_row(row: Department) -> DepartmentRow:
    return DepartmentRow(id=row.id, name=row.name, parent_id=row.parent_id, head_id=row.head_id)


def team_row(row: Team, members: int) -> TeamRow:
    return TeamRow(
        id=row.id,
        name=row.name,
        parent_id=row.parent_id,
        head_id=row.head_id,
        department_id=row.department_id,
        members=members,
    )


def role_row(row: Role, holders: int) -> RoleRow:
    return RoleRow(
        **role_name(row).model_dump(),
        system=row.system,
        scope=row.scope,
        permissions=sorted(rights_of(row)),
        holders=holders,
    )


def skill_row(row: Skill) -> SkillRow:
    return SkillRow(id=row.id, name=row.name, description=row.description)


def token_row(row: Token, agent_name: str) -> TokenRow:
    return TokenRow(
        id=row.id,
        name=row.name,
        prefix=row.prefix,
        scopes=row.scopes,
        agent=Named(id=row.agent_id, name=agent_name),
        created_at=row.created_at,
        expires_at=row.expires_at,
        used_at=row.used_at,
        revoked_at=row.revoked_at,
    )
