"""Who is blocked: which conversations shut with their customer, and which open again."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from kefu.conversations import reopen
from kefu.conversations.blocking import block, unblock
from kefu.conversations.lifecycle import close
from kefu.conversations.model import Conversation
from kefu.conversations.tests.factories import a_conversation
from kefu.core.db import Session
from kefu.core.errors import Conflict
from kefu.core.events import FactRow
from kefu.core.ids import uuid7
from kefu.customers import Customer, block_customer, unblock_customer
from kefu.customers.tests.factories import a_customer
from kefu.identity.tests import Visitor
from kefu.identity.tests.factories import an_entry

BY = uuid7()


async def told(db: Session, conversation: Conversation) -> list[bool]:
    """What the facts say of its being blocked, oldest first."""
    rows = await db.scalars(
        select(FactRow)
        .where(FactRow.subject == conversation.id, FactRow.kind == "conversation.blocked")
        .order_by(FactRow.id)
    )
    return [fact.details["blocked"] for fact in rows]


async def test_open_conversations_shut_with_their_customer_and_open_again(db: Session) -> None:
    customer = await a_customer(db)
    talks = [await a_conversation(db, customer=customer) for _ in range(2)]
    strangers = await a_conversation(db)

    await block_customer(db, customer, by=BY)
    during = [talk.blocked for talk in [*talks, strangers]]
    await unblock_customer(db, customer, by=BY)

    assert during == [True, True, False]
    assert [talk.blocked for talk in talks] == [False, False]
    assert [await told(db, talk) for talk in talks] == [[True, False]] * 2
    assert await told(db, strangers) == []


async def test_a_conversation_that_was_blocked_itself_stays_so(db: Session) -> None:
    customer = await a_customer(db)
    before, meanwhile = [await a_conversation(db, customer=customer) for _ in range(2)]
    await block(db, before, by=BY)

    await block_customer(db, customer, by=BY)
    await block(db, meanwhile, by=BY)
    await unblock_customer(db, customer, by=BY)

    assert (before.blocked, meanwhile.blocked) == (True, True)
    await unblock(db, before, by=BY)
    assert await told(db, before) == [True, False]


async def test_one_conversation_does_not_let_a_blocked_customer_in(db: Session) -> None:
    customer = await a_customer(db)
    shut, blocked = [await a_conversation(db, customer=customer) for _ in range(2)]
    await block(db, blocked, by=BY)
    await block_customer(db, customer, by=BY)

    with pytest.raises(Conflict) as refused:
        await unblock(db, shut, by=BY)
    await unblock(db, blocked, by=BY)

    assert refused.value.code == "customer_blocked"
    assert (shut.blocked, blocked.blocked, blocked.blocked_here) == (True, True, False)
    await unblock_customer(db, customer, by=BY)
    assert (shut.blocked, blocked.blocked) == (False, False)


async def test_a_closed_conversation_is_shut_when_it_is_reopened(db: Session) -> None:
    customer = await a_customer(db)
    talk = await a_conversation(db, customer=customer)
    await close(db, talk, by=None)

    await block_customer(db, customer, by=BY)
    closed = (talk.blocked, await told(db, talk))
    await reopen(db, talk, by=BY)

    assert (closed, talk.blocked) == ((False, []), True)


async def test_one_that_was_closed_meanwhile_opens_with_the_others(db: Session) -> None:
    customer = await a_customer(db)
    talk = await a_conversation(db, customer=customer)
    await block_customer(db, customer, by=BY)
    await close(db, talk, by=None)

    await unblock_customer(db, customer, by=BY)

    assert (talk.blocked, await told(db, talk)) == (False, [True, False])


async def test_what_colleagues_begin_with_a_blocked_customer_is_shut(db: Session) -> None:
    customer = await a_customer(db)
    await block_customer(db, customer, by=BY)

    talk = await a_conversation(db, customer=customer)

    assert (talk.blocked, talk.blocked_here) == (True, False)


async def test_the_row_says_whose_block_it_is(db: Session, visitor: Visitor) -> None:
    visitor.enter(await an_entry(db, role="administrator"))
    talk = await a_conversation(db)

    here = (await visitor.put(f"/conversations/{talk.id}/block")).json()
    opened = (await visitor.delete(f"/conversations/{talk.id}/block")).json()
    await block_customer(db, await db.get_one(Customer, talk.customer_id), by=BY)
    theirs = (await visitor.get(f"/conversations/{talk.id}")).json()["conversation"]
    refused = await visitor.delete(f"/conversations/{talk.id}/block")

    rows = [(row["blocked"], row["blocked_here"]) for row in (here, opened, theirs)]
    assert rows == [(True, True), (False, False), (True, False)]
    assert (refused.status_code, refused.json()["code"]) == (409, "customer_blocked")
