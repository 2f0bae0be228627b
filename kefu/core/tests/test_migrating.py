import asyncio
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from kefu.core.db import libpq_url
from kefu.core.migrating import migrate
from kefu.core.revisions import (
    MIGRATIONS,
    WrongRevision,
    current_revision,
    is_current,
    newest_revision,
)


def test_an_empty_database_is_brought_to_the_newest_revision(empty_database_url: str) -> None:
    migrate(empty_database_url)

    assert current_revision(empty_database_url) == newest_revision()
    assert is_current(empty_database_url)


def test_two_processes_migrate_at_once_and_both_succeed(empty_database_url: str) -> None:
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(migrate, [empty_database_url] * 2))

    assert is_current(empty_database_url)


def test_a_database_newer_than_the_code_is_refused(database_url: str) -> None:
    with psycopg.connect(libpq_url(database_url)) as db:
        db.execute("CREATE TABLE IF NOT EXISTS alembic_version (version_num varchar(32))")
        db.execute("DELETE FROM alembic_version")
        db.execute("INSERT INTO alembic_version VALUES ('9999')")

    with pytest.raises(WrongRevision, match="9999"):
        migrate(database_url)


def test_the_migrations_form_one_chain_by_number() -> None:
    numbers = sorted(path.name[:4] for path in (MIGRATIONS / "versions").glob("[0-9]*_*.py"))

    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]


async def test_a_session_of_a_test_is_rolled_back(db: AsyncSession) -> None:
    await db.execute(text("CREATE TABLE left_behind (id int)"))
    await db.commit()

    assert await db.scalar(text("SELECT to_regclass('left_behind') IS NOT NULL"))


async def test_nothing_of_another_test_is_left_behind(db: AsyncSession) -> None:
    await asyncio.sleep(0)

    assert await db.scalar(text("SELECT to_regclass('left_behind') IS NULL"))
