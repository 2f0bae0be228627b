"""Agents, visitors and conversations for a bench, written straight into the database."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from kefu.channels import issue_visitor_token
from kefu.conversations.model import Conversation, Inbox
from kefu.core.clock import now
from kefu.core.db import Database, Session
from kefu.core.ids import uuid7
from kefu.customers import Customer
from kefu.identity.keys import hash_of
from kefu.identity.model import Agent, Role, Token

KEY = b"bench-secret-bench-secret"


@dataclass
class Pair:
    """A visitor and the agent who serves them."""

    conversation: UUID
    customer: UUID
    visitor_token: str
    agent: UUID
    agent_token: str


def make_pairs(conninfo: str, count: int, *, agents: bool = True) -> list[Pair]:
    """`count` active conversations, each with a visitor and (if wanted) an agent of its own."""
    return asyncio.run(_make(conninfo, count, agents=agents))


async def _make(conninfo: str, count: int, *, agents: bool) -> list[Pair]:
    database = Database(conninfo)
    async with database.transaction() as db:
        role = (await db.scalars(select(Role).where(Role.key == "agent"))).one()
        inbox = Inbox(name="bench", channel="web_chat", secret="s")  # noqa: S106 - a bench's own
        db.add(inbox)
        await db.flush()
        pairs = [_pair(db, inbox.id, role.id, number, agents=agents) for number in range(count)]
        await db.flush()
        for pair in pairs:
            db.add(_conversation(inbox.id, pair, agents=agents))
    await database.close()
    return pairs


def _pair(db: Session, inbox: UUID, role: UUID, number: int, *, agents: bool) -> Pair:
    customer, conversation, agent = uuid7(), uuid7(), uuid7()
    token = "kefu_" + secrets.token_urlsafe(24)
    person = Customer(id=customer)
    person.rename(f"访客{number}")
    db.add(person)
    if agents:
        name = f"客服{number}"
        email = f"bench{number}@kefu.test"
        db.add(Agent(id=agent, name=name, name_sort=name, email=email, role_id=role))
        db.add(
            Token(
                agent_id=agent, name="bench", prefix=token[:12], token_hash=hash_of(token),
                scopes=["message.send", "conversation.read"],
            )
        )  # fmt: skip
    visitor = issue_visitor_token(customer, inbox, key=KEY, at=now())
    return Pair(conversation, customer, visitor, agent, token)


def _conversation(inbox: UUID, pair: Pair, *, agents: bool) -> Conversation:
    return Conversation(
        id=pair.conversation,
        inbox_id=inbox,
        customer_id=pair.customer,
        status="active",
        assignee_id=pair.agent if agents else None,
    )
