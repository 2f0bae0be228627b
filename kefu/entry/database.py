"""The database for a command: the named one, the one that runs, or one started for the while."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, TypeVar

import psycopg

from kefu.core.embedded import EmbeddedServer, EmbeddedServerError
from kefu.core.embedded.watching import watched
from kefu.core.migrating import migrate
from kefu.core.revisions import WrongRevision
from kefu.core.settings import Settings
from kefu.entry.refusing import refuse

Result = TypeVar("Result")


@contextmanager
def database_for(settings: Settings, *, migrated: bool = True) -> Iterator[str]:
    """The database's URL; the embedded server is started where it does not run already."""
    try:
        with _ending_kindly(), _started(settings) as url:
            if migrated:
                migrate(url)
            yield url
    except (EmbeddedServerError, WrongRevision) as refused:
        refuse(str(refused))
    except psycopg.OperationalError as away:
        refuse(f"The database is away: {str(away).strip()}")


def run_to_its_end(work: Coroutine[Any, Any, Result]) -> Result:
    """Run the work of a command; told to end, it is cancelled where it waits, and then ends.

    An exception out of a signal's handler could come anywhere in a loop, and be lost there.
    """
    if threading.current_thread() is not threading.main_thread():
        return asyncio.run(work)

    async def cancelled_when_told() -> Result:
        task = asyncio.current_task()
        assert task is not None
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        return await work

    before = signal.getsignal(signal.SIGTERM)
    try:
        return asyncio.run(cancelled_when_told())
    except asyncio.CancelledError:
        raise SystemExit(128 + signal.SIGTERM) from None
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _started(settings: Settings) -> Iterator[str]:
    if settings.database_url:
        yield settings.database_url
        return
    server = EmbeddedServer(settings.var / "postgres")
    if server.is_kept() and server.attach():
        yield server.url
        return
    with watched(server.folder):
        server.start()  # one that a killed command left behind is adopted, and stopped with ours
        try:
            yield server.url
        finally:
            server.stop()


@contextmanager
def _ending_kindly() -> Iterator[None]:
    """A command that is told to end stops the server it started, as it does on Ctrl-C."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _end(number: int, _: FrameType | None) -> None:
    raise SystemExit(128 + number)
