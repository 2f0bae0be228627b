"""`kefu serve`: everything on this machine."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from kefu.core.logs import set_up_logs
from kefu.core.settings import Settings
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
