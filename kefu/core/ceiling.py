"""The id ceiling: up to which id the facts log is complete.

Noted first: L, the last id given out; then X, a transaction id of our own. Once every transaction
older than X has ended, each fact with an id up to L is committed or gone: who takes an id of a fact
has a transaction id by then (a trigger before the statement), and it is older than X.

L is asked of the function that locks the sequence's page. Its row, read as a table, shows an id 32
ahead of the last one for the moment in which PostgreSQL logs it, and those ids are given out later.
"""

from __future__ import annotations

import asyncio
import time

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from kefu.core.db import Database
from kefu.core.metrics import CEILING_AGE

LOOK = text(
    "with noted as materialized (select pg_sequence_last_value('facts_id_seq') as last) "
    "select last, pg_current_xact_id()::text::bigint, "
    "pg_snapshot_xmin(pg_current_snapshot())::text::bigint from noted"
)
PENDING = 64
FRESH_SECONDS = 0.01


class Ceiling:
    """One process's knowledge of the ceiling; shared by its readers."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._noted: list[tuple[int, int, float]] = []
        self._reached = 0
        self._looked = 0.0
        self._lock = asyncio.Lock()

    async def reach(self) -> int:
        """The highest id up to which the log is complete now; looked up at most every 10 ms."""
        async with self._lock:
            if time.monotonic() - self._looked >= FRESH_SECONDS:
                async with self._database.engine.connect() as opened:
                    connection = await opened.execution_options(isolation_level="AUTOCOMMIT")
                    if await self._look(connection):
                        await self._look(connection)
                self._looked = time.monotonic()
        return self._reached

    def age(self) -> float:
        """For how many seconds it has waited for the oldest open write."""
        return time.monotonic() - self._noted[0][2] if self._noted else 0.0

    async def _look(self, connection: AsyncConnection) -> bool:
        """Look once; true when there are ids of which it is not known yet that they are settled."""
        row = (await connection.execute(LOOK)).one()
        last = row[0] or 0
        self._note(last, row[1], row[2])
        return bool(last > self._reached)

    def _note(self, last: int, own: int, oldest: int) -> None:
        ended = [noted for noted in self._noted if noted[1] <= oldest]
        if ended:
            self._reached = max(self._reached, *(noted[0] for noted in ended))
            self._noted = [noted for noted in self._noted if noted[1] > oldest]
        if last > self._reached and len(self._noted) < PENDING:
            self._noted.append((last, own, time.monotonic()))
        CEILING_AGE.set(self.age())
