"""Many facts at once are what they are one by one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select

from kefu.core.db import Session
from kefu.core.events import Event, FactRow, record, record_quietly
from kefu.core.ids import uuid7


@dataclass(frozen=True, kw_only=True)
class Counted(Event):
    kind: ClassVar[str] = "test.counted"
    turn: int
    at_: datetime
    other: UUID | None = None
    words: tuple[str, ...] = ()


def counted(turn: int, **more: object) -> Counted:
    moment = datetime(2026, 3, 1, 9, 0, 0, 123456, tzinfo=UTC)
    return Counted(subject=uuid7(), turn=turn, at_=moment, words=("改", '"'), **more)  # type: ignore[arg-type]


async def facts(db: Session) -> list[FactRow]:
    rows = await db.scalars(
        select(FactRow).where(FactRow.kind == Counted.kind).order_by(FactRow.id)
    )
    return list(rows)


async def test_they_keep_their_order_and_say_the_same(db: Session) -> None:
    events = [counted(turn, customer=uuid7(), other=uuid7()) for turn in range(200)]

    await record_quietly(db, events)
    await record(db, events[0])

    kept = await facts(db)
    assert [row.details["turn"] for row in kept] == [*range(200), 0]
    first, alone = kept[0], kept[-1]
    for name in ("subject", "conversation", "customer", "actor", "details", "cause"):
        assert getattr(first, name) == getattr(alone, name)
    assert first.details["at_"] == "2026-03-01T09:00:00.123456+00:00"
    assert first.at.tzinfo is not None


async def test_none_are_none(db: Session) -> None:
    await record_quietly(db, [])

    assert await facts(db) == []
