"""Partitions of messages: one a month, made three months ahead; a default one catches the rest."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import text

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.ids import uuid7_at_least

AHEAD = 3


def partition_statements(at: datetime | None = None) -> list[str]:
    """The statements that make what is missing from last month to three months ahead."""
    moment = at or now()
    statements = ["create table if not exists messages_rest partition of messages default"]
    for offset in range(-1, AHEAD + 1):
        start, end = _month(moment, offset), _month(moment, offset + 1)
        statements.append(
            f"create table if not exists messages_{start:%Y%m} partition of messages for values "
            f"from ('{uuid7_at_least(start)}') to ('{uuid7_at_least(end)}')"
        )
    return statements


def _month(at: datetime, offset: int) -> datetime:
    index = at.year * 12 + at.month - 1 + offset
    return datetime(index // 12, index % 12 + 1, 1, tzinfo=UTC)


async def ensure_partitions(db: Session) -> int:
    """Make what is missing; returns how many messages lie in the default partition (0 is right)."""
    existing = {
        row[0]
        for row in await db.execute(
            text("select relname from pg_class where relname like 'messages\\_%'")
        )
    }
    for statement in partition_statements():
        if statement.split()[5] not in existing:
            await db.execute(text(statement))
    stray = await db.execute(text("select count(*) from messages_rest"))
    return int(stray.scalar_one())
