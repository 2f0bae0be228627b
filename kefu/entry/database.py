"""The database for a command: the named one, the one that runs, or one started for the while."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import psycopg

from kefu.core.embedded import EmbeddedServer, EmbeddedServerError
from kefu.core.migrating import migrate
from kefu.core.revisions import WrongRevision
from kefu.core.settings import Settings
from kefu.entry.refusing import refuse


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


@contextmanager
def _started(settings: Settings) -> Iterator[str]:
    if settings.database_url:
        yield settings.database_url
        return
    server = EmbeddedServer(settings.var / "postgres")
    if server.attach():
        yield server.url
        return
    server.start()
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
