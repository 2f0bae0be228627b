"""Sessions: a browser that is signed in, until it leaves, is sent away, or rests too long."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from kefu.core.clock import now
from kefu.core.db import Session, pushes_of
from kefu.core.errors import NotFound
from kefu.core.events import record
from kefu.core.ids import uuid7
from kefu.core.switchboard import disconnect_push
from kefu.identity.events import SessionEnded, SignedIn
from kefu.identity.keys import csrf_of, hash_of, new_secret
from kefu.identity.model import SESSION_IDLE, SESSION_LIFE, Agent, AgentSession

BROWSER_LENGTH = 300


@dataclass(frozen=True)
class Origin:
    """Where a request comes from, as far as it says."""

    address: str | None = None
    browser: str | None = None


@dataclass(frozen=True)
class Entry:
    """A session just begun; `token` goes into the cookie and is kept nowhere else."""

    agent: Agent
    session: AgentSession
    token: str

    @property
    def csrf(self) -> str:
        return csrf_of(self.token)


async def open_session(db: Session, agent: Agent, *, way: str, origin: Origin) -> Entry:
    token = new_secret()
    session = AgentSession(
        id=uuid7(),
        agent_id=agent.id,
        token_hash=hash_of(token),
        address=origin.address,
        browser=origin.browser[:BROWSER_LENGTH] if origin.browser else None,
        way=way,
        created_at=now(),
        seen_at=now(),
    )
    db.add(session)
    await record(db, SignedIn(subject=agent.id, actor=agent.id, session=session.id, way=way))
    return Entry(agent=agent, session=session, token=token)


async def end_session(db: Session, session: AgentSession, *, reason: str, by: UUID) -> None:
    session.ended_at = now()
    drop_sockets(db, f"session:{session.id}")
    await record(
        db, SessionEnded(subject=session.agent_id, session=session.id, reason=reason, actor=by)
    )


def drop_sockets(db: Session, *topics: str) -> None:
    """After the commit, close the sockets whose actor has changed: they knew the old rights."""
    if topics:
        pushes_of(db).append(disconnect_push(*topics))


async def end_sessions_of(
    db: Session, agent_id: UUID, *, reason: str, by: UUID | None, keep: UUID | None = None
) -> None:
    """End every open session of an agent, but for the one to keep."""
    for session in await open_sessions(db, agent_id, lock=True):
        if session.id != keep:
            await end_session(db, session, reason=reason, by=by or agent_id)


async def open_sessions(db: Session, agent_id: UUID, *, lock: bool = False) -> list[AgentSession]:
    """The agent's open sessions, latest seen first."""
    at = now()
    query = select(AgentSession).where(
        AgentSession.agent_id == agent_id,
        AgentSession.ended_at.is_(None),
        AgentSession.created_at > at - SESSION_LIFE,
        AgentSession.seen_at > at - SESSION_IDLE,
    )
    query = query.order_by(AgentSession.seen_at.desc(), AgentSession.id.desc()).limit(200)
    return list(await db.scalars(query.with_for_update() if lock else query))


async def session_for(db: Session, agent_id: UUID, session_id: UUID) -> AgentSession:
    """One of the agent's own open sessions."""
    query = select(AgentSession).where(
        AgentSession.id == session_id,
        AgentSession.agent_id == agent_id,
        AgentSession.ended_at.is_(None),
    )
    session = await db.scalar(query.with_for_update())
    if session is None:
        raise NotFound("There is no such session.")
    return session


async def addresses_of_sessions(db: Session, ids: set[UUID]) -> dict[UUID, str]:
    """Where sessions came from, for the audit trail."""
    if not ids:
        return {}
    rows = await db.execute(
        select(AgentSession.id, AgentSession.address).where(AgentSession.id.in_(ids))
    )
    return {identifier: address for identifier, address in rows if address}
