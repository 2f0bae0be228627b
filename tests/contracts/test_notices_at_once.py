"""Notices while others lock several of the same rows: nobody waits in a circle."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from kefu.channels.notices import deliver_notices
from kefu.channels.tests.test_notices import WITHOUT, a_notice
from kefu.commerce import CustomerNotice
from kefu.conversations import locked_conversation
from kefu.conversations.tests.factories import a_conversation
from kefu.core.db import Database, Session
from kefu.customers import Customer, Grounds, erase_customer, merge
from kefu.customers.tests.factories import a_customer
from kefu.entry.collect import load_everything
from kefu.identity.tests.factories import an_agent

load_everything(without=("routes", "demo"))
Work = Callable[[Session], Awaitable[Any]]


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


async def while_locked(database: Database, lock: Work, more: Work, other: Work) -> None:
    """One locks a row, and another one when the other work has had time to lock what it can."""
    locked = asyncio.Event()

    async def first() -> None:
        async with database.transaction() as db:
            await lock(db)
            locked.set()
            await asyncio.sleep(0.3)
            await more(db)

    async def second() -> None:
        await locked.wait()
        async with database.transaction() as db:
            await other(db)

    await asyncio.gather(first(), second())


async def test_talks_are_locked_by_their_ids_whatever_comes_first_to_be_told(
    database: Database,
) -> None:
    async with database.transaction() as db:
        people = [await a_customer(db) for _ in range(2)]
        talks = sorted([(await a_conversation(db, customer=one)).id for one in people])
        notices = [(await a_notice(db, one)).id for one in reversed(people)]

    await while_locked(
        database,
        lambda db: locked_conversation(db, talks[0]),
        lambda db: locked_conversation(db, talks[1]),
        lambda db: deliver_notices(db, notices, chosen=WITHOUT),
    )

    async with database.transaction() as db:
        told = list(await db.scalars(select(CustomerNotice.status)))
    assert told == ["sent", "sent"]


@pytest.mark.parametrize("how", ["erased", "merged"])
async def test_notices_are_locked_by_their_ids_where_their_customer_goes(
    database: Database, how: str
) -> None:
    async with database.transaction() as db:
        gone, kept = await a_customer(db, name="李雷"), await a_customer(db, name="李雷")
        head = (await an_agent(db, role="department_head")).id
        notices = [(await a_notice(db, gone)).id for _ in range(2)]
    await write_in_the_other_order(database, notices)

    async def goes(db: Session) -> None:
        rows = await db.scalars(
            select(Customer).where(Customer.id.in_([gone.id, kept.id])).order_by(Customer.id)
        )
        found = {one.id: one for one in rows}
        if how == "erased":
            await erase_customer(db, found[gone.id], name="李雷", reason="customer_asked", by=head)
        else:
            await merge(db, found[gone.id], into=found[kept.id], grounds=Grounds(by=head))

    await while_locked(
        database,
        lambda db: db.get(CustomerNotice, notices[0], with_for_update=True),
        lambda db: db.get(CustomerNotice, notices[1], with_for_update=True),
        goes,
    )

    async with database.transaction() as db:
        whose = set(await db.scalars(select(CustomerNotice.customer_id)))
    assert whose == {gone.id if how == "erased" else kept.id}


async def write_in_the_other_order(database: Database, notices: list[UUID]) -> None:
    """An unordered statement meets the second notice first, as its row lies first."""
    for status in ("draft", "waiting"):
        async with database.transaction() as db:
            (await db.get_one(CustomerNotice, notices[0])).status = status
