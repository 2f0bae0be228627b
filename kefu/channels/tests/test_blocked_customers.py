"""A blocked customer: no way of the widget and no channel takes a word from them."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from kefu.channels.tests.conftest import Guest, House
from kefu.channels.tests.test_signed_api import post
from kefu.channels.visitors import Visitor, opened_conversation
from kefu.conversations import Conversation, Message, close, locked_conversation, reopen
from kefu.core.db import Session
from kefu.core.ids import uuid7
from kefu.customers import Customer, block_customer, customer_with, unblock_customer

BY = uuid7()


async def whose(db: Session, opened: dict[str, Any]) -> Customer:
    talk = await db.get_one(Conversation, UUID(opened["id"]))
    query = select(Customer).where(Customer.id == talk.customer_id)
    return (await db.scalars(query.with_for_update(key_share=True))).one()


async def block_who_opened(house: House, opened: dict[str, Any]) -> None:
    async with house.database.transaction() as db:
        await block_customer(db, await whose(db, opened), by=BY)


async def said_in(house: House, opened: dict[str, Any]) -> list[str]:
    async with house.database.transaction() as db:
        query = select(Message.text).where(Message.conversation_id == UUID(opened["id"]))
        return list(await db.scalars(query.order_by(Message.seq)))


def ways(opened: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Every way in which a visitor can say something."""
    message, talk = {"id": str(uuid7()), "text": "又来了"}, opened["id"]
    return {
        "/messages": message | {"conversation": talk},
        "/conversations": {"first_message": message},
        "/offline-form": {"contact": "a@b.example", "text": "又来了"},
        "/rating": {"conversation": talk, "score": 1, "comment": "又来了"},
        "/human": {"conversation": talk},
    }


@pytest.mark.parametrize("way", ways({"id": ""}))
@pytest.mark.parametrize("is_closed", [False, True])
async def test_no_way_of_the_widget_takes_a_word(guest: Guest, way: str, is_closed: bool) -> None:
    opened = await guest.open("骂人的话")
    async with guest.house.database.transaction() as db:
        if is_closed:
            await close(db, await db.get_one(Conversation, UUID(opened["id"])), by=None)
    await block_who_opened(guest.house, opened)

    answer = await guest.post(way, ways(opened)[way])

    assert (answer.status_code, answer.json()["code"]) == (403, "blocked")
    assert await said_in(guest.house, opened) == ["骂人的话"]
    async with guest.house.database.transaction() as db:
        talk = await db.get_one(Conversation, UUID(opened["id"]))
        assert talk.is_open() != is_closed


@pytest.mark.parametrize("is_closed", [False, True])
async def test_a_score_without_a_word_does_not_count_either(guest: Guest, is_closed: bool) -> None:
    opened = await guest.open("在吗")
    async with guest.house.database.transaction() as db:
        if is_closed:
            await close(db, await db.get_one(Conversation, UUID(opened["id"])), by=None)
    await block_who_opened(guest.house, opened)

    answer = await guest.post("/rating", {"conversation": opened["id"], "score": 1})

    assert (answer.status_code, answer.json()["code"]) == (403, "blocked")
    async with guest.house.database.transaction() as db:
        talk = await db.get_one(Conversation, UUID(opened["id"]))
        assert talk.rating_score is None


async def test_what_an_agent_reopened_takes_no_word(guest: Guest) -> None:
    opened = await guest.open("骂人的话")
    async with guest.house.database.transaction() as db:
        await close(db, await db.get_one(Conversation, UUID(opened["id"])), by=None)
    await block_who_opened(guest.house, opened)
    async with guest.house.database.transaction() as db:
        await reopen(db, await db.get_one(Conversation, UUID(opened["id"])), by=BY)

    answer = await guest.post("/messages", ways(opened)["/messages"])

    assert (answer.status_code, answer.json()["code"]) == (403, "blocked")


async def test_a_message_that_was_taken_is_acknowledged_again(guest: Guest) -> None:
    opened = await guest.open()
    message = {"id": str(uuid7()), "text": "在吗", "conversation": opened["id"]}
    await guest.post("/messages", message)
    async with guest.house.database.transaction() as db:
        await close(db, await db.get_one(Conversation, UUID(opened["id"])), by=None)
    await block_who_opened(guest.house, opened)

    answer = await guest.post("/messages", message)

    assert (answer.status_code, answer.json()["duplicate"]) == (201, True)


async def test_who_is_let_in_writes_on_where_they_were_and_anew(guest: Guest) -> None:
    opened = await guest.open("骂人的话")
    await block_who_opened(guest.house, opened)
    async with guest.house.database.transaction() as db:
        await close(db, await db.get_one(Conversation, UUID(opened["id"])), by=None)
        await unblock_customer(db, await whose(db, opened), by=BY)

    anew = await guest.open("对不起")
    answer = await guest.post("/messages", ways(opened)["/messages"])

    assert (anew["id"] != opened["id"], answer.status_code) == (True, 201)


async def test_a_signed_message_of_a_blocked_customer_is_named_and_left_out(house: House) -> None:
    inbox = await house.inbox(channel="api")
    body = {"messages": [{"id": "m-1", "sender": {"id": "wx-1"}, "text": "骂人的话"}]}
    taken = (await post(house, inbox, body)).json()["messages"][0]
    await block_who_opened(house, {"id": taken["conversation"]})

    body["messages"][0]["id"] = "m-2"
    answer = (await post(house, inbox, body)).json()

    assert (answer["messages"], answer["blocked"]) == ([], ["m-2"])


async def test_what_is_begun_at_the_moment_of_blocking_is_shut(guest: Guest) -> None:
    house, opening = guest.house, asyncio.Event()
    told = await guest.come_in()

    async def block() -> None:
        await opening.wait()
        async with house.database.transaction() as db:
            query = select(Customer).where(Customer.id == UUID(told["visitor"]["id"]))
            locked = await db.scalars(query.with_for_update(key_share=True))
            await block_customer(db, locked.one(), by=BY)

    async def begin() -> None:
        async with house.database.transaction() as db:
            customer = await customer_with(db, UUID(told["visitor"]["id"]))
            assert customer is not None
            await opened_conversation(db, Visitor(customer, guest.inbox))
            opening.set()
            await asyncio.sleep(0.2)

    await asyncio.gather(block(), begin())

    async with house.database.transaction() as db:
        theirs = Conversation.customer_id == UUID(told["visitor"]["id"])
        assert list(await db.scalars(select(Conversation.blocked).where(theirs))) == [True]


async def test_what_is_reopened_at_the_moment_of_blocking_is_shut(guest: Guest) -> None:
    house, reopening = guest.house, asyncio.Event()
    opened = await guest.open("骂人的话")
    async with house.database.transaction() as db:
        await close(db, await db.get_one(Conversation, UUID(opened["id"])), by=None)

    async def block() -> None:
        await reopening.wait()
        await block_who_opened(house, opened)

    async def take_up() -> None:
        async with house.database.transaction() as db:
            await reopen(db, await locked_conversation(db, UUID(opened["id"])), by=BY)
            reopening.set()
            await asyncio.sleep(0.2)

    await asyncio.gather(block(), take_up())

    async with house.database.transaction() as db:
        talk = await db.get_one(Conversation, UUID(opened["id"]))
        assert (talk.is_open(), talk.blocked) == (True, True)
