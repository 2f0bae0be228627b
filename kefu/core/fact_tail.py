"""The tail of the facts log in memory: every reader of a process reads each fact from there.

Facts never change and are complete up to the ceiling, so what was read once need not be asked for
again by the next group. Whoever is further behind than the tail reaches asks the database.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections.abc import Collection

from sqlalchemy import text

from kefu.core.db import Database
from kefu.core.events import Fact

KEPT = 20_000
READ = 2000
COLUMNS = "id, kind, subject, conversation, customer, actor, details, at"
ALL = text(
    f"select {COLUMNS} from facts "  # noqa: S608 - our own column names
    "where id > :low and id <= :high order by id limit :batch"
)
SOME = text(
    f"select {COLUMNS} from facts "  # noqa: S608 - our own column names
    "where id > :low and id <= :high and kind = any(:kinds) order by id limit :batch"
)


class FactTail:
    """The newest facts up to the ceiling, in id order, shared by the readers of one process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._facts: list[Fact] = []
        self._start: int | None = None
        self._end = 0
        self._newest: dict[str, int] = {}
        self._lock = asyncio.Lock()

    async def read(
        self, low: int, high: int, kinds: Collection[str], batch: int
    ) -> tuple[list[Fact], int]:
        """Facts of these kinds in `(low, high]`, at most `batch`, and up to which id was looked."""
        async with self._lock:
            if self._start is None or low > self._end:
                self._facts, self._start, self._end, self._newest = [], low, low, {}
            if low >= self._start:
                await self._extend(high)
                return self._within(low, high, kinds, batch)
        values = {"low": low, "high": high, "kinds": sorted(kinds), "batch": batch}
        async with self._database.engine.connect() as connection:
            found = [Fact(*row) for row in await connection.execute(SOME, values)]
        return found, found[-1].id if len(found) == batch else high

    async def _extend(self, high: int) -> None:
        if high <= self._end:
            return
        values = {"low": self._end, "high": high, "batch": READ}
        async with self._database.engine.connect() as connection:
            fresh = [Fact(*row) for row in await connection.execute(ALL, values)]
        self._facts += fresh
        self._newest |= {fact.kind: fact.id for fact in fresh}
        self._end = fresh[-1].id if len(fresh) == READ else high
        if len(self._facts) > KEPT * 2:
            self._start = self._facts[-KEPT - 1].id
            del self._facts[:-KEPT]

    def _within(
        self, low: int, high: int, kinds: Collection[str], batch: int
    ) -> tuple[list[Fact], int]:
        until = min(high, self._end)
        if all(self._newest.get(kind, 0) <= low for kind in kinds):
            return [], until
        first = bisect_right(self._facts, low, key=lambda fact: fact.id)
        last = bisect_right(self._facts, until, key=lambda fact: fact.id)
        found: list[Fact] = []
        for fact in self._facts[first:last]:
            if fact.kind in kinds:
                found.append(fact)
                if len(found) == batch:
                    return found, fact.id
        return found, until
