"""Known customers in a file: taken by few statements, as if each row had been taken alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text

from kefu.core.clock import frozen, now
from kefu.core.db import Database
from kefu.core.files import MemoryStorage
from kefu.customers.importing import import_with, keep_upload, start_check, start_run
from kefu.customers.importing_resuming import resume_imports
from kefu.customers.importing_run import run_import
from kefu.customers.jobs_imports import check, run
from kefu.customers.labels import define_label
from kefu.customers.model import Customer, CustomerNote, Identity
from kefu.customers.model_imports import CustomerImport
from kefu.identity.tests.factories import an_agent

HEAD = "会员号,姓名,手机号,邮箱,等级,备注,收货地址\n"
MANY = 40


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


@pytest.fixture
def storage() -> MemoryStorage:
    return MemoryStorage()


def a_file(*, again: bool) -> str:
    """The same members twice: the second time with more about them."""
    rows = []
    for number in range(MANY):
        more = f"u{number}@example.com,金卡,要发票,上海市浦东新区张江镇碧波路{number}号"
        name = f"王{number}" if again and number % 2 else f"李{number}"
        rows.append(f"M{number},{name},138001380{number:02},{more if again else ',,,'}")
    return HEAD + "\n".join(rows) + "\n"


async def worked_off(database: Database, storage: MemoryStorage, written: str) -> CustomerImport:
    async with database.transaction() as db:
        made = await keep_upload(db, storage, written.encode(), name="x.csv", by=None)
        await start_run(db, made, by=None)
    await run_import(database, storage, made.id)
    async with database.transaction() as db:
        return await import_with(db, made.id)


async def nobody(*_: Any) -> dict[int, Any]:
    """Everybody goes the way of single rows."""
    return {}


async def kept(database: Database) -> list[Any]:
    """What is known of everybody, without ids and times."""
    people = text(
        "select c.name, c.phone, c.email, c.tier, "
        "(select string_agg(kind || value || (verified_at is null), ',' order by kind, value) "
        " from identities i where i.customer_id = c.id) as identities, "
        "(select string_agg(text, ',') from customer_notes n where n.customer_id = c.id) as notes, "
        "(select string_agg(recipient || city || detail || (default_at is null), ',') "
        " from customer_addresses a where a.customer_id = c.id) as addresses, "
        "(select string_agg(distinct kind, ',' order by kind) from facts f "
        " where f.customer = c.id) as facts from customers c order by c.phone"
    )
    async with database.transaction() as db:
        return [tuple(row) for row in await db.execute(people)]


async def test_a_known_row_leaves_what_it_leaves_when_taken_alone(
    database: Database, storage: MemoryStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await worked_off(database, storage, a_file(again=False))
    made = await worked_off(database, storage, a_file(again=True))
    together = await kept(database)
    async with database.transaction() as db:
        await db.execute(text("truncate customers, facts cascade"))
    monkeypatch.setattr("kefu.customers.importing_run.acquaintances_in", nobody)

    await worked_off(database, storage, a_file(again=False))
    await worked_off(database, storage, a_file(again=True))

    assert made.counts == {"new": 0, "updated": MANY, "merged": 0, "refused": 0}
    assert made.report["agrees"]
    assert len(together) == MANY
    assert await kept(database) == together


async def test_a_third_time_changes_nothing(database: Database, storage: MemoryStorage) -> None:
    await worked_off(database, storage, a_file(again=True))
    before = await kept(database)

    await worked_off(database, storage, a_file(again=True))

    assert await kept(database) == before
    async with database.transaction() as db:
        assert len((await db.scalars(select(CustomerNote.id))).all()) == MANY


async def test_who_is_twice_in_a_file_or_contradicts_is_looked_at_alone(
    database: Database, storage: MemoryStorage
) -> None:
    await worked_off(database, storage, f"{HEAD}M1,李雷,13800138000,,,,\nM2,韩梅,13900139000,,,,\n")

    written = f"{HEAD}M1,李雷,,,银卡,,\nM1,李雷,,,金卡,,\nM1,李雷,13900139000,,,,\n"
    made = await worked_off(database, storage, written)

    assert made.counts["refused"] == 0
    async with database.transaction() as db:
        tiers = await db.scalars(select(Customer.tier).order_by(Customer.name))
        assert set(tiers) == {"standard", "gold"}
        holders = await db.scalars(select(Identity.customer_id).where(Identity.kind == "phone"))
        assert len(set(holders)) == 2


async def test_labels_are_added_to_those_worn(database: Database, storage: MemoryStorage) -> None:
    async with database.transaction() as db:
        head = await an_agent(db, role="department_head")
        for name in ("老客", "团购"):
            await define_label(db, name=name, colour="grey", by=head.id)
    await worked_off(database, storage, "phone,labels\n13800138000,老客\n")

    await worked_off(database, storage, "phone,labels\n13800138000,老客;团购\n")

    async with database.transaction() as db:
        worn = await db.scalars(text("select count(*) from customer_labelled"))
        assert worn.one() == 2


async def queued(database: Database, *, status: str) -> tuple[UUID, str]:
    """The one import, and the job that waits for it."""
    async with database.transaction() as db:
        made = (
            await db.scalars(select(CustomerImport).where(CustomerImport.status == status))
        ).one()
        jobs = await db.scalars(text("select entrypoint from jobs.pgqueuer order by id"))
        return made.id, list(jobs)[-1]


async def test_an_import_whose_command_was_killed_goes_on(
    database: Database, storage: MemoryStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kefu.customers.jobs_imports.storage_for", lambda _: storage)
    async with database.transaction() as db:
        made = await keep_upload(db, storage, a_file(again=False).encode(), name="x.csv", by=None)
        await start_run(db, made, by=None)
        await db.execute(text("delete from jobs.pgqueuer"))

    assert await resume_imports(database) == 0
    with frozen(now() + timedelta(minutes=6)):
        assert await resume_imports(database) == 1
    found, job = await queued(database, status="running")
    await run({"import": str(found)}, database)

    assert job == "customers.run_import"
    async with database.transaction() as db:
        done = await import_with(db, made.id)
        assert (done.status, done.counts["new"]) == ("done", MANY)


async def test_a_dry_run_that_was_killed_begins_again(
    database: Database, storage: MemoryStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kefu.customers.jobs_imports.storage_for", lambda _: storage)
    async with database.transaction() as db:
        made = await keep_upload(db, storage, a_file(again=False).encode(), name="x.csv", by=None)
        await start_check(db, made)
        made.done = 7
        await db.execute(text("delete from jobs.pgqueuer"))

    with frozen(now() + timedelta(minutes=6)):
        await resume_imports(database)
    found, job = await queued(database, status="checking")
    await check({"import": str(found)}, database)

    assert job == "customers.check_import"
    async with database.transaction() as db:
        done = await import_with(db, made.id)
        assert (done.status, done.checked["counts"]["new"]) == ("checked", MANY)
