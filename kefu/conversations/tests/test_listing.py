"""Lists show what one may see, page by page, in a fixed number of queries."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from kefu.conversations.listing import Filters, conversations_for, counts_for, keep_sorted
from kefu.conversations.tests.factories import a_conversation, an_inbox
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Invalid
from kefu.identity.tests import counted
from kefu.identity.tests.factories import a_team, an_actor, an_agent


async def test_pages_follow_each_other_without_gap_or_repeat(db: Session) -> None:
    boss = await an_actor(db, role="administrator")
    inbox = await an_inbox(db)
    made = [await a_conversation(db, inbox=inbox) for _ in range(7)]
    for number, conversation in enumerate(made):
        conversation.activity_at = now() + timedelta(minutes=number // 2)
    await db.flush()

    seen: list[str] = []
    cursor = None
    for _ in range(4):
        filters = Filters(view="all", inbox=inbox.id)
        rows, cursor = await conversations_for(db, boss, filters, cursor=cursor, limit=2)
        seen += [row["id"] for row in rows]

    assert cursor is None
    assert len(seen) == len(set(seen)) == 7


async def test_a_page_takes_the_same_number_of_queries_for_any_number_of_rows(
    db: Session,
) -> None:
    boss = await an_actor(db, role="administrator")
    inbox = await an_inbox(db)
    for _ in range(30):
        await a_conversation(db, inbox=inbox, assignee_id=boss.id)
    found = []
    for limit in (1, 10, 25):
        filters = Filters(view="all", inbox=inbox.id)
        with counted(db) as queries:
            await conversations_for(db, boss, filters, cursor=None, limit=limit)
        found.append(len(queries))

    assert len(set(found)) == 1


async def test_scopes_see_their_own_their_teams_and_what_waits_there(db: Session) -> None:
    team, other = await a_team(db), await a_team(db)
    agent = await an_actor(db, teams=(team,), name="林晓")
    colleague = await an_agent(db, name="刘洋")
    mine = await a_conversation(db, assignee_id=agent.id, status="active")
    waiting = await a_conversation(db, team_id=team.id)
    await a_conversation(db, team_id=team.id, assignee_id=colleague.id, status="active")
    await a_conversation(db, team_id=other.id)

    rows, _ = await conversations_for(db, agent, Filters(view="all"), cursor=None, limit=50)

    assert {row["id"] for row in rows} == {str(mine.id), str(waiting.id)}
    assert (await counts_for(db, agent))["mine"] == 1


async def test_the_sort_key_follows_the_messages_but_at_most_every_two_seconds(
    db: Session,
) -> None:
    conversation = await a_conversation(db)
    for seconds, moved in ((1, False), (5, True)):
        before = conversation.activity_at
        await db.execute(
            text("update conversations set last_message_at = :at where id = :id"),
            {"at": before + timedelta(seconds=seconds), "id": conversation.id},
        )
        await keep_sorted(db, [conversation.id], {})
        await db.refresh(conversation)
        assert (conversation.activity_at > before) is moved


@pytest.mark.parametrize("cursor", ["x", "W10", "WyIyMDI2IiwiYSJd", "é"])
async def test_a_cursor_of_another_list_is_refused(db: Session, cursor: str) -> None:
    boss = await an_actor(db, role="administrator")

    with pytest.raises(Invalid) as refusal:
        await conversations_for(db, boss, Filters(view="all"), cursor=cursor, limit=5)

    assert refusal.value.field == "cursor"
