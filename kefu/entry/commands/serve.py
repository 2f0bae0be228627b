"""`kefu serve | web | worker`: the processes."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from kefu.core.logs import set_up_logs
from kefu.core.settings import Settings
from kefu.entry import web as web_process
from kefu.entry import worker as worker_process
from kefu.entry.refusing import refuse
from kefu.entry.supervisor import CannotServe, Supervisor

Host = Annotated[str | None, typer.Option(help="Address to listen on.")]
Port = Annotated[int | None, typer.Option(help="Port to listen on.")]


def serve(host: Host = None, port: Port = None) -> None:
    """Run everything on this machine: database, web and worker."""
    given = {"host": host, "port": port}
    named = {name: value for name, value in given.items() if value is not None}
    settings = Settings().model_copy(update=named)
    set_up_logs(settings.log_level, json=settings.log_json, process="supervisor")
    try:
        asyncio.run(Supervisor(settings).run())
    except CannotServe as refused:
        refuse(str(refused))


def web() -> None:
    """Run one web process; needs KEFU_DATABASE_URL, and KEFU_REDIS_URL with several machines."""
    _check_database_is_named()
    web_process.main()


def worker() -> None:
    """Run one worker process; needs what `kefu web` needs."""
    _check_database_is_named()
    worker_process.main()


def _check_database_is_named() -> None:
    if not Settings().database_url:
        refuse("Set KEFU_DATABASE_URL, or run `kefu serve`, which brings its own database.")
