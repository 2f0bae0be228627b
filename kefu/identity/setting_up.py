"""Setting up an account through a one-time link: first administrator, invitation, new password."""

from __future__ import annotations

from sqlalchemy import func, select

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Conflict, Invalid
from kefu.core.events import record
from kefu.core.ids import uuid7
from kefu.core.pinyin import sort_key
from kefu.identity import lockouts
from kefu.identity.events import AgentInvited, AgentJoined, PasswordChanged
from kefu.identity.links import HandedOut, close_links, hand_out, link_for
from kefu.identity.model import Agent, Link, Role
from kefu.identity.passwords import check_password, password_hash
from kefu.identity.rights import ADMINISTRATOR
from kefu.identity.schemas import email_of
from kefu.identity.sessions import Entry, Origin, end_sessions_of, open_session
from kefu.identity.taken import refused_if_taken


async def first_administrator_link(db: Session) -> HandedOut:
    """The link that makes the first administrator; refused once there is one."""
    await check_no_administrator(db)
    return await hand_out(db, "first_administrator", agent_id=None, by=None)


async def set_up(
    db: Session, secret: str, *, name: str | None, email: str | None, password: str, origin: Origin
) -> Entry:
    """Use a link up: its account gets this password and is signed in."""
    link = await link_for(db, secret, lock=True)
    agent = await agent_of(db, link)
    check_password(password, email=(agent.email if agent else email) or "")
    if agent is None:
        agent = await first_administrator(db, name=name, email=email, password=password)
    elif link.purpose == "invitation":
        await accept(db, agent, name=name, password=password)
    else:
        await reset(db, agent, password=password)
    link.used_at = now()
    await close_links(db, agent_id=link.agent_id)
    return await open_session(db, agent, way=link.purpose, origin=origin)


async def agent_of(db: Session, link: Link) -> Agent | None:
    """Whom the link is for; nobody yet for the first administrator's."""
    if link.agent_id is None:
        return None
    return await db.get_one(Agent, link.agent_id, with_for_update=True)


async def first_administrator(
    db: Session, *, name: str | None, email: str | None, password: str
) -> Agent:
    """The first administrator of this installation."""
    await db.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("administrator", 0))))
    await check_no_administrator(db)
    if not name or not email:
        raise Invalid("Please give your name and e-mail.", field="email" if name else "name")
    return await create_administrator(db, name=name, email=email, password=password)


async def create_administrator(db: Session, *, name: str, email: str, password: str) -> Agent:
    """One more administrator, for whoever holds the machine."""
    check_password(password, email=email.casefold())
    agent = await add_administrator(db, name=name, email=email)
    await accept(db, agent, name=None, password=password)
    return agent


async def invite_administrator(db: Session, *, name: str, email: str) -> HandedOut:
    """The same, who chooses a password through the link."""
    agent = await add_administrator(db, name=name, email=email)
    await record(db, AgentInvited(subject=agent.id, role=agent.role_id))
    return await hand_out(db, "invitation", agent_id=agent.id, by=None)


async def add_administrator(db: Session, *, name: str, email: str) -> Agent:
    role = (await db.scalars(select(Role).where(Role.key == ADMINISTRATOR))).one()
    agent = Agent(
        id=uuid7(),
        name=name,
        name_sort=sort_key(name),
        email=checked_email(email),
        status="invited",
        role_id=role.id,
        grade="senior",
    )
    async with refused_if_taken(db, "An agent with this e-mail exists already.", field="email"):
        db.add(agent)
    return agent


def checked_email(email: str) -> str:
    try:
        return email_of(email)
    except ValueError as error:
        raise Invalid(str(error), field="email") from error


async def check_no_administrator(db: Session) -> None:
    if await has_administrator(db):
        raise Conflict("There is an administrator already.", code="administrator_exists")


async def has_administrator(db: Session) -> bool:
    """Whether somebody can let others in; without one a start shows the first link."""
    query = select(Agent.id).join(Role, Role.id == Agent.role_id)
    query = query.where(Role.key == ADMINISTRATOR, Agent.status == "active")
    return bool(await db.scalar(select(query.exists())))


async def accept(db: Session, agent: Agent, *, name: str | None, password: str) -> None:
    """An invited person joins."""
    if name:
        agent.rename(name)
    agent.status, agent.password_hash = "active", await password_hash(password)
    agent.joined_on = agent.joined_on or now().date()
    await record(db, AgentJoined(subject=agent.id, actor=agent.id, role=agent.role_id))


async def reset(db: Session, agent: Agent, *, password: str) -> None:
    """A new password after the old one was forgotten: every session ends, waiting is over."""
    agent.password_hash = await password_hash(password)
    await end_sessions_of(db, agent.id, reason="password_reset", by=agent.id)
    await lockouts.forget(db, account=agent.email)
    await record(db, PasswordChanged(subject=agent.id, actor=agent.id, way="link"))
