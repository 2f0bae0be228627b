"""Which revision the database is at, and which one this code wants; cheap to ask at each start."""

from __future__ import annotations

from pathlib import Path

import psycopg

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"
OLDEST_SERVER = 16_00_00


class WrongRevision(RuntimeError):
    """The database cannot be used with this code; the text names the remedy."""


def newest_revision() -> str | None:
    """The last migration in the source, by its number: `NNNN_area.py`."""
    numbers = sorted(path.name[:4] for path in (MIGRATIONS / "versions").glob("[0-9]*_*.py"))
    return numbers[-1] if numbers else None


def current_revision(url: str) -> str | None:
    """The last migration that the database has seen, or None for an empty one."""
    with psycopg.connect(url.replace("+psycopg", "", 1), connect_timeout=10) as db:
        named = db.execute("SELECT to_regclass('alembic_version')").fetchone()
        if named is None or named[0] is None:
            return None
        found = db.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(found[0]) if found else None


def is_current(url: str) -> bool:
    """Whether nothing is left to migrate; refuses a database newer than this code."""
    newest, current = newest_revision(), current_revision(url)
    if current and current > (newest or ""):
        raise WrongRevision(
            f"The database is at revision {current}, this kefu knows only {newest}. "
            "Install the newer kefu again, or restore the backup taken before the upgrade."
        )
    return current == newest


def check_server(db: psycopg.Connection[tuple[object, ...]]) -> None:
    """Refuse a server on which Kefu does not work, before anything is changed."""
    if db.info.server_version < OLDEST_SERVER:
        raise WrongRevision("Kefu needs PostgreSQL 16 or later.")
    encoding = db.execute("SHOW server_encoding").fetchone()
    if encoding != ("UTF8",):
        raise WrongRevision("The database must be made with ENCODING 'UTF8'.")
    vector = "SELECT 1 FROM pg_available_extensions WHERE name = 'vector'"
    if db.execute(vector).fetchone() is None:
        raise WrongRevision("The server lacks pgvector. Install its package and try again.")
