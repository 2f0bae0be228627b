"""Files that no form names go after a day, bytes too; one that a form names or is sent stays."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest
from sqlalchemy import select, text

from kefu.core.clock import FrozenClock
from kefu.core.db import Database, Session
from kefu.core.errors import Invalid
from kefu.core.files import MemoryStorage
from kefu.core.jobs import JOBS
from kefu.identity.tests import clock
from kefu.identity.tests.factories import an_agent
from kefu.workflows import complete_task, jobs_files, open_tasks
from kefu.workflows.case_files import DELETE_JOB, Kept, add_file
from kefu.workflows.forgetting_files import forget_unused_files
from kefu.workflows.model_files import CaseFile
from kefu.workflows.model_processes import CaseTask
from kefu.workflows.tests.drawings import END, START, drawing, user
from kefu.workflows.tests.factories import a_case

__all__ = ["clock"]

XML = drawing(START, END, user("inspect", "papers:files"), flows=["start>inspect", "inspect>end"])
A_DAY = timedelta(days=1, seconds=1)


async def a_task(db: Session) -> CaseTask:
    case = await a_case(db, XML)
    (task,) = await open_tasks(db, case.subject)
    return task


async def a_file(db: Session, task: CaseTask, by: UUID, key: str) -> CaseFile:
    return await add_file(db, task.id, Kept(f"{key}.txt", "text/plain", 3, f"cases/{key}"), by=by)


async def send(db: Session, task: CaseTask, by: UUID, *files: CaseFile) -> None:
    await complete_task(db, task.id, {"papers": [str(file.id) for file in files]}, by=by)


async def kept(db: Session) -> list[str]:
    rows = await db.scalars(select(CaseFile.key).order_by(CaseFile.key))
    return [key.removeprefix("cases/") for key in rows]


async def to_delete(db: Session) -> list[dict[str, Any]]:
    rows = await db.execute(
        text("select payload from jobs.pgqueuer where entrypoint = :job"), {"job": DELETE_JOB}
    )
    return [orjson.loads(row.payload) for row in rows]


async def test_what_no_sent_form_names_goes_after_a_day(db: Session, clock: FrozenClock) -> None:
    by = (await an_agent(db)).id
    sent, open_one = await a_task(db), await a_task(db)
    used = await a_file(db, sent, by, "used")
    also = await a_file(db, sent, by, "used-too")
    await a_file(db, sent, by, "dropped")
    await a_file(db, open_one, by, "never-sent")
    await send(db, sent, by, used, also)

    clock.advance(timedelta(hours=23))
    assert await forget_unused_files(db) == 0
    await a_file(db, open_one, by, "young")
    clock.advance(timedelta(hours=1, seconds=1))
    await forget_unused_files(db)

    assert await kept(db) == ["used", "used-too", "young"]
    (payload,) = await to_delete(db)
    assert sorted(payload["keys"]) == ["cases/dropped", "cases/never-sent"]


async def test_a_file_of_a_withdrawn_task_is_used_by_nobody(
    db: Session, clock: FrozenClock
) -> None:
    by = (await an_agent(db)).id
    task = await a_task(db)
    await a_file(db, task, by, "lost")
    task.closed_at, task.closed = clock.now(), "withdrawn"
    clock.advance(A_DAY)

    await forget_unused_files(db)

    assert await kept(db) == []


async def test_a_form_that_names_a_forgotten_file_is_refused_by_its_field(
    db: Session, clock: FrozenClock
) -> None:
    by = (await an_agent(db)).id
    task = await a_task(db)
    file = await a_file(db, task, by, "late")
    clock.advance(A_DAY)
    await forget_unused_files(db)

    with pytest.raises(Invalid) as refused:
        await send(db, task, by, file)

    assert (refused.value.field, refused.value.code) == ("form.papers", "unknown_file")


async def test_more_than_one_round_are_forgotten_and_used_ones_hold_up_none(
    db: Session, clock: FrozenClock
) -> None:
    by = (await an_agent(db)).id
    task = await a_task(db)
    used = [await a_file(db, task, by, f"used-{number}") for number in range(3)]
    for number in range(5):
        await a_file(db, task, by, f"unused-{number}")
    await send(db, task, by, *used)
    clock.advance(A_DAY)

    rounds = [await forget_unused_files(db, 2) for _ in range(4)]

    assert rounds == [2, 2, 1, 0]
    assert await kept(db) == ["used-0", "used-1", "used-2"]


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


async def test_a_file_in_a_form_that_is_being_sent_stays(
    database: Database, clock: FrozenClock
) -> None:
    async with database.transaction() as db:
        by = (await an_agent(db)).id
        task = await a_task(db)
        file = await a_file(db, task, by, "in-hand")
    clock.advance(A_DAY)

    async with database.transaction() as sending:
        await send(sending, task, by, file)
        async with database.transaction() as night:
            assert await forget_unused_files(night) == 0
    async with database.transaction() as night:
        await forget_unused_files(night)

    async with database.transaction() as db:
        assert await kept(db) == ["in-hand"]


async def test_the_nightly_job_takes_rows_and_bytes(
    database: Database, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = MemoryStorage()
    monkeypatch.setattr(jobs_files, "storage_for", lambda _settings: storage)
    async with database.transaction() as db:
        by = (await an_agent(db)).id
        task, other = await a_task(db), await a_task(db)
        used = await a_file(db, task, by, "used")
        await a_file(db, other, by, "unused")
        await send(db, task, by, used)
    for key in ("cases/used", "cases/unused"):
        await storage.put(key, b"abc", type="text/plain")
    clock.advance(A_DAY)

    assert JOBS["workflows.forget_files"].schedule == "10 19 * * *"
    await JOBS["workflows.forget_files"].run({}, database)
    async with database.transaction() as db:
        (payload,) = await to_delete(db)
    await JOBS[DELETE_JOB].run(payload, database)

    assert list(storage.kept) == ["cases/used"]
