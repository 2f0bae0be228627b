"""The message path: stored once, in order, through its door, and never lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

import pytest
from sqlalchemy import select, text

from kefu.conversations.batch import Outgoing, Stored
from kefu.conversations.model import Conversation, Message, Status
from kefu.conversations.sending import Sending
from kefu.conversations.tests.factories import a_conversation, from_agent, from_customer
from kefu.core.db import Database
from kefu.core.errors import Conflict, Forbidden, NotFound, Refusal
from kefu.core.realtime import Local, Push
from kefu.identity import Actor
from kefu.identity.tests.factories import an_actor


@dataclass
class Path:
    database: Database
    sending: Sending
    pushes: list[Push]
    conversation: Conversation
    agent: Actor


@pytest.fixture
async def path(database_url: str) -> AsyncIterator[Path]:
    realtime = Local()
    pushes: list[Push] = []
    realtime.on_pushes(pushes.extend)
    database = Database(database_url, pool=8, realtime=realtime)
    async with database.transaction() as db:
        agent = await an_actor(db, role="agent")
        conversation = await a_conversation(db)
    sending = Sending(database, realtime)
    await sending.start()
    yield Path(database, sending, pushes, conversation, agent)
    await sending.stop()
    await database.close()


async def stored_texts(database: Database, conversation: UUID) -> list[tuple[int, str]]:
    async with database.transaction() as db:
        rows = await db.execute(
            select(Message.seq, Message.text)
            .where(Message.conversation_id == conversation)
            .order_by(Message.seq)
        )
        return [(row.seq, row.text) for row in rows]


async def test_a_message_is_durable_numbered_and_told(path: Path) -> None:
    message = from_customer(path.conversation, "订单到哪了?")

    stored = await path.sending.send(message)

    assert stored.verdict == "new"
    assert await stored_texts(path.database, path.conversation.id) == [(stored.seq, "订单到哪了?")]
    told = [push.frame for push in path.pushes if push.frame["kind"] == "message.received"]
    assert told[0]["data"]["text"] == "订单到哪了?"
    assert told[0]["seq"] == stored.seq


async def test_sending_again_creates_nothing_new(path: Path) -> None:
    message = from_customer(path.conversation)

    first = await path.sending.send(message)
    again = await path.sending.send(message)

    assert (again.verdict, again.seq) == ("known", first.seq)
    assert len(await stored_texts(path.database, path.conversation.id)) == 1


async def test_the_same_id_twice_in_one_batch_is_stored_once(path: Path) -> None:
    message = from_customer(path.conversation)

    results = await asyncio.gather(*(path.sending.send(message) for _ in range(5)))

    assert sorted(result.verdict for result in results) == ["known"] * 4 + ["new"]
    assert len(await stored_texts(path.database, path.conversation.id)) == 1


async def test_many_at_once_keep_their_order(path: Path) -> None:
    texts = [f"第{number}句" for number in range(500)]

    await asyncio.gather(*(path.sending.send(from_customer(path.conversation, t)) for t in texts))

    stored = await stored_texts(path.database, path.conversation.id)
    assert [said for _, said in stored] == texts
    numbers = [seq for seq, _ in stored]
    assert numbers == list(range(numbers[0], numbers[0] + 500))


async def test_a_stranger_cannot_write_into_a_conversation(path: Path) -> None:
    stranger = from_customer(path.conversation, sender_id=path.agent.id)

    with pytest.raises(NotFound):
        await path.sending.send(stranger)


async def test_an_agent_of_scope_own_does_not_write_into_a_colleagues_talk(path: Path) -> None:
    async with path.database.transaction() as db:
        colleague = await an_actor(db, name="刘洋")
        await db.execute(
            text("update conversations set assignee_id = :id, status = 'active'"),
            {"id": colleague.id},
        )

    with pytest.raises(NotFound):
        await path.sending.send(from_agent(path.conversation, path.agent, scope="own"))


async def test_an_agents_answer_takes_a_waiting_conversation(path: Path) -> None:
    await path.sending.send(from_agent(path.conversation, path.agent, scope="own"))

    async with path.database.transaction() as db:
        conversation = await db.get(Conversation, path.conversation.id)
    assert conversation is not None
    assert conversation.status == Status.ACTIVE
    assert conversation.assignee_id == path.agent.id
    assert conversation.first_replied_at is not None


async def test_a_customers_message_reopens_a_closed_conversation(path: Path) -> None:
    async with path.database.transaction() as db:
        await db.execute(text("update conversations set status = 'closed'"))

    await path.sending.send(from_customer(path.conversation))

    async with path.database.transaction() as db:
        conversation = await db.get(Conversation, path.conversation.id)
    assert conversation is not None
    assert (conversation.status, conversation.reopened) == (Status.WAITING, 1)


async def test_a_blocked_visitor_is_refused(path: Path) -> None:
    async with path.database.transaction() as db:
        await db.execute(text("update conversations set blocked = true"))

    with pytest.raises(Forbidden):
        await path.sending.send(from_customer(path.conversation))


async def test_somebody_elses_message_id_is_refused(path: Path) -> None:
    async with path.database.transaction() as db:
        other = await a_conversation(db)
    message = from_customer(path.conversation)
    await path.sending.send(message)

    with pytest.raises(Conflict):
        await path.sending.send(from_customer(other, id=message.id))


async def test_a_locked_conversation_does_not_hold_up_the_others(path: Path) -> None:
    async with path.database.transaction() as db:
        others = [await a_conversation(db) for _ in range(20)]
    async with path.database.transaction() as db:
        lock = select(Conversation).where(Conversation.id == path.conversation.id)
        await db.execute(lock.with_for_update())
        held = asyncio.ensure_future(path.sending.send(from_customer(path.conversation)))
        free = await asyncio.gather(*(path.sending.send(from_customer(one)) for one in others))
        assert not held.done()
        assert {result.verdict for result in free} == {"new"}

    assert (await held).verdict == "new"


async def test_one_bad_message_fails_alone(path: Path) -> None:
    bad = from_customer(path.conversation, "bad", content={"odd": "\x00"})
    good = [from_customer(path.conversation, f"{number}") for number in range(5)]
    results: list[Stored | Refusal] = []

    def done(_: Outgoing, result: Stored | Refusal) -> None:
        results.append(result)

    for message in [*good[:2], bad, *good[2:]]:
        path.sending.submit(message, done)
    while len(results) < 6:  # noqa: ASYNC110 - what is waited for is the answers themselves
        await asyncio.sleep(0.01)

    assert sum(isinstance(result, Refusal) for result in results) == 1
    assert len(await stored_texts(path.database, path.conversation.id)) == 5


async def test_sends_wait_while_the_database_is_away_and_then_go(path: Path) -> None:
    away: list[bool] = []
    path.sending.on_away = away.append
    await path.sending.send(from_customer(path.conversation, "before"))
    async with path.database.transaction() as db:
        await db.execute(
            text(
                "select pg_terminate_backend(pid) from pg_stat_activity "
                "where application_name = 'kefu-hot' and datname = current_database()"
            )
        )

    stored = await path.sending.send(from_customer(path.conversation, "after"))

    assert stored.verdict == "new"
    assert away[-2:] == [True, False]
    said = [one for _, one in await stored_texts(path.database, path.conversation.id)]
    assert said == ["before", "after"]
