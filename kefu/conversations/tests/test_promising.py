"""Conversations keep their promises: clocks start and stop by what is said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from kefu.conversations.batch import store_in
from kefu.conversations.lifecycle import close
from kefu.conversations.reactions import follow
from kefu.conversations.tests.factories import a_conversation, a_message, from_agent
from kefu.core.clock import frozen
from kefu.core.db import Session
from kefu.core.events import Fact
from kefu.identity.tests.factories import an_actor

START = datetime(2026, 3, 4, 2, 0, tzinfo=UTC)  # a Wednesday, 10:00 in Shanghai


async def facts_of(db: Session) -> list[Fact]:
    rows = await db.execute(
        text(
            "select id, kind, subject, conversation, customer, actor, details, at from facts "
            "where kind like 'message.%' or kind in ('conversation.closed') order by id"
        )
    )
    return [Fact(*row) for row in rows]


async def running(db: Session) -> dict[str, datetime]:
    rows = await db.execute(text("select kind, due_at from clocks where stopped_at is null"))
    return {row.kind: row.due_at for row in rows}


async def test_the_first_question_starts_the_first_reply_clock(db: Session) -> None:
    with frozen(START):
        conversation = await a_conversation(db)
        await a_message(db, conversation)

        await follow(db, await facts_of(db))

    assert "first_reply" in await running(db)
    await db.refresh(conversation)
    assert conversation.next_due_kind == "first_reply"
    assert conversation.next_due_at == (await running(db))["first_reply"]


async def test_an_answer_stops_it_and_the_next_question_starts_another(db: Session) -> None:
    with frozen(START) as clock:
        agent = await an_actor(db)
        conversation = await a_conversation(db, status="active", assignee_id=agent.id)
        await a_message(db, conversation)
        clock.advance(timedelta(seconds=20))
        await store_in(db, from_agent(conversation, agent))
        clock.advance(timedelta(seconds=20))
        await a_message(db, conversation, "那什么时候到?")

        await follow(db, await facts_of(db))

    kinds = await running(db)
    assert "first_reply" not in kinds
    assert "next_reply" in kinds


async def test_closing_stops_every_clock(db: Session) -> None:
    with frozen(START):
        conversation = await a_conversation(db)
        await a_message(db, conversation)
        await close(db, conversation, by=None)

        await follow(db, await facts_of(db))

    assert await running(db) == {}
