"""Uploads that nothing shows go in time, bytes too; what is sent or somebody's picture stays."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import select, text
from sqlalchemy.event import listen

from kefu.conversations import forgetting_files, jobs_files
from kefu.conversations.checking import a_content
from kefu.conversations.file_links import NAMED_WITHIN
from kefu.conversations.files import DELETE_JOB, content_of
from kefu.conversations.forgetting_files import (
    CLOCKS_DIFFER,
    KEPT_FOR,
    forget,
    forget_unsent_files,
    found_nowhere,
    found_nowhere_near,
)
from kefu.conversations.model import Kind, Message
from kefu.conversations.model_files import File
from kefu.conversations.tests.factories import a_conversation
from kefu.core.clock import FrozenClock, now
from kefu.core.db import Database, Session
from kefu.core.errors import Invalid
from kefu.core.ids import uuid7
from kefu.customers import Customer
from kefu.identity.tests.factories import an_agent

LATER = KEPT_FOR + timedelta(seconds=1)


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


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


async def test_what_was_never_sent_goes_in_time_with_its_small_picture(
    database: Database, clock: FrozenClock
) -> None:
    async with database.transaction() as db:
        talk = await a_conversation(db)
        await a_file(db, "old", conversation_id=talk.id, thumbnail_key="files/old-small")
        clock.advance(LATER)
        await a_file(db, "new", conversation_id=talk.id)

    await forget_unsent_files(database)

    async with database.transaction() as db:
        assert await kept(db) == ["new"]
        assert await to_delete(db) == ["files/old", "files/old-small"]


async def test_what_a_message_may_still_name_stays(database: Database, clock: FrozenClock) -> None:
    clock.set(datetime(2026, 3, 2, tzinfo=UTC))  # where a link begins, and so lives longest
    async with database.transaction() as db:
        given = content_of(await a_file(db, "unsent"))
    clock.advance(NAMED_WITHIN - timedelta(seconds=1))

    await forget_unsent_files(database)

    assert a_content(Kind.PICTURE, given, "")
    async with database.transaction() as db:
        assert await kept(db) == ["unsent"]


async def test_a_message_names_an_upload_for_so_long_and_no_longer(
    db: Session, clock: FrozenClock
) -> None:
    clock.set(datetime(2026, 3, 2, tzinfo=UTC))
    given = content_of(await a_file(db, "unsent"))
    clock.advance(NAMED_WITHIN)

    with pytest.raises(Invalid):
        a_content(Kind.PICTURE, given, "")


async def test_a_message_keeps_the_id_of_its_file_as_we_write_it(db: Session) -> None:
    file = await a_file(db, "sent")
    given = content_of(file)

    content = a_content(Kind.PICTURE, given | {"file": str(file.id).upper()}, "")

    assert content is not None
    assert content["file"] == str(file.id)


async def test_what_a_message_carries_stays_and_is_not_looked_at_again(
    database: Database, clock: FrozenClock
) -> None:
    async with database.transaction() as db:
        here, there, elsewhere = [await a_conversation(db) for _ in range(3)]
        sent = await a_file(db, "sent", conversation_id=here.id)
        of_customer = await a_file(db, "of_customer", customer_id=there.customer_id)
        passed_on = await a_file(db, "passed_on", conversation_id=here.id)
        await a_message_with(db, sent, here)
        await a_message_with(db, of_customer, there)
        clock.advance(timedelta(days=31))
        await a_message_with(db, passed_on, elsewhere)
        clock.advance(LATER)

    first = set(await found_nowhere_near(database, now()))
    await forget_unsent_files(database)

    assert first == {passed_on.id}
    assert await found_nowhere_near(database, now()) == {}
    async with database.transaction() as db:
        assert await kept(db) == ["of_customer", "passed_on", "sent"]
        assert await to_delete(db) == []


async def test_the_picture_of_an_agent_or_a_customer_stays(
    database: Database, clock: FrozenClock
) -> None:
    async with database.transaction() as db:
        talk = await a_conversation(db)
        files = [await a_file(db, name) for name in ("agent", "customer", "nobody")]
        own, theirs, _ = [f"/api/v1/files/{file.id}/face.png?expires=1" for file in files]
        colleague = await an_agent(db, avatar=own)
        customer = await db.get_one(Customer, talk.customer_id)
        customer.avatar = theirs
        clock.advance(LATER)

    await forget_unsent_files(database)

    assert colleague.avatar == own
    async with database.transaction() as db:
        assert await kept(db) == ["agent", "customer"]


async def test_what_comes_to_use_between_the_look_and_the_removal_stays(
    database: Database, clock: FrozenClock
) -> None:
    async with database.transaction() as db:
        talk = await a_conversation(db)
        files = [await a_file(db, name) for name in ("sent", "shown", "unsent")]
        clock.advance(LATER)
    looked = now()
    left = await found_nowhere(database, await found_nowhere_near(database, looked))
    clock.advance(timedelta(minutes=5))

    async with database.transaction() as db:
        await a_message_with(db, files[0], talk)
        await an_agent(db, avatar=f"/api/v1/files/{files[1].id}/face.png")
        await forget(db, left, looked=looked)

    assert set(left) == {file.id for file in files}
    async with database.transaction() as db:
        assert await kept(db) == ["sent", "shown"]


async def test_messages_are_passed_over_only_where_a_file_could_have_been_sent(
    database: Database, clock: FrozenClock
) -> None:
    async with database.transaction() as db:
        await a_file(db, "ancient")
        clock.advance(timedelta(days=400))
        await a_file(db, "old")
        clock.advance(timedelta(days=400))
    left = await found_nowhere_near(database, now())
    asked: list[str] = []
    listen(
        database.engine.sync_engine,
        "before_cursor_execute",
        lambda *given: asked.append(given[2]),
    )

    await found_nowhere(database, left)

    days = 2 * ((KEPT_FOR + 2 * CLOCKS_DIFFER).days + 1)
    assert len(left) == 2
    assert 0 < len([query for query in asked if "from messages" in query]) <= days


async def test_looking_takes_no_id_that_readers_of_facts_wait_for(
    database: Database, clock: FrozenClock
) -> None:
    async with database.transaction() as db:
        talk = await a_conversation(db)
        await a_file(db, "unsent", conversation_id=talk.id)
        clock.advance(LATER)
    before = await next_id(database)

    left = await found_nowhere(database, await found_nowhere_near(database, now()))

    assert len(left) == 1
    assert await next_id(database) == before


async def next_id(database: Database) -> int:
    query = text("select pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
    async with database.transaction() as db:
        found: int = (await db.scalars(query)).one()
    return found


async def test_the_nightly_job_goes_on_until_all_are_looked_at(
    database: Database, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forgetting_files, "AT_ONCE", 2)
    async with database.transaction() as db:
        for number in range(5):
            await a_file(db, f"unsent-{number}")
    clock.advance(LATER)

    await jobs_files.forget_files({}, database)

    async with database.transaction() as db:
        assert await kept(db) == []
