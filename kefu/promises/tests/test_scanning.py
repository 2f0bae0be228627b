from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy import text

from kefu.core.clock import frozen
from kefu.core.db import Database
from kefu.core.ids import uuid7
from kefu.promises import Scanner, Start, change_clocks
from kefu.promises.tests.factories import NOON, a_policy

LATER = NOON + timedelta(hours=1)
BROKEN = text("select subject, count(*) from facts where kind = 'promise.broken' group by subject")


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


async def start_clocks(database: Database, number: int) -> None:
    async with database.transaction() as db:
        await a_policy(db, seconds=60)
        await change_clocks(
            db,
            [
                Start(subject_kind="conversation", subject=uuid7(), kind="first_reply", at=NOON)
                for _ in range(number)
            ],
        )


async def broken(database: Database) -> list[int]:
    async with database.transaction() as db:
        return [count for _, count in await db.execute(BROKEN)]


async def until_nothing_fires(scanner: Scanner) -> None:
    while await scanner.step():
        pass


async def test_scanners_at_once_fire_every_clock_exactly_once(database: Database) -> None:
    await start_clocks(database, 120)

    with frozen(LATER):
        scanners = [Scanner(database, batch=7) for _ in range(3)]
        await asyncio.gather(*(until_nothing_fires(scanner) for scanner in scanners))
        await until_nothing_fires(scanners[0])

    assert await broken(database) == [1] * 120


KILLED = """
import asyncio, sys
from datetime import datetime
from kefu.core.clock import frozen
from kefu.core.db import Database
from kefu.promises import scan

async def scan_and_hang():
    async with Database(sys.argv[1]).transaction() as db:
        print(await scan(db, 6), flush=True)
        await asyncio.Event().wait()

with frozen(datetime.fromisoformat(sys.argv[2])):
    asyncio.run(scan_and_hang())
"""


async def test_a_scanner_killed_before_its_commit_leaves_the_clocks_to_the_next(
    database: Database,
) -> None:
    await start_clocks(database, 10)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", KILLED, database.url, LATER.isoformat()),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None

    fired = await process.stdout.readline()
    process.kill()
    await process.wait()
    assert fired == b"6\n"
    assert await broken(database) == []
    with frozen(LATER):
        await until(database, 10, Scanner(database).step)

    assert await broken(database) == [1] * 10


async def test_a_scanner_does_not_wait_for_a_locked_clock(database: Database) -> None:
    await start_clocks(database, 5)

    with frozen(LATER):
        async with database.transaction() as db:
            await db.execute(text("select id from clocks order by id limit 1 for update"))
            async with asyncio.timeout(5):
                assert await Scanner(database).step() == 4
        assert await Scanner(database).step() == 1


async def test_the_running_scanner_fires_by_itself(database: Database) -> None:
    await start_clocks(database, 3)

    with frozen(LATER):
        running = asyncio.create_task(Scanner(database).run())
        await until(database, 3, pause)
        running.cancel()

    assert await broken(database) == [1] * 3


async def until(database: Database, number: int, step: Callable[[], Awaitable[object]]) -> None:
    """Go on until so many promises are broken; a killed backend takes a moment to let go."""
    async with asyncio.timeout(10):
        while len(await broken(database)) < number:
            await step()


async def pause() -> None:
    await asyncio.sleep(0.02)
