from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import select

from kefu.conversations.drafts import draft_of, erase_drafts, save_draft
from kefu.conversations.firing import fire_all_due
from kefu.conversations.lifecycle import close, snooze
from kefu.conversations.model import Conversation, Message, Status
from kefu.conversations.model_tools import ScheduledMessage
from kefu.conversations.reactions_scheduled import cancel_scheduled
from kefu.conversations.scheduled import (
    cancel,
    erase_scheduled,
    fire_next_scheduled,
    schedule,
    scheduled_in,
)
from kefu.conversations.tests.factories import a_conversation
from kefu.conversations.waking import wake_next
from kefu.core.clock import FrozenClock, now
from kefu.core.db import Database, Session, pushes_of
from kefu.core.errors import Conflict, Invalid
from kefu.core.events import Fact
from kefu.core.ids import uuid7
from kefu.identity import Actor
from kefu.identity.tests import Visitor, counted, kinds_recorded
from kefu.identity.tests.factories import an_actor, an_entry
from kefu.notifications import Notification

HOUR = timedelta(hours=1)


async def a_scheduled(
    db: Session, conversation: Conversation, by: Actor, text: str = "明天给您回复。"
) -> ScheduledMessage:
    return await schedule(db, conversation, text=text, due_at=now() + HOUR, by=by)


async def texts_in(db: Session, conversation: Conversation) -> list[str]:
    query = select(Message.text).where(Message.conversation_id == conversation.id)
    return list(await db.scalars(query.order_by(Message.seq)))


async def with_agent(db: Session, **more: Any) -> tuple[Conversation, Actor]:
    agent = await an_actor(db)
    values: dict[str, Any] = {"assignee_id": agent.id, "status": Status.ACTIVE}
    return await a_conversation(db, **values | more), agent


async def test_it_goes_out_at_its_moment_and_not_before(db: Session, clock: FrozenClock) -> None:
    conversation, agent = await with_agent(db)
    await a_scheduled(db, conversation, agent)

    early = await fire_next_scheduled(db)
    clock.advance(HOUR)
    fired = await fire_next_scheduled(db)
    again = await fire_next_scheduled(db)

    assert (early, fired, again) == (False, True, False)
    assert await texts_in(db, conversation) == ["明天给您回复。"]


async def test_it_is_sent_as_its_writer(db: Session, clock: FrozenClock) -> None:
    conversation, agent = await with_agent(db)
    scheduled = await a_scheduled(db, conversation, agent)
    clock.advance(HOUR)

    await fire_next_scheduled(db)

    message = (await db.scalars(select(Message))).one()
    assert (message.sender_type, message.sender_id) == ("agent", agent.id)
    assert (scheduled.status, scheduled.message_id) == ("sent", message.id)


async def test_a_snoozed_conversation_is_taken_up_by_it(db: Session, clock: FrozenClock) -> None:
    conversation, agent = await with_agent(db)
    await snooze(db, conversation, now() + 2 * HOUR, by=agent.id)
    await a_scheduled(db, conversation, agent)
    clock.advance(HOUR)

    await fire_next_scheduled(db)

    assert conversation.status == Status.ACTIVE


async def test_closing_cancels_what_waits(db: Session, clock: FrozenClock) -> None:
    conversation, agent = await with_agent(db)
    scheduled = await a_scheduled(db, conversation, agent)
    await close(db, conversation, by=agent.id)
    closed = Fact(
        1, "conversation.closed", conversation.id, conversation.id, None, None, {}, clock.now()
    )

    await cancel_scheduled(db, [closed])

    assert (scheduled.status, scheduled.reason) == ("cancelled", "closed")


async def test_its_writer_is_told_when_it_does_not_go_out(db: Session, clock: FrozenClock) -> None:
    conversation, agent = await with_agent(db)
    await a_scheduled(db, conversation, agent)
    taken_back = await a_scheduled(db, conversation, agent)
    await cancel(db, taken_back, by=agent)
    await close(db, conversation, by=agent.id)
    clock.advance(HOUR)

    await fire_next_scheduled(db)

    told = (await db.scalars(select(Notification))).all()
    assert [(one.agent_id, one.kind, one.params, one.count) for one in told] == [
        (agent.id, "scheduled_message.unsent", {"reason": "closed"}, 1)
    ]


async def test_what_is_due_in_a_closed_conversation_is_cancelled(
    db: Session, clock: FrozenClock
) -> None:
    conversation, agent = await with_agent(db)
    scheduled = await a_scheduled(db, conversation, agent)
    await close(db, conversation, by=agent.id)
    clock.advance(HOUR)

    await fire_next_scheduled(db)

    assert (scheduled.status, await texts_in(db, conversation)) == ("cancelled", [])


async def test_it_fails_when_its_writer_no_longer_has_the_conversation(
    db: Session, clock: FrozenClock
) -> None:
    conversation, agent = await with_agent(db)
    scheduled = await a_scheduled(db, conversation, agent)
    conversation.assignee_id = (await an_actor(db)).id
    await db.flush()
    clock.advance(HOUR)

    await fire_next_scheduled(db)

    assert (scheduled.status, scheduled.reason) == ("failed", "not_found")


async def test_events_tell_what_a_fresh_list_shows(db: Session, clock: FrozenClock) -> None:
    conversation, agent = await with_agent(db)
    kept = await a_scheduled(db, conversation, agent, "留下")
    await a_scheduled(db, conversation, agent, "发出")
    kept.due_at = now() + 5 * HOUR
    await db.flush()
    clock.advance(HOUR)

    await fire_next_scheduled(db)

    waiting = {}
    for push in pushes_of(db):
        frame = orjson.loads(push.text)
        if frame.get("kind", "").startswith("scheduled_message."):
            waiting[frame["subject"]] = frame["data"]
    shown = [row["id"] for row in waiting.values() if row["status"] == "pending"]
    assert shown == [row["id"] for row in await scheduled_in(db, conversation.id)]


@pytest.mark.parametrize("after", [timedelta(0), timedelta(days=366), -HOUR])
async def test_a_moment_out_of_reach_is_refused(
    db: Session, clock: FrozenClock, after: timedelta
) -> None:
    conversation, agent = await with_agent(db)

    with pytest.raises(Invalid) as refused:
        await schedule(db, conversation, text="x", due_at=now() + after, by=agent)

    assert refused.value.field == "due_at"


async def test_nothing_is_scheduled_in_a_closed_conversation(
    db: Session, clock: FrozenClock
) -> None:
    conversation, agent = await with_agent(db, status=Status.CLOSED)

    with pytest.raises(Conflict):
        await a_scheduled(db, conversation, agent)


async def test_over_http_one_schedules_lists_and_cancels(
    db: Session, visitor: Visitor, clock: FrozenClock
) -> None:
    entry = await an_entry(db)
    conversation = await a_conversation(db, assignee_id=entry.agent.id)
    visitor.enter(entry)
    path = f"/conversations/{conversation.id}/scheduled-messages"

    made = await visitor.post(path, {"text": "好的", "due_at": (now() + HOUR).isoformat()})
    listed = await visitor.get(path)
    cancelled = await visitor.delete(f"{path}/{made.json()['id']}")
    again = await visitor.delete(f"{path}/{made.json()['id']}")

    assert listed.json()["items"] == [made.json()]
    assert (cancelled.status_code, again.status_code) == (204, 409)
    assert (await visitor.get(path)).json()["items"] == []


async def test_a_colleague_does_not_cancel_it(
    db: Session, visitor: Visitor, clock: FrozenClock
) -> None:
    entry = await an_entry(db)
    conversation = await a_conversation(db, assignee_id=entry.agent.id)
    scheduled = await a_scheduled(db, conversation, await an_actor(db, role="administrator"))
    visitor.enter(entry)

    answer = await visitor.delete(
        f"/conversations/{conversation.id}/scheduled-messages/{scheduled.id}"
    )

    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"text": "", "due_at": "2026-03-03T00:00:00Z"}, "text"),
        ({"text": "x", "due_at": "2026-03-03T00:00:00"}, "due_at"),
        ({"text": "x"}, "due_at"),
        ({"text": "a\x00b", "due_at": "2026-03-03T00:00:00Z"}, "text"),
    ],
)
async def test_a_bad_order_is_refused_by_its_field(
    db: Session, visitor: Visitor, clock: FrozenClock, body: dict[str, Any], field: str
) -> None:
    entry = await an_entry(db)
    conversation = await a_conversation(db, assignee_id=entry.agent.id)
    visitor.enter(entry)

    answer = await visitor.post(f"/conversations/{conversation.id}/scheduled-messages", body)

    assert (answer.status_code, answer.json()["field"]) == (422, field)


async def test_what_waits_is_listed_in_the_same_queries_for_any_number(
    db: Session, clock: FrozenClock
) -> None:
    conversation, agent = await with_agent(db)
    counts = []

    for number in (1, 9, 10):
        for _ in range(number):
            await a_scheduled(db, conversation, agent)
        with counted(db) as statements:
            await scheduled_in(db, conversation.id)
        counts.append(len(statements))

    assert len(set(counts)) == 1


async def test_a_snoozed_conversation_wakes_when_its_time_is_over(
    db: Session, clock: FrozenClock
) -> None:
    conversation, agent = await with_agent(db)
    await snooze(db, conversation, now() + HOUR, by=agent.id)

    early = await wake_next(db)
    clock.advance(HOUR)

    assert (early, await wake_next(db), await wake_next(db)) == (False, True, False)
    assert conversation.status == Status.ACTIVE
    assert (await kinds_recorded(db))[-1] == "conversation.woken"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url, pool=8)
    yield database
    await database.close()


async def test_two_scanners_have_each_effect_once(database: Database, clock: FrozenClock) -> None:
    async with database.transaction() as db:
        for _ in range(6):
            conversation, agent = await with_agent(db)
            await a_scheduled(db, conversation, agent)
    clock.advance(HOUR)

    fired = await asyncio.gather(*(fire_all_due(database) for _ in range(3)))

    async with database.transaction() as db:
        assert sum(fired) == 6
        assert len((await db.scalars(select(Message))).all()) == 6


async def test_a_draft_is_kept_for_its_writer_alone(db: Session, visitor: Visitor) -> None:
    entry = await an_entry(db, role="administrator")
    conversation = await a_conversation(db)
    visitor.enter(entry)
    path = f"/conversations/{conversation.id}/draft"
    await visitor.put(path, {"text": "您好,"})

    mine = (await visitor.get(path)).json()
    visitor.enter(await an_entry(db, role="administrator"))
    theirs = (await visitor.get(path)).json()

    assert (mine["text"], theirs["text"]) == ("您好,", "")


async def test_an_empty_draft_is_dropped_and_other_windows_hear_of_it(
    db: Session, visitor: Visitor
) -> None:
    entry = await an_entry(db, role="administrator")
    conversation = await a_conversation(db)
    visitor.enter(entry)
    path = f"/conversations/{conversation.id}/draft"
    await visitor.put(path, {"text": "您好,"})

    await visitor.put(path, {"text": "  "})

    last = pushes_of(db)[-1]
    assert (await visitor.get(path)).json()["text"] == ""
    assert (last.topics, last.frame["data"]["text"]) == ([f"agent:{entry.agent.id}"], "")


async def test_a_draft_in_an_invisible_conversation_is_not_found(
    db: Session, visitor: Visitor
) -> None:
    visitor.enter(await an_entry(db))

    answer = await visitor.put(f"/conversations/{uuid7()}/draft", {"text": "x"})

    assert answer.status_code == 404


async def test_an_erased_customer_leaves_no_draft_and_nothing_to_send(
    db: Session, clock: FrozenClock
) -> None:
    conversation, agent = await with_agent(db)
    scheduled = await a_scheduled(db, conversation, agent, "王小明先生您好")
    await save_draft(db, conversation, "王小明", by=agent.id)

    await erase_scheduled(db, conversation.customer_id)
    await erase_drafts(db, conversation.customer_id)
    await db.refresh(scheduled)

    assert (scheduled.status, scheduled.text) == ("cancelled", "")
    assert await draft_of(db, conversation.id, by=agent.id) == ""
