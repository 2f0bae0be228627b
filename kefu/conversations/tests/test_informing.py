"""Agents hear of hand-overs and mentions; whoever serves a customer may see their page."""

from __future__ import annotations

from sqlalchemy import text

from kefu.conversations import personal_data
from kefu.conversations.assignment import claim, transfer
from kefu.conversations.batch import store_in
from kefu.conversations.informing import name_customers
from kefu.conversations.reactions_informing import inform, inform_mentioned, let_in
from kefu.conversations.tests.factories import a_conversation, a_message, from_agent
from kefu.core.db import Session
from kefu.core.events import Fact
from kefu.core.ids import uuid7
from kefu.customers import customer_for, erase_customer, export_customer
from kefu.customers.tests.factories import a_customer
from kefu.identity.tests.factories import an_actor


async def facts_of(db: Session, *kinds: str) -> list[Fact]:
    rows = await db.execute(
        text(
            "select id, kind, subject, conversation, customer, actor, details, at from facts "
            "where kind = any(:kinds) order by id"
        ),
        {"kinds": list(kinds)},
    )
    return [Fact(*row) for row in rows]


async def notices(db: Session) -> list[tuple[str, str]]:
    rows = await db.execute(text("select agent_id::text, kind from notifications order by id"))
    return [(row[0], row[1]) for row in rows]


async def test_who_gets_a_conversation_is_told(db: Session) -> None:
    giver, taker = await an_actor(db, name="林晓"), await an_actor(db, name="刘洋")
    conversation = await a_conversation(db)
    await claim(db, conversation, by=giver)
    await transfer(
        db, conversation, by=giver, assignee=taker.id, team=None, summary="要换货", reason="other"
    )

    await inform(db, await facts_of(db, "conversation.transferred"))

    assert await notices(db) == [(str(taker.id), "conversation.transferred")]


async def test_who_is_mentioned_in_a_note_is_told_and_nobody_else(db: Session) -> None:
    writer, other = await an_actor(db, name="林晓"), await an_actor(db, name="刘洋")
    conversation = await a_conversation(db)
    note = from_agent(conversation, writer, "@刘洋 看一下", kind="note")
    note.content = {"mentions": [str(other.id), str(writer.id), "nobody"]}
    await store_in(db, note)

    await inform_mentioned(db, await facts_of(db, "message.noted"))

    assert await notices(db) == [(str(other.id), "message.mentioned")]


async def test_taking_a_conversation_opens_its_customers_page(db: Session) -> None:
    agent = await an_actor(db)
    conversation = await a_conversation(db)
    await claim(db, conversation, by=agent)

    await let_in(db, await facts_of(db, "conversation.assigned"))

    assert (await customer_for(db, agent, conversation.customer_id)).id == conversation.customer_id


async def test_an_export_holds_the_talks_and_an_erasure_blanks_them(db: Session) -> None:
    agent = await an_actor(db, role="administrator")
    conversation = await a_conversation(db)
    await a_message(db, conversation, "我的手机是 13800000000")
    customer = await customer_for(db, agent, conversation.customer_id)

    sections = await personal_data.export_conversations(db, customer.id)
    exported = await export_customer(db, customer, by=agent.id)
    await erase_customer(db, customer, name=customer.name, reason="asked", by=agent.id)

    assert exported["conversations"] == sections
    assert sections[0]["messages"][0]["text"] == "我的手机是 13800000000"
    texts = (await db.execute(text("select text from messages"))).scalars().all()
    await db.refresh(conversation)
    assert texts == [""]
    assert conversation.last_preview == ""


async def test_a_conversation_is_called_by_its_customer(db: Session) -> None:
    conversation = await a_conversation(db, customer=await a_customer(db, name="王小明"))

    names = await name_customers(db, [conversation.id, uuid7()], "zh-CN")

    assert names == {conversation.id: "王小明"}
