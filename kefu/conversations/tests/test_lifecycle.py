"""Only the legal ways lead from one status to the next; each step is told in order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from kefu.conversations import lifecycle
from kefu.conversations.lifecycle import LEGAL, check_transition
from kefu.conversations.model import Conversation, Status
from kefu.conversations.tests.factories import a_conversation, a_message, an_inbox
from kefu.core.clock import frozen, now
from kefu.core.db import Session
from kefu.core.errors import Conflict, Invalid
from kefu.core.ids import uuid7
from kefu.customers.tests.factories import a_customer

AGENT = uuid7()
START = datetime(2026, 3, 4, 2, 0, tzinfo=UTC)


@given(st.sampled_from(list(Status)), st.sampled_from(list(Status)))
def test_what_is_not_legal_is_refused(before: Status, after: Status) -> None:
    conversation = Conversation(status=before)

    if after in LEGAL[before]:
        check_transition(conversation, after)
        return
    with pytest.raises(Conflict):
        check_transition(conversation, after)


async def kinds(db: Session) -> list[tuple[str, int]]:
    rows = await db.execute(
        text(
            "select kind, (details->>'seq')::int from facts "
            "where conversation is not null order by id"
        )
    )
    return [(row[0], row[1]) for row in rows]


async def test_every_step_takes_the_next_number(db: Session) -> None:
    conversation = await a_conversation(db)
    await a_message(db, conversation)
    await lifecycle.close(db, conversation, by=AGENT, reason="solved")
    await lifecycle.reopen(db, conversation, by=AGENT)

    assert await kinds(db) == [
        ("conversation.opened", 1),
        ("message.received", 2),
        ("conversation.closed", 3),
        ("conversation.reopened", 4),
    ]


@pytest.mark.parametrize(("theirs", "counted"), [(None, "en"), ("zh-CN", "zh-CN")])
async def test_the_inbox_lends_its_language_where_the_customer_names_none(
    db: Session, theirs: str | None, counted: str
) -> None:
    inbox, customer = await an_inbox(db, locale="en"), await a_customer(db, locale=theirs)

    conversation = await a_conversation(db, inbox=inbox, customer=customer)

    assert conversation.language == counted


async def test_closing_ends_the_waiting_and_reopening_begins_it_again(db: Session) -> None:
    conversation = await a_conversation(db)

    await lifecycle.close(db, conversation, by=AGENT)
    assert (conversation.waiting_since, conversation.closed_at is None) == (None, False)
    await lifecycle.reopen(db, conversation, by=AGENT)

    assert conversation.status == Status.WAITING
    assert conversation.waiting_since is not None
    assert (conversation.closed_at, conversation.reopened) == (None, 1)


async def test_a_closed_conversation_is_not_closed_again(db: Session) -> None:
    conversation = await a_conversation(db)
    await lifecycle.close(db, conversation, by=AGENT)

    with pytest.raises(Conflict):
        await lifecycle.close(db, conversation, by=AGENT)


async def test_snoozing_needs_a_moment_within_a_year(db: Session) -> None:
    conversation = await a_conversation(db)

    with frozen(START):
        for until in (now(), now() + timedelta(days=366), datetime(2026, 3, 5)):  # noqa: DTZ001
            with pytest.raises(Invalid) as refusal:
                await lifecycle.snooze(db, conversation, until, by=AGENT)
            assert refusal.value.field == "until"
        await lifecycle.snooze(db, conversation, now() + timedelta(hours=2), by=AGENT)

    assert conversation.status == Status.SNOOZED


async def test_a_woken_conversation_waits_when_nobody_has_it(db: Session) -> None:
    conversation = await a_conversation(db)
    await lifecycle.snooze(db, conversation, now() + timedelta(hours=2), by=AGENT)

    await lifecycle.wake(db, conversation, by=None)

    assert (conversation.status, conversation.snoozed_until) == (Status.WAITING, None)
