"""Every message says where it comes from, to agents who may see it, and to nobody else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from kefu.conversations.assignment import transfer
from kefu.conversations.messages import shown_messages
from kefu.conversations.model import Conversation, Message
from kefu.conversations.model_tools import CannedReply
from kefu.conversations.routes_origins import router
from kefu.conversations.saying import note_event
from kefu.conversations.scheduled import fire_next_scheduled, schedule
from kefu.conversations.tests.factories import a_conversation, a_message
from kefu.conversations.tests.test_automation import OFFERED, facts_of, keep_rule
from kefu.core.clock import FrozenClock, frozen, now
from kefu.core.db import Session
from kefu.core.ids import uuid7
from kefu.identity.tests.desk import Desk, desk_of
from kefu.identity.tests.factories import an_actor
from kefu.identity.tests.visiting import counted
from kefu.workflows.tests.factories import run_on_facts

assert OFFERED
WORDS = "您好，我们已收到您的消息。"
SEND = {"action": "conversation.send", "params": {"text": WORDS}}


async def answered(db: Session, *actions: dict[str, Any]) -> tuple[Conversation, UUID, Message]:
    """What a rule wrote after a customer had written, and the rule."""
    conversation = await a_conversation(db)
    rule = await keep_rule(db, "message.received", list(actions))
    await a_message(db, conversation)
    await run_on_facts(db, await facts_of(db, "message.received"))
    return conversation, rule, await last_in(db, conversation)


async def last_in(db: Session, conversation: Conversation) -> Message:
    query = select(Message).where(Message.conversation_id == conversation.id)
    return (await db.scalars(query.order_by(Message.seq.desc()).limit(1))).one()


async def asked(desk: Desk, message: Message) -> dict[str, Any]:
    path = f"/conversations/{message.conversation_id}/messages/{message.id}/origin"
    answer = await desk.get(path)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def shown(db: Session, message: Message) -> dict[str, Any]:
    async with desk_of(db, router) as desk:
        await desk.sign_in("administrator")
        return await asked(desk, message)


async def test_the_words_of_a_rule_name_it_its_version_and_what_set_it_off(db: Session) -> None:
    _, rule, message = await answered(db, SEND)

    found = await shown(db, message)

    assert (found["kind"], found["by"]) == ("rule", None)
    assert found["rule"] == {"id": str(rule), "name": f"规则 {rule}", "version": 1}
    assert (found["set_off"]["cause"], found["set_off"]["fact_kind"]) == (
        "fact",
        "message.received",
    )


async def test_each_of_two_rules_is_named_for_its_own_words_at_one_moment(db: Session) -> None:
    conversation = await a_conversation(db)
    other = {"action": "conversation.note", "params": {"text": "已自动回复"}}
    first = await keep_rule(db, "message.received", [SEND])
    second = await keep_rule(db, "message.received", [other])
    with frozen(now() + timedelta(minutes=1)):
        await a_message(db, conversation)
        await run_on_facts(db, await facts_of(db, "message.received"))

    query = select(Message).where(Message.conversation_id == conversation.id)
    written = {message.text: await shown(db, message) for message in await db.scalars(query)}
    assert written[WORDS]["rule"]["id"] == str(first)
    assert written["已自动回复"]["rule"]["id"] == str(second)


async def test_the_version_that_acted_is_named_although_the_rule_went_on(db: Session) -> None:
    _, rule, message = await answered(db, SEND)
    await db.execute(
        text("update automation_rules set version = 4, name = '新名字' where id = :id"),
        {"id": rule},
    )

    found = await shown(db, message)

    assert found["rule"] == {"id": str(rule), "name": "新名字", "version": 1}


async def test_a_rule_that_was_removed_is_still_known_as_one(db: Session) -> None:
    _, rule, message = await answered(db, SEND)
    await db.execute(text("delete from automation_rules where id = :id"), {"id": rule})

    found = await shown(db, message)

    assert found["rule"] == {"id": str(rule), "name": None, "version": 1}
    assert found["set_off"] is None


async def test_a_canned_reply_of_a_rule_comes_from_the_rule(db: Session) -> None:
    agent = await an_actor(db)
    reply = CannedReply(
        shortcut="hi", title="问候", text=WORDS, found_by="hi", created_by=agent.id, uses=0
    )
    db.add(reply)
    await db.flush()
    step = {"action": "conversation.canned_reply", "params": {"canned_reply": str(reply.id)}}

    _, rule, message = await answered(db, step)

    assert (await shown(db, message))["rule"]["id"] == str(rule)


async def test_the_note_of_a_hand_over_by_a_rule_comes_from_the_rule(db: Session) -> None:
    agent = await an_actor(db)
    step = {"action": "conversation.assign", "params": {"agent": str(agent.id)}}

    _, rule, message = await answered(db, step)

    assert message.kind == "note"
    assert (await shown(db, message))["rule"]["id"] == str(rule)


async def test_a_scheduled_message_says_who_decided_it_and_when(
    db: Session, clock: FrozenClock
) -> None:
    agent = await an_actor(db, name="林晓")
    conversation = await a_conversation(db, assignee_id=agent.id, status="active")
    decided, due = now(), now() + timedelta(hours=1)
    await schedule(db, conversation, text="明天给您回复。", due_at=due, by=agent)
    clock.advance(timedelta(hours=1))
    await fire_next_scheduled(db)

    found = await shown(db, await last_in(db, conversation))

    assert (found["kind"], found["by"]["name"]) == ("scheduled", "林晓")
    assert found["decided_at"] == decided.isoformat().replace("+00:00", "Z")
    assert found["due_at"] == due.isoformat().replace("+00:00", "Z")


async def test_what_people_typed_says_so(db: Session) -> None:
    agent = await an_actor(db, name="刘洋")
    conversation = await a_conversation(db, assignee_id=agent.id, status="active")
    await a_message(db, conversation)
    theirs = await shown(db, await last_in(db, conversation))
    await transfer(
        db, conversation, by=agent, assignee=agent.id, team=None, summary="说明", reason="other"
    )

    ours = await shown(db, await last_in(db, conversation))

    assert (theirs["kind"], theirs["by"]) == ("customer", None)
    assert (ours["kind"], ours["by"]["name"]) == ("agent", "刘洋")


async def test_a_system_line_names_what_happened(db: Session) -> None:
    conversation = await a_conversation(db)
    await note_event(db, conversation, "human_requested")

    found = await shown(db, await last_in(db, conversation))

    assert (found["kind"], found["about"]) == ("event", {"code": "human_requested"})


async def test_it_takes_few_queries(db: Session) -> None:
    _, _, message = await answered(db, SEND)

    async with desk_of(db, router) as desk:
        await desk.sign_in("administrator")
        await asked(desk, message)
        with counted(db) as statements:
            await asked(desk, message)

    assert len(statements) <= 9


async def test_who_may_not_see_the_conversation_is_told_nothing(db: Session) -> None:
    conversation, _, message = await answered(db, SEND)
    conversation.assignee_id = (await an_actor(db)).id
    path = f"/conversations/{conversation.id}/messages/{message.id}/origin"

    async with desk_of(db, router) as desk:
        nobody = await desk.get(path)
        await desk.sign_in("agent")
        stranger = await desk.get(path)
        await desk.sign_in("auditor")
        elsewhere = await desk.get(f"/conversations/{conversation.id}/messages/{uuid7()}/origin")
        auditor = await desk.get(path)

    assert [one.status_code for one in (nobody, stranger, elsewhere, auditor)] == [
        401,
        404,
        404,
        200,
    ]


async def test_nothing_of_it_is_in_what_both_sides_are_shown(db: Session) -> None:
    conversation, rule, message = await answered(db, SEND)

    [frame] = await shown_messages(db, conversation, [message])

    assert str(rule) not in str(frame)
    assert "规则" not in str(frame)
