"""The id ceiling: never above an id that was given out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from kefu.core.ceiling import LOOK
from kefu.core.db import Database

# After `setval` the next id is logged, and while it is, the sequence's row shows one 32 ahead.
ONE_AND_TWO = text(
    "do $$ begin for number in 1..60000 loop perform setval('facts_id_seq', 1); "
    "perform nextval('facts_id_seq'); end loop; end $$"
)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url, pool=2)
    yield database
    await database.close()


async def test_an_id_that_is_only_logged_ahead_is_not_taken_for_given_out(
    database: Database,
) -> None:
    async def give_out() -> None:
        async with database.transaction() as db:
            await db.execute(ONE_AND_TWO)

    seen = []
    giving = asyncio.create_task(give_out())
    async with database.engine.connect() as opened:
        connection = await opened.execution_options(isolation_level="AUTOCOMMIT")
        while not giving.done():
            seen.append((await connection.execute(LOOK)).one()[0] or 0)
    await giving

    assert len(seen) > 50
    assert max(seen) <= 2
