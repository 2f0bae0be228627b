"""Uploads that no message carries go after a day, bytes too; one that is sent anywhere stays."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import select, text

from kefu.conversations import jobs_files
from kefu.conversations.files import DELETE_JOB
from kefu.conversations.forgetting_files import forget_unsent_files
from kefu.conversations.model import Message
from kefu.conversations.model_files import File
from kefu.conversations.tests.factories import a_conversation
from kefu.core.clock import FrozenClock, now
from kefu.core.db import Database, Session
from kefu.core.ids import uuid7
from kefu.core.jobs import JOBS

A_DAY = timedelta(days=1, seconds=1)


async def a_file(db: Session, name: str, **more: Any) -> File:
    given = {"type": "image/png", "size": 3, "sha256": "0" * 64, "key": f"files/{name}"}
    file = File(id=uuid7(), name=name, **given | more)
    db.add(file)
    await db.flush()
    return file


async def a_message_with(db: Session, file: File, conversation: Any, seq: int = 1) -> None:
    db.add(
        Message(
            id=uuid7(), conversation_id=conversation.id, seq=seq, sender_type="agent",
            kind="picture", content={"file": str(file.id), "name": file.name}, at=now(),
        )
    )  # fmt: skip
    await db.flush()


async def kept(db: Session) -> list[str]:
    query = select(File.key).where(File.erased_at.is_(None)).order_by(File.key)
    return [key.removeprefix("files/") for key in await db.scalars(query)]


async def to_delete(db: Session) -> list[str]:
    rows = await db.execute(
        text("select payload from jobs.pgqueuer where entrypoint = :job"), {"job": DELETE_JOB}
    )
    return sorted(key for row in rows for key in orjson.loads(row.payload)["keys"])


async def test_what_was_never_sent_goes_after_a_day_with_its_small_picture(
    db: Session, clock: FrozenClock
) -> None:
    talk = await a_conversation(db)
    await a_file(db, "old", conversation_id=talk.id, thumbnail_key="files/old-small")
    clock.advance(A_DAY)
    await a_file(db, "new", conversation_id=talk.id)

    looked = await forget_unsent_files(db)

    assert looked == 1
    assert await kept(db) == ["new"]
    assert await to_delete(db) == ["files/old", "files/old-small"]


async def test_what_a_message_carries_stays_and_is_not_looked_at_again(
    db: Session, clock: FrozenClock
) -> None:
    here, there, elsewhere = [await a_conversation(db) for _ in range(3)]
    sent = await a_file(db, "sent", conversation_id=here.id)
    of_customer = await a_file(db, "of_customer", customer_id=there.customer_id)
    passed_on = await a_file(db, "passed_on", conversation_id=here.id)
    await a_message_with(db, sent, here)
    await a_message_with(db, of_customer, there)
    await a_message_with(db, passed_on, elsewhere)
    clock.advance(A_DAY)

    first, second = await forget_unsent_files(db), await forget_unsent_files(db)

    assert (first, second) == (3, 0)
    assert await kept(db) == ["of_customer", "passed_on", "sent"]
    assert await to_delete(db) == []


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


async def test_the_nightly_job_goes_on_until_all_are_looked_at(
    database: Database, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs_files, "AT_ONCE", 2)
    async with database.transaction() as db:
        for number in range(5):
            await a_file(db, f"unsent-{number}")
    clock.advance(A_DAY)

    await JOBS["conversations.forget_files"].run({}, database)

    async with database.transaction() as db:
        assert await kept(db) == []
