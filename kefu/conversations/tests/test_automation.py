from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson
import pytest
from sqlalchemy import func, select, text

from kefu.conversations import automation, automation_actions
from kefu.conversations.canned_replies import found_by
from kefu.conversations.labels import labels_on
from kefu.conversations.lifecycle import close
from kefu.conversations.model import Conversation, Label, Message
from kefu.conversations.model_tools import CannedReply
from kefu.conversations.rating import rate
from kefu.conversations.tests.factories import a_conversation, a_message
from kefu.core.automation import ACTIONS, About, Hit, Outcome
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Invalid
from kefu.core.events import Fact
from kefu.core.ids import uuid7
from kefu.identity.tests.factories import a_team, an_agent
from kefu.identity.tests.visiting import counted
from kefu.workflows.tests.factories import run_on_facts

OFFERED = (automation, automation_actions)


def a_hit(conversation: Conversation) -> Hit:
    return Hit(uuid7(), uuid7(), "催促提醒", "conversation", conversation.id, About())


async def take(db: Session, action: str, conversation: Conversation, **params: Any) -> Outcome:
    """Carry out one action; the conversation is read again afterwards."""
    hit = a_hit(conversation)
    found = ACTIONS[action]
    if found.check is not None:
        await found.check(db, params)
    outcome = (await found.run(db, [hit], params) or {})[hit.run]
    await db.refresh(conversation)
    return outcome


async def facts_of(db: Session, *kinds: str) -> list[Fact]:
    rows = await db.execute(
        text(
            "select id, kind, subject, conversation, customer, actor, details, at "
            "from facts where kind = any(:kinds) order by id"
        ),
        {"kinds": list(kinds)},
    )
    return [Fact(*row) for row in rows]


async def keep_rule(db: Session, trigger: str, actions: list[Any], **more: Any) -> UUID:
    """A rule as the table keeps it; its verbs are tested where they are."""
    rule = uuid7()
    await db.execute(
        text(
            "insert into automation_rules (id, name, note, position, active, subject_kind, "
            "trigger, conditions, actions, again_after_seconds, hourly_limit, version, "
            "since, created_at, updated_at) "
            "select :id, :name, '', 1, true, 'conversation', :trigger, "
            "cast(:conditions as jsonb), cast(:actions as jsonb), 0, 1000, 1, now(), now(), now()"
        ),
        {
            "id": rule,
            "name": f"规则 {rule}",
            "trigger": trigger,
            "conditions": as_json(more.get("conditions", {"all": []})),
            "actions": as_json(actions),
        },
    )
    return rule


def as_json(value: Any) -> str:
    return orjson.dumps(value).decode()


async def a_label(db: Session) -> Label:
    label = Label(name=f"标签 {uuid7()}", colour="#2f6fed")
    db.add(label)
    await db.flush()
    return label


async def test_a_low_rating_raises_the_priority_and_puts_a_label(db: Session) -> None:
    label = await a_label(db)
    conversation = await a_conversation(db)
    low = {"all": [{"field": "fact.score", "operator": "at_most", "value": 2}]}
    await keep_rule(
        db,
        "conversation.rated",
        [
            {"action": "conversation.priority", "params": {"priority": "3"}},
            {"action": "conversation.label", "params": {"label": str(label.id)}},
        ],
        conditions=low,
    )
    await close(db, conversation, by=None)
    await rate(db, conversation, score=1, comment="", by=conversation.customer_id)

    await run_on_facts(db, await facts_of(db, "conversation.rated"))
    await db.refresh(conversation)

    assert conversation.priority == 3
    assert await labels_on(db, conversation.id) == {label.id}
    caused = await db.scalar(
        text("select count(*) from facts where cause is not null and actor is null")
    )
    assert caused == 2


async def test_words_in_the_last_message_are_looked_for(db: Session) -> None:
    label = await a_label(db)
    asks = {"all": [{"field": "last_message", "operator": "contains", "value": "退款"}]}
    await keep_rule(
        db,
        "message.received",
        [{"action": "conversation.label", "params": {"label": str(label.id)}}],
        conditions=asks,
    )
    refund, other = await a_conversation(db), await a_conversation(db)
    await a_message(db, refund, "我要退款")
    await a_message(db, other, "什么时候发货")

    await run_on_facts(db, await facts_of(db, "message.received"))

    assert await labels_on(db, refund.id) == {label.id}
    assert await labels_on(db, other.id) == set()


async def test_a_message_that_a_rule_sends_carries_the_rule(db: Session) -> None:
    conversation = await a_conversation(db)
    rule = await keep_rule(
        db,
        "message.received",
        [{"action": "conversation.send", "params": {"text": "您好，我们已收到您的消息。"}}],
    )
    await a_message(db, conversation)

    await run_on_facts(db, await facts_of(db, "message.received"))

    rows = await db.execute(text("select cause from facts where kind = 'message.sent'"))
    assert rows.scalars().all() == [{"rule": str(rule), "version": 1, "chain": [str(rule)]}]
    sent = await db.scalar(select(Message).where(Message.sender_type == "bot"))
    assert sent is not None
    assert sent.text == "您好，我们已收到您的消息。"


async def test_it_is_handed_to_a_team_with_a_note_of_the_rule(db: Session) -> None:
    team = await a_team(db)
    conversation = await a_conversation(db)

    done = await take(db, "conversation.assign", conversation, team=str(team.id))
    again = await take(db, "conversation.assign", conversation, team=str(team.id))

    assert (done.result, again.code) == ("done", "already_there")
    assert (conversation.team_id, conversation.assignee_id) == (team.id, None)
    assert conversation.summary == "催促提醒"
    note = await db.scalar(select(Message).where(Message.kind == "note"))
    assert note is not None
    assert (note.sender_type, note.sender_id) == ("system", None)


async def test_it_is_given_to_an_agent_who_is_there(db: Session) -> None:
    agent = await an_agent(db)
    conversation = await a_conversation(db)

    await take(db, "conversation.assign", conversation, agent=str(agent.id))

    assert conversation.assignee_id == agent.id
    assert conversation.status == "active"
    with pytest.raises(Invalid, match="Choose"):
        await take(db, "conversation.assign", conversation)
    with pytest.raises(Invalid, match="no such colleague"):
        await take(db, "conversation.assign", conversation, agent=str(uuid7()))


async def test_labels_come_off_notes_are_left_and_it_is_set_aside(db: Session) -> None:
    label = await a_label(db)
    conversation = await a_conversation(db)
    await take(db, "conversation.label", conversation, label=str(label.id))
    await take(db, "conversation.unlabel", conversation, label=str(label.id))
    await take(db, "conversation.note", conversation, text="系统提醒：请先核对地址")
    await take(db, "conversation.snooze", conversation, minutes=30)

    assert await labels_on(db, conversation.id) == set()
    assert conversation.status == "snoozed"
    assert (await take(db, "conversation.send", conversation, text="在吗")).code == "snoozed"
    with pytest.raises(Invalid) as refused:
        await take(db, "conversation.label", conversation, label=str(uuid7()))
    assert refused.value.field == "label"


async def test_a_closed_conversation_is_left_alone(db: Session) -> None:
    conversation = await a_conversation(db)
    team = await a_team(db)

    assert (await take(db, "conversation.close", conversation)).result == "done"
    assert conversation.close_reason == "automation"
    assert (await take(db, "conversation.close", conversation)).code == "closed"
    assert (await take(db, "conversation.send", conversation, text="在吗")).code == "closed"
    goal = await take(db, "conversation.assign", conversation, team=str(team.id))
    assert goal.code == "closed"


async def test_a_canned_reply_goes_out_only_when_everything_is_filled_in(db: Session) -> None:
    agent = await an_agent(db)
    conversation = await a_conversation(db)
    whole = a_reply(agent.id, "{{customer.name}}，您好")
    lacking = a_reply(agent.id, "订单 {{order.number}} 已发出")
    own = a_reply(agent.id, "你好", agent_id=agent.id)
    db.add_all([whole, lacking, own])
    await db.flush()

    sent = await take(db, "conversation.canned_reply", conversation, canned_reply=str(whole.id))
    kept = await take(db, "conversation.canned_reply", conversation, canned_reply=str(lacking.id))

    assert (sent.result, kept.code) == ("done", "missing_variable")
    assert await db.scalar(select(func.count()).select_from(Message)) == 1
    with pytest.raises(Invalid, match="for everybody"):
        await take(db, "conversation.canned_reply", conversation, canned_reply=str(own.id))


def a_reply(by: UUID, words: str, **more: Any) -> CannedReply:
    shortcut = uuid7().hex
    return CannedReply(
        shortcut=shortcut,
        title="问候",
        text=words,
        found_by=found_by(shortcut, "问候"),
        created_by=by,
        uses=0,
        **more,
    )


async def test_clocks_of_other_things_are_passed_over(db: Session) -> None:
    other = Fact(1, "promise.broken", uuid7(), None, None, None, {"subject_kind": "task"}, now())

    assert automation.conversation_of(other) is None


async def test_about_many_conversations_is_one_query(db: Session) -> None:
    conversations = [await a_conversation(db) for _ in range(3)]
    with counted(db) as statements:
        abouts = await automation.about_conversations(db, {one.id for one in conversations})

    assert len(statements) == 1
    assert {about.conversation for about in abouts.values()} == {one.id for one in conversations}
