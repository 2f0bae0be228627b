"""The database for a command: the named one, the one that runs, or one started for the while."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from kefu.core.embedded import EmbeddedServer
from kefu.core.migrating import migrate
from kefu.core.settings import Settings


@contextmanager
def database_for(settings: Settings, *, migrated: bool = True) -> Iterator[str]:
    """The database's URL; the embedded server is started where it does not run already."""
    if settings.database_url:
        url, server = settings.database_url, None
    else:
        server = EmbeddedServer(settings.var / "postgres")
        if server.attach():
            url, server = server.url, None
        else:
            server.start()
            url = server.url
    try:
        if migrated:
            migrate(url)
        yield url
    finally:
        if server is not None:
            server.stop()
