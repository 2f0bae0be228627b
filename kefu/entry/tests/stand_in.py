"""Small programs in the place of web and worker, under the real supervisor.

`python -m kefu.entry.tests.stand_in serve | web | worker`
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from typing import Any

from fastapi import FastAPI
from sqlalchemy import text

from kefu.core.db import Database
from kefu.core.logs import set_up_logs
from kefu.core.settings import Settings, settings
from kefu.entry import web
from kefu.entry.guardian import die_with_supervisor, wait_for_database
from kefu.entry.refusing import refuse
from kefu.entry.supervisor import PROGRAMS, CannotServe, Supervisor

HERE = [sys.executable, "-m", "kefu.entry.tests.stand_in"]


def create_app() -> FastAPI:
    app = FastAPI()
    database = Database(settings().database_url or "", pool=2)

    @app.get("/readyz")
    async def ready() -> int:
        async with database.transaction() as db:
            return int(await db.scalar(text("SELECT count(*) FROM alembic_version")) or 0)

    @app.post("/notes")
    async def note() -> dict[str, Any]:
        async with database.transaction() as db:
            await db.execute(text("CREATE TABLE IF NOT EXISTS notes (id serial)"))
            await db.execute(text("INSERT INTO notes DEFAULT VALUES"))
        return {"web": os.getpid()}

    @app.get("/notes")
    async def notes() -> int:
        async with database.transaction() as db:
            return int(await db.scalar(text("SELECT count(*) FROM notes")) or 0)

    return app


def serve() -> None:
    set_up_logs()
    programs = PROGRAMS | {name: [*HERE, name] for name in ("web", "worker")}
    try:
        asyncio.run(Supervisor(Settings(), programs=programs).run())
    except CannotServe as refused:
        refuse(str(refused))


def work() -> None:
    die_with_supervisor()
    wait_for_database()
    signal.sigwait({signal.SIGTERM})


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve()
    elif sys.argv[1] == "web":
        web.main("kefu.entry.tests.stand_in:create_app")
    else:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        work()
