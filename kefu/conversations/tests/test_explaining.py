"""Why this agent, from the first time on, and why this priority."""

from __future__ import annotations

from typing import Any

import pytest

from kefu.conversations.assignment import claim
from kefu.conversations.explaining import Hand, ways_of
from kefu.conversations.forced import move_on
from kefu.conversations.lifecycle import close, prioritise
from kefu.conversations.model import Conversation
from kefu.conversations.routes_handing_over import router
from kefu.conversations.tests.factories import a_conversation, a_message, an_inbox, from_agent
from kefu.conversations.tests.test_automation import OFFERED, facts_of, keep_rule
from kefu.core.db import Session
from kefu.identity.tests.desk import desk_of
from kefu.identity.tests.factories import a_team, an_actor
from kefu.workflows.tests.factories import run_on_facts

assert OFFERED


async def hands_of(db: Session, conversation: Conversation) -> list[Hand]:
    return (await ways_of(db, conversation))[0]


async def ruled(db: Session, conversation: Conversation, action: str, **params: str) -> Any:
    rule = await keep_rule(db, "message.received", [{"action": action, "params": params}])
    await a_message(db, conversation)
    await run_on_facts(db, await facts_of(db, "message.received"))
    await db.refresh(conversation)
    return rule


async def test_the_first_team_is_that_of_the_inbox_and_who_took_it_took_it(db: Session) -> None:
    team, agent = await a_team(db, name="售后组"), await an_actor(db, name="林晓")
    conversation = await a_conversation(db, inbox=await an_inbox(db, team_id=team.id))
    await claim(db, conversation, by=agent)

    first, second = await hands_of(db, conversation)

    assert (first.how, first.team and first.team.name, first.assignee) == ("inbox", "售后组", None)
    assert (second.how, second.assignee and second.assignee.name) == ("taken", "林晓")
    assert second.by
    assert second.by.id == agent.id


async def test_who_simply_answers_took_it(db: Session) -> None:
    agent = await an_actor(db)
    conversation = await a_conversation(db)
    await move_on(db, conversation, from_agent(conversation, agent))

    [only] = await hands_of(db, conversation)

    assert (only.how, only.assignee and only.assignee.id) == ("taken", agent.id)


async def test_a_closed_talk_that_an_agent_takes_up_again_says_so(db: Session) -> None:
    agent = await an_actor(db)
    conversation = await a_conversation(db)
    await close(db, conversation, by=None)
    await move_on(db, conversation, from_agent(conversation, agent))

    assert [one.how for one in await hands_of(db, conversation)] == ["reopened"]


async def test_a_rule_that_hands_it_on_is_named_with_its_version(db: Session) -> None:
    agent, conversation = await an_actor(db), await a_conversation(db)
    rule = await ruled(db, conversation, "conversation.assign", agent=str(agent.id))

    [only] = await hands_of(db, conversation)

    assert (only.how, only.by, only.assignee and only.assignee.id) == (
        "transferred",
        None,
        agent.id,
    )
    assert only.rule
    assert (only.rule.id, only.rule.name, only.rule.version) == (rule, f"规则 {rule}", 1)


async def test_the_priority_says_who_gave_it(db: Session) -> None:
    agent, conversation = await an_actor(db, name="刘洋"), await a_conversation(db)

    untouched = (await ways_of(db, conversation))[1]
    await prioritise(db, conversation, 3, by=agent.id)
    given = (await ways_of(db, conversation))[1]

    assert (untouched.value, untouched.at, untouched.by, untouched.rule) == (1, None, None, None)
    assert (given.value, given.by and given.by.name, given.rule) == (3, "刘洋", None)
    assert given.at


async def test_the_priority_says_which_rule_gave_it(db: Session) -> None:
    conversation = await a_conversation(db)
    rule = await ruled(db, conversation, "conversation.priority", priority="2")

    found = (await ways_of(db, conversation))[1]

    assert (found.value, found.by) == (2, None)
    assert found.rule
    assert found.rule.id == rule


@pytest.mark.parametrize("role", ["agent", "auditor", "administrator"])
async def test_it_is_shown_to_whoever_sees_the_conversation(db: Session, role: str) -> None:
    conversation = await a_conversation(db)
    rule = await ruled(db, conversation, "conversation.priority", priority="2")

    async with desk_of(db, router) as desk:
        await desk.sign_in(role)
        shown = (await desk.get(f"/conversations/{conversation.id}/hand-over")).json()

    assert shown["priority"]["value"] == 2
    assert shown["priority"]["rule"] == {"id": str(rule), "name": f"规则 {rule}", "version": 1}
    assert shown["hands"] == []
