"""Pictures of inspections and disputes that were never sent go after a day; all others stay."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest
from sqlalchemy import select, text

from kefu.commerce import jobs_returns
from kefu.commerce.model_returns import ReturnCase, ReturnPhoto
from kefu.commerce.returns.disputing import dispute
from kefu.commerce.returns.forgetting_photos import forget_unused_photos
from kefu.commerce.returns.inspecting import Found, inspect
from kefu.commerce.returns.photos import DELETE_JOB, Kept, add_photo
from kefu.commerce.tests.factories_returns import GOOD, a_checklist, a_policy, a_received_case
from kefu.core.db import Database, Session
from kefu.core.files import MemoryStorage
from kefu.core.jobs import JOBS
from kefu.identity.tests import clock
from kefu.identity.tests.factories import an_agent

__all__ = ["clock"]

A_DAY = timedelta(days=1, seconds=1)


async def a_photo(db: Session, case: ReturnCase, purpose: str, key: str) -> ReturnPhoto:
    kept = Kept(f"{key}.png", "image/png", 3, f"returns/{key}")
    return await add_photo(db, case.id, kept, purpose=purpose, by=None)


async def inspected(db: Session, case: ReturnCase, *photos: UUID) -> None:
    checklist = await a_checklist(db)
    found = Found(
        checklist=checklist.id,
        answers=GOOD,
        determination="misuse",
        accepted=False,
        photos=list(photos),
    )
    await inspect(db, case, found, by=(await an_agent(db, role="quality_inspector")).id)


async def kept(db: Session) -> list[str]:
    rows = await db.scalars(select(ReturnPhoto.key).order_by(ReturnPhoto.key))
    return [key.removeprefix("returns/") for key in rows]


async def to_delete(db: Session) -> list[dict[str, Any]]:
    rows = await db.execute(
        text("select payload from jobs.pgqueuer where entrypoint = :job"), {"job": DELETE_JOB}
    )
    return [orjson.loads(row.payload) for row in rows]


async def test_what_no_sent_form_names_goes_after_a_day(db: Session, clock: Any) -> None:
    await a_policy(db)
    case = await a_received_case(db)
    await a_photo(db, case, "application", "applied")
    used = await a_photo(db, case, "inspection", "inspected")
    await a_photo(db, case, "inspection", "tried-before")
    evidence = await a_photo(db, case, "dispute", "evidence")
    await a_photo(db, case, "dispute", "never-sent")
    await inspected(db, case, used.id)
    await dispute(db, case, text="不认可", photos=[evidence.id], complaint=False, by=None)

    clock.advance(timedelta(hours=23))
    assert await forget_unused_photos(db) == 0
    await a_photo(db, case, "inspection", "young")
    clock.advance(timedelta(hours=1, seconds=1))
    await forget_unused_photos(db)

    assert await kept(db) == ["applied", "evidence", "inspected", "young"]
    (payload,) = await to_delete(db)
    assert sorted(payload["keys"]) == ["returns/never-sent", "returns/tried-before"]


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


async def test_a_picture_in_a_form_that_is_being_sent_stays(database: Database, clock: Any) -> None:
    async with database.transaction() as db:
        await a_policy(db)
        case = await a_received_case(db)
        photo = await a_photo(db, case, "inspection", "in-hand")
    clock.advance(A_DAY)

    async with database.transaction() as sending:
        mine = await sending.get_one(ReturnCase, case.id, with_for_update={"key_share": True})
        await inspected(sending, mine, photo.id)
        async with database.transaction() as night:
            assert await forget_unused_photos(night) == 0
    async with database.transaction() as night:
        await forget_unused_photos(night)

    async with database.transaction() as db:
        assert await kept(db) == ["in-hand"]


async def test_the_nightly_job_takes_rows_and_bytes(
    database: Database, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = MemoryStorage()
    monkeypatch.setattr(jobs_returns, "storage_for", lambda _settings: storage)
    async with database.transaction() as db:
        await a_policy(db)
        case = await a_received_case(db)
        await a_photo(db, case, "application", "used")
        await a_photo(db, case, "dispute", "unused")
    for key in ("returns/used", "returns/unused"):
        await storage.put(key, b"abc", type="image/png")
    clock.advance(A_DAY)

    assert JOBS["returns.forget_photos"].schedule == "10 19 * * *"
    await JOBS["returns.forget_photos"].run({}, database)
    async with database.transaction() as db:
        (payload,) = await to_delete(db)
    await JOBS[DELETE_JOB].run(payload, database)

    assert list(storage.kept) == ["returns/used"]
