"""Access for programs: on our own database, an inbox and an agent with a token for the while."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid5

from sqlalchemy import select

from kefu.conversations.model import Inbox
from kefu.core.clock import now
from kefu.core.db import Database, Session
from kefu.core.errors import NotFound
from kefu.core.events import record
from kefu.core.ids import uuid7
from kefu.core.pinyin import sort_key
from kefu.identity import actor_for_agent
from kefu.identity.events import AgentJoined
from kefu.identity.model import Agent, Role, Token
from kefu.identity.tokens import create_token, revoke_token

SPACE = UUID("6b656675-0000-5000-8000-7265706c6179")
AGENT, INBOX = uuid5(SPACE, "agent"), uuid5(SPACE, "inbox")
NAME = "对话回放"
EMAIL = "replay@kefu.invalid"
SCOPES = ["conversation.read", "message.send"]
LIFE = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Access:
    """Through which inbox customers come, and with which token the agent answers."""

    inbox: str
    token: str


@asynccontextmanager
async def access_to(url: str, *, inbox: UUID | None) -> AsyncIterator[Access]:
    """An agent's token that may read and send, revoked at the end; an inbox if none is named."""
    database = Database(url, pool=2)
    try:
        async with database.transaction() as db:
            found = await replay_inbox(db) if inbox is None else await db.get(Inbox, inbox)
            if found is None:
                raise NotFound(f"There is no inbox {inbox}.")
            agent = await replay_agent(db)
            actor = await actor_for_agent(db, agent.id)
            assert actor is not None
            ends = now() + LIFE
            token, text = await create_token(
                db, name=NAME, scopes=SCOPES, expires_at=ends, by=actor
            )
        try:
            yield Access(str(found.id), text)
        finally:
            async with database.transaction() as db:
                await revoke_token(db, await db.get_one(Token, token.id), by=agent.id)
    finally:
        await database.close()


async def replay_inbox(db: Session) -> Inbox:
    """The inbox of replayed dialogues, so that they do not mix with the shop's own."""
    found = await db.get(Inbox, INBOX)
    if found is None:
        secret = uuid7().hex  # nobody signs for replayed customers
        found = Inbox(id=INBOX, name=NAME, channel="web_chat", secret=secret)
        db.add(found)
        await db.flush()
    return found


async def replay_agent(db: Session) -> Agent:
    """Whoever speaks the agents' part; has no password, so nobody signs in with it."""
    found = await db.get(Agent, AGENT)
    if found is None:
        role = (await db.scalars(select(Role).where(Role.key == "department_head"))).one()
        found = Agent(id=AGENT, name=NAME, name_sort=sort_key(NAME), email=EMAIL, role_id=role.id)
        db.add(found)
        await record(db, AgentJoined(subject=AGENT, role=role.id))
    return found
