"""A worker for the `events` bench: five reactions that each write one row per fact."""

from __future__ import annotations

import os

import uvloop
from sqlalchemy import TextClause, text

from kefu.core.ceiling import Ceiling
from kefu.core.db import Database, Session
from kefu.core.events import Fact
from kefu.core.reactions import Reader, Run, reacts_to
from kefu.core.realtime import HubRealtime

GROUP = "bench"
TABLES = [f"bench_effects_{number}" for number in range(1, 6)]


def register() -> None:
    """Make the five reactions known."""
    for table in TABLES:
        statement = text(
            f"insert into {table} (fact, subject) "  # noqa: S608 - our own table names
            "select * from unnest(cast(:facts as bigint[]), cast(:subjects as uuid[]))"
        )
        reacts_to("bench.happened", group=GROUP)(_reaction(statement))


def _reaction(statement: TextClause) -> Run:
    async def write(db: Session, facts: list[Fact]) -> None:
        await db.execute(
            statement,
            {
                "facts": [fact.id for fact in facts],
                "subjects": [fact.subject for fact in facts],
            },
        )

    return write


async def main() -> None:
    register()
    hub = os.environ.get("BENCH_HUB")
    realtime = HubRealtime(hub) if hub else None
    database = Database(os.environ["KEFU_DATABASE_URL"], pool=6)
    if realtime is not None:
        await realtime.start()
    await Reader(database, GROUP, ceiling=Ceiling(database)).run(realtime)


if __name__ == "__main__":
    uvloop.run(main())
