"""The actor: who asks, with which rights, taken from a session cookie or an API token."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request
from fastapi.routing import iter_route_contexts
from sqlalchemy import ARRAY, Select, Uuid, literal_column, select, update

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Forbidden, Unauthenticated
from kefu.core.http import Db
from kefu.identity.keys import TOKEN_MARK, csrf_of, hash_of, is_same
from kefu.identity.model import SESSION_IDLE, SESSION_LIFE, Agent, AgentSession, Role, Scope, Token
from kefu.identity.rights import IN_PERSON, OPEN_ROWS, effective, permissions_table

SESSION_COOKIE = "kefu_session"
CSRF_COOKIE = "kefu_csrf"
CSRF_HEADER = "X-CSRF-Token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
TOUCH_EVERY = timedelta(minutes=5)

# The agent's own teams, those they head, those of departments they head, and all below these.
TEAM_IDS = literal_column(
    """array(
    with recursive led(id) as (
        select d.id from departments d where d.head_id = agents.id
        union select d.id from departments d join led on d.parent_id = led.id
    ), reach(id) as (
        select m.team_id from agent_teams m where m.agent_id = agents.id
        union select t.id from teams t
            where t.head_id = agents.id or t.department_id in (select id from led)
        union select t.id from teams t join reach on t.parent_id = reach.id
    ) select id from reach)""",
    ARRAY(Uuid()),
)


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in agent as every door sees them; immutable, so it may be kept for a socket."""

    id: UUID
    name: str
    role: str
    permissions: frozenset[str]
    scope: Scope
    team_ids: frozenset[UUID] = field(default_factory=frozenset)
    locale: str = "zh-CN"
    avatar: str | None = None
    session_id: UUID | None = None
    token_id: UUID | None = None

    def may(self, permission: str) -> bool:
        return permission in self.permissions

    def require(self, permission: str) -> None:
        if not self.may(permission):
            raise Forbidden(
                "Your role does not allow this. An administrator can change it.",
                detail=permission,
            )


async def actor_for_cookie(db: Session, cookie: str | None) -> Actor | None:
    """The agent whose `kefu_session` cookie this is; nothing when it does not hold (any more)."""
    if not cookie:
        return None
    at = now()
    query = actors(AgentSession.id, AgentSession.seen_at).join(
        AgentSession, AgentSession.agent_id == Agent.id
    )
    found = await db.execute(
        query.where(
            AgentSession.token_hash == hash_of(cookie),
            AgentSession.ended_at.is_(None),
            AgentSession.created_at > at - SESSION_LIFE,
            AgentSession.seen_at > at - SESSION_IDLE,
        )
    )
    row = found.one_or_none()
    if row is None:
        return None
    agent, role, teams, session_id, seen_at = row
    if seen_at < at - TOUCH_EVERY:
        touched = update(AgentSession).where(AgentSession.id == session_id).values(seen_at=at)
        await db.execute(touched, execution_options={"synchronize_session": False})
    return actor_from(agent, role, teams, session_id=session_id)


async def actor_for_token(db: Session, token: str | None) -> Actor | None:
    """The agent for whom this API token acts, with the rights both have."""
    if not token or not token.startswith(TOKEN_MARK):
        return None
    at = now()
    query = actors(Token.id, Token.scopes, Token.used_at).join(Token, Token.agent_id == Agent.id)
    found = await db.execute(
        query.where(
            Token.token_hash == hash_of(token),
            Token.revoked_at.is_(None),
            Token.expires_at.is_(None) | (Token.expires_at > at),
        )
    )
    row = found.one_or_none()
    if row is None:
        return None
    agent, role, teams, token_id, scopes, used_at = row
    if used_at is None or used_at < at - TOUCH_EVERY:
        touched = update(Token).where(Token.id == token_id).values(used_at=at)
        await db.execute(touched, execution_options={"synchronize_session": False})
    return actor_from(agent, role, teams, token_id=token_id, scopes=frozenset(scopes))


async def actor_for_agent(db: Session, agent_id: UUID) -> Actor | None:
    """The actor an agent would be; for jobs and readers that act for somebody."""
    found = await db.execute(actors().where(Agent.id == agent_id))
    row = found.one_or_none()
    return actor_from(*row) if row else None


def actors(*columns: Any) -> Select[Any]:
    query: Select[Any] = select(Agent, Role, TEAM_IDS, *columns)
    return query.join(Role, Role.id == Agent.role_id).where(Agent.status == "active")


def actor_from(
    agent: Agent,
    role: Role,
    teams: list[UUID],
    *,
    session_id: UUID | None = None,
    token_id: UUID | None = None,
    scopes: frozenset[str] | None = None,
) -> Actor:
    rights = rights_of(role)
    return Actor(
        id=agent.id,
        name=agent.name,
        role=role.key,
        permissions=rights if scopes is None else rights & scopes,
        scope=role.scope,
        team_ids=frozenset(teams),
        locale=agent.locale,
        avatar=agent.avatar,
        session_id=session_id,
        token_id=token_id,
    )


def rights_of(role: Role) -> frozenset[str]:
    """What the role may do in this installation."""
    return effective(permissions_table().defaults_of(role.based_on), role.granted, role.withheld)


async def current_actor(request: Request, db: Db) -> Actor:
    """The actor of this request, allowed by the permission row of its route."""
    bearer = request.headers.get("authorization", "")
    if bearer[:7].lower() == "bearer ":
        actor = await actor_for_token(db, bearer[7:].strip())
    else:
        cookie = request.cookies.get(SESSION_COOKIE)
        actor = await actor_for_cookie(db, cookie)
        if actor is not None:
            check_csrf(request, cookie or "")
    if actor is None:
        raise Unauthenticated("Please sign in.")
    check_row(request, actor)
    return actor


CurrentActor = Annotated[Actor, Depends(current_actor, scope="function")]


async def brief_actor(request: Request) -> Actor:
    async with request.app.state.database.transaction() as db:
        return await current_actor(request, db)


BriefActor = Annotated[Actor, Depends(brief_actor, scope="function")]
"""The actor for a route that waits for others: it holds no database connection meanwhile."""


def check_csrf(request: Request, cookie: str) -> None:
    if request.method in SAFE_METHODS:
        return
    if not is_same(request.headers.get(CSRF_HEADER), csrf_of(cookie)):
        raise Forbidden(
            "The request did not come from this page. Please reload and try again.",
            code="csrf",
            field=CSRF_HEADER,
        )


def check_row(request: Request, actor: Actor) -> None:
    """Ask the permission table; a route without a row lets nobody in."""
    row = permissions_table().routes.get(f"{request.method} {route_path(request)}")
    if row is None:
        raise Forbidden("This route has no permission row.", code="no_permission_row")
    if row == IN_PERSON and actor.token_id is not None:
        raise Forbidden("This takes a person at a browser; a token cannot do it.")
    if row not in OPEN_ROWS:
        actor.require(row)


def route_path(request: Request) -> str:
    """The route's pattern as the permission rows spell it, prefixes of its routers included."""
    state = request.app.state
    if not hasattr(state, "route_paths"):
        contexts = list(iter_route_contexts(request.app.routes))
        state.route_paths = {context.endpoint: context.path_format for context in contexts}
    path: str = state.route_paths.get(request.scope["endpoint"]) or ""
    return path
