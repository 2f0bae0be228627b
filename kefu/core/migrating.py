"""Migrating: the database is brought to the newest revision, by one process at a time."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, MetaData, create_engine, text
from sqlalchemy.pool import NullPool

from kefu.core.db import libpq_url, sqlalchemy_url
from kefu.core.revisions import MIGRATIONS, check_server, is_current
from kefu.core.settings import settings

LOCK = 5_338_338  # KEFU on a telephone, and once more


def migrate(url: str, *, to: str = "head") -> None:
    """Apply what is missing; a second process waits and then finds nothing to do."""
    if to == "head" and is_current(url):
        return
    with psycopg.connect(libpq_url(url), autocommit=True, connect_timeout=10) as db:
        check_server(db)
        db.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        db.execute("CREATE EXTENSION IF NOT EXISTS vector")
        with _connection(url) as connection:
            command.upgrade(_configured(connection), to)


def differences(url: str, metadata: MetaData) -> list[object]:
    """What the models say that the migrated database does not, for a test."""
    with _connection(url) as connection:
        context = MigrationContext.configure(connection, opts={"include_object": _has_model})
        return list(compare_metadata(context, metadata))


@contextmanager
def _connection(url: str) -> Iterator[Connection]:
    engine = create_engine(sqlalchemy_url(url), poolclass=NullPool)
    with engine.connect() as connection:
        # Long steps are meant here, waiting for somebody's long lock is not.
        connection.execute(text("SET idle_in_transaction_session_timeout = 0"))
        connection.execute(text("SET lock_timeout = '30s'"))
        connection.commit()
        yield connection


def _configured(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _has_model(*about: Any) -> bool:
    """Partitions and tables for hand-written statements are known to the migrations alone."""
    _thing, _name, kind, reflected, model = about
    return not (kind == "table" and reflected and model is None)


if __name__ == "__main__":
    chosen = settings().database_url
    if chosen is None:
        sys.exit("Set KEFU_DATABASE_URL.")
    migrate(chosen)
