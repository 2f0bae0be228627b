"""Operators hear when the readers of facts wait for a write that does not end."""

from __future__ import annotations

import asyncio
from typing import cast

import pytest
from sqlalchemy import text

from kefu.core.ceiling import FRESH_SECONDS, Ceiling
from kefu.core.db import Database, Session
from kefu.entry import alarms
from kefu.entry.alarms import CeilingWatch
from kefu.identity.tests.factories import an_agent
from kefu.identity.tests.visiting import OneTransaction

TOLD = text("select agent_id, kind, count as times, params from notifications order by at")


class Waiting:
    """A ceiling of this age."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.away = False

    async def reach(self) -> int:
        if self.away:
            raise OSError
        return 1

    def age(self) -> float:
        return self.seconds


async def test_each_standstill_is_told_once_to_those_who_look_after_it(db: Session) -> None:
    operator = await an_agent(db, role="administrator")
    await an_agent(db, role="agent")
    ceiling = Waiting()
    watch = CeilingWatch(cast("Database", OneTransaction(db)), cast("Ceiling", ceiling))

    told = []
    for seconds in (9.9, 10.4, 12.0, 0.0, 15.2):
        ceiling.seconds = seconds
        await watch.look()
        rows = (await db.execute(TOLD)).all()
        told.append([(row.agent_id, row.kind, row.times, row.params["seconds"]) for row in rows])

    first, second = (
        (operator.id, "facts.delayed", 1, 10),
        (operator.id, "facts.delayed", 2, 15),
    )
    assert told == [[], [first], [first], [first], [second]]


async def test_nothing_is_raised_while_the_database_is_away(db: Session) -> None:
    await an_agent(db, role="administrator")
    ceiling = Waiting()
    ceiling.seconds, ceiling.away = 60.0, True
    watch = CeilingWatch(cast("Database", OneTransaction(db)), cast("Ceiling", ceiling))

    await watch.look()

    assert (await db.execute(TOLD)).all() == []


async def test_the_ceiling_says_how_long_it_waits_for_an_open_write(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(database_url)
    ceiling = Ceiling(database)
    writing = "insert into bottlenecks (module, p95_ms, limit_ms, requests, advice, figures, at) "
    writing += "values ('open', 1, 1, 1, '', '{}', now())"
    async with database.transaction() as db:
        await db.execute(text(writing))
        await db.execute(text("select nextval('facts_id_seq')"))
        await ceiling.reach()
        waiting = ceiling.age()
        monkeypatch.setattr("kefu.core.ceiling.time.monotonic", lambda: 10_000_000_000.0)
        later = ceiling.age()
        monkeypatch.undo()
    await asyncio.sleep(2 * FRESH_SECONDS)
    await ceiling.reach()
    await database.close()

    assert 0 <= waiting < alarms.LIMIT_SECONDS < later
    assert ceiling.age() == 0
