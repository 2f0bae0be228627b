from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from kefu.conversations.drafts import save_draft
from kefu.conversations.lifecycle import close
from kefu.conversations.model import Conversation, Inbox, Message, Status
from kefu.conversations.model_tools import Draft, RetentionRun
from kefu.conversations.retention import dry_run, run_retention
from kefu.conversations.tests.factories import a_conversation, a_message, an_inbox
from kefu.core.clock import FrozenClock
from kefu.core.db import Database, Session
from kefu.core.events import FactRow
from kefu.core.ids import uuid7
from kefu.identity.tests import Visitor, counted
from kefu.identity.tests.factories import an_actor, an_entry

MONTH = timedelta(days=31)


async def a_closed(db: Session, inbox: Inbox, said: str = "我的电话是13800000000") -> Conversation:
    conversation = await a_conversation(db, inbox=inbox, summary="要退款")
    await a_message(db, conversation, said)
    await close(db, conversation, by=None)
    return conversation


async def count(db: Session, table: Any) -> int:
    return await db.scalar(select(func.count()).select_from(table)) or 0


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url, pool=4)
    yield database
    await database.close()


async def test_a_dry_run_counts_and_changes_nothing(db: Session, clock: FrozenClock) -> None:
    inbox = await an_inbox(db, retention_days=30)
    old = await a_closed(db, inbox)
    await a_message(db, await a_conversation(db, inbox=inbox), "还在谈")
    await a_closed(db, await an_inbox(db), "别的渠道")
    clock.advance(MONTH)
    await a_closed(db, inbox, "刚结束")

    found = await dry_run(db, inbox, days=None)

    assert (found["conversations"], found["messages"], found["files"]) == (1, 1, 0)
    assert [row["id"] for row in found["sample"]] == [str(old.id)]
    assert await count(db, Message) == 4


async def test_days_can_be_tried_before_they_are_set(
    db: Session, visitor: Visitor, clock: FrozenClock
) -> None:
    inbox = await an_inbox(db)
    await a_closed(db, inbox)
    clock.advance(MONTH)
    visitor.enter(await an_entry(db, role="administrator"))
    path = f"/inboxes/{inbox.id}/retention"

    nothing_said = await visitor.post(f"{path}/dry-run", {})
    tried = await visitor.post(f"{path}/dry-run", {"days": 30})
    put = await visitor.put(path, {"days": 30})
    again = await visitor.post(f"{path}/dry-run", {})

    assert (nothing_said.status_code, nothing_said.json()["field"]) == (422, "days")
    assert tried.json()["conversations"] == again.json()["conversations"] == 1
    assert put.json() == {"inbox": str(inbox.id), "days": 30}


async def test_a_run_takes_texts_and_leaves_facts(database: Database, clock: FrozenClock) -> None:
    async with database.transaction() as db:
        agent = await an_actor(db)
        inbox = await an_inbox(db, retention_days=30)
        old = await a_closed(db, inbox)
        await save_draft(db, old, "草稿", by=agent.id)
    clock.advance(MONTH)
    async with database.transaction() as db:
        await a_closed(db, inbox, "留下的")

    run = await run_retention(database, inbox.id)
    again = await run_retention(database, inbox.id)

    assert run is not None
    assert again is not None
    assert (run.conversations, run.messages, again.conversations) == (1, 1, 0)
    async with database.transaction() as db:
        assert list(await db.scalars(select(Message.text))) == ["留下的"]
        assert await count(db, Draft) == 0
        row = await db.get(Conversation, old.id)
        assert row is not None
        assert (row.status, row.summary, row.last_preview) == (Status.CLOSED, "", "")
        kinds = select(FactRow.kind).where(FactRow.subject == old.id).order_by(FactRow.id)
        assert list(await db.scalars(kinds)) == [
            "conversation.opened",
            "message.received",
            "conversation.closed",
            "conversation.erased",
        ]


async def test_many_go_in_small_batches(
    database: Database, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kefu.conversations.retention.BATCH", 2)
    async with database.transaction() as db:
        inbox = await an_inbox(db, retention_days=30)
        for _ in range(5):
            await a_closed(db, inbox)
    clock.advance(MONTH)

    run = await run_retention(database, inbox.id)

    assert run is not None
    assert (run.conversations, run.messages) == (5, 5)
    assert run.finished_at is not None


async def test_an_inbox_that_keeps_everything_is_left_alone(
    database: Database, clock: FrozenClock
) -> None:
    async with database.transaction() as db:
        inbox = await an_inbox(db)
        await a_closed(db, inbox)
    clock.advance(timedelta(days=3000))

    assert await run_retention(database, inbox.id) is None


async def test_former_runs_are_listed(db: Session, visitor: Visitor, clock: FrozenClock) -> None:
    inbox = await an_inbox(db)
    db.add(RetentionRun(inbox_id=inbox.id, retention_days=9, before=clock.now(), conversations=4))
    await db.flush()
    visitor.enter(await an_entry(db, role="administrator"))

    listed = await visitor.get(f"/inboxes/{inbox.id}/retention/runs")

    assert [run["conversations"] for run in listed.json()["items"]] == [4]


@pytest.mark.parametrize("days", [0, -1, 3651, "x", 1.5])
async def test_odd_days_are_refused(db: Session, visitor: Visitor, days: Any) -> None:
    inbox = await an_inbox(db)
    visitor.enter(await an_entry(db, role="administrator"))

    answer = await visitor.put(f"/inboxes/{inbox.id}/retention", {"days": days})

    assert (answer.status_code, answer.json()["field"]) == (422, "days")


async def test_an_agent_sets_no_retention(db: Session, visitor: Visitor) -> None:
    inbox = await an_inbox(db)
    visitor.enter(await an_entry(db))

    assert (await visitor.put(f"/inboxes/{inbox.id}/retention", {"days": 1})).status_code == 403
    visitor.enter(await an_entry(db, role="administrator"))
    assert (await visitor.put(f"/inboxes/{uuid7()}/retention", {"days": 1})).status_code == 404


async def test_a_dry_run_takes_the_same_queries_for_any_number(
    db: Session, clock: FrozenClock
) -> None:
    inbox = await an_inbox(db, retention_days=1)
    counts = []

    for more in (1, 5, 19):
        for _ in range(more):
            await a_closed(db, inbox)
        clock.advance(timedelta(days=2))
        with counted(db) as statements:
            await dry_run(db, inbox, days=None)
        counts.append(len(statements))

    assert len(set(counts)) == 1
