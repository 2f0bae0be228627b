"""Losing sight: who may no longer see a conversation hears no more of it, from that moment on."""

from __future__ import annotations

import asyncio
from uuid import UUID

import structlog
from sqlalchemy import select

from kefu.conversations.access import visible_to
from kefu.conversations.model import Conversation
from kefu.core.db import Database
from kefu.core.switchboard import Connection, Doubted

log = structlog.get_logger(__name__)
PREFIX = "c:"


def asks_again(database: Database) -> Doubted:
    """What the switchboard calls when a conversation has changed hands.

    Whoever sees everything is not asked for. Where the database can't be asked, nobody hears on:
    a client that may still see it finds the gap at the next beat and subscribes again.
    """
    running: set[asyncio.Task[None]] = set()

    def doubted(topic: str, listeners: list[Connection]) -> None:
        asked = [one for one in listeners if one.party and one.party.actor.scope != "all"]
        if not asked or not topic.startswith(PREFIX):
            return
        task = asyncio.get_running_loop().create_task(_decide(database, topic, asked))
        running.add(task)
        task.add_done_callback(running.discard)

    return doubted


async def _decide(database: Database, topic: str, asked: list[Connection]) -> None:
    name = topic.removeprefix(PREFIX)
    for connection in asked:
        try:
            allowed = await _may_see(database, connection, UUID(name))
        except Exception as error:  # noqa: BLE001 - the database is away
            log.warning("sight_not_checked", conversation=name, error=str(error)[:200])
            connection.unlisten(topic)
            continue
        if not allowed:
            connection.unlisten(topic)
            (connection.conversations or set()).discard(name)
            connection.tell({"t": "gone", "conversation": name})


async def _may_see(database: Database, connection: Connection, conversation: UUID) -> bool:
    assert connection.party is not None
    condition = visible_to(connection.party.actor)
    async with database.transaction() as db:
        query = select(Conversation.id).where(Conversation.id == conversation, condition)
        return await db.scalar(query) is not None
