"""The database for a command: the named one, the one that runs, or one started for the while."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

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
        with _started(settings) as url:
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
