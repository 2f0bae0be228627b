"""Arriving from the company's own sign-in: which agent it is, if any."""

from __future__ import annotations

from sqlalchemy import select

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Refusal, Unauthenticated
from kefu.core.events import record
from kefu.core.ids import uuid7
from kefu.core.pinyin import sort_key
from kefu.core.settings import settings
from kefu.identity.events import AgentJoined, SignInFailed
from kefu.identity.links import close_links
from kefu.identity.model import Agent, FailedSignIn, Role
from kefu.identity.oidc import Person
from kefu.identity.sessions import Entry, Origin, open_session
from kefu.identity.signing_in import agent_with_email


async def arrive(db: Session, person: Person, *, origin: Origin) -> Entry | Refusal:
    """Open a session for whom the provider named; a refusal is returned, so that it is kept."""
    agent = await agent_known_as(db, person) or await newcomer(db, person)
    if agent is None or agent.status == "left":
        return await turned_away(db, agent, origin=origin)
    if agent.status == "invited":
        await join(db, agent)
    agent.oidc_subject = person.subject
    return await open_session(db, agent, way="oidc", origin=origin)


async def agent_known_as(db: Session, person: Person) -> Agent | None:
    """By the provider's own id; the first time by an e-mail that the provider has verified."""
    query = select(Agent).where(Agent.oidc_subject == person.subject).with_for_update()
    agent = await db.scalar(query)
    if agent is None and person.email:
        agent = await agent_with_email(db, person.email, lock=True)
        if agent and agent.oidc_subject:
            return None
    return agent


async def newcomer(db: Session, person: Person) -> Agent | None:
    """A new agent, where the operator chose a role for people nobody invited."""
    chosen = settings()
    if "oidc_role" not in chosen.model_fields_set or not person.email:
        return None
    if await agent_with_email(db, person.email):
        return None
    role = await db.scalar(select(Role).where(Role.key == chosen.oidc_role))
    if role is None:
        return None
    said = "".join(letter for letter in person.name or "" if letter.isprintable()).strip()
    name = said[:80] or person.email.split("@")[0]
    agent = Agent(
        id=uuid7(),
        name=name,
        name_sort=sort_key(name),
        email=person.email.casefold(),
        status="invited",
        role_id=role.id,
    )
    db.add(agent)
    return agent


async def join(db: Session, agent: Agent) -> None:
    agent.status, agent.joined_on = "active", agent.joined_on or now().date()
    await close_links(db, agent_id=agent.id)
    await record(db, AgentJoined(subject=agent.id, actor=agent.id, role=agent.role_id))


async def turned_away(db: Session, agent: Agent | None, *, origin: Origin) -> Refusal:
    attempt = FailedSignIn(id=uuid7(), address=origin.address, at=now())
    db.add(attempt)
    await record(
        db,
        SignInFailed(
            subject=agent.id if agent else attempt.id,
            reason="oidc_unknown",
            failures=1,
            attempt=attempt.id,
        ),
    )
    return Unauthenticated("Nobody has invited you here yet.", code="oidc_unknown")
