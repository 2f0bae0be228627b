from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from kefu.core.clock import now
from kefu.core.db import Database
from kefu.core.errors import Conflict
from kefu.core.ids import uuid7
from kefu.customers import Customer, Grounds, Proof, TalkCount, give_consent, identify, merge
from kefu.customers.model import Identity
from kefu.customers.model_portraits import PortraitTrait
from kefu.customers.personal_data import erase_customer
from kefu.customers.portraits import forget_learned, note_talk
from kefu.customers.segmenting import resegment
from kefu.identity.tests.factories import an_agent


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


async def identified(database: Database, *identities: tuple[str, str, bool], **more: Any) -> UUID:
    async with database.transaction() as db:
        return (await identify(db, identities=identities, **more)).id


async def counted(database: Database, table: type[Customer | Identity]) -> int:
    async with database.transaction() as db:
        return await db.scalar(select(func.count()).select_from(table)) or 0


async def test_two_requests_of_a_new_visitor_make_one_customer(database: Database) -> None:
    claims = [("visitor", "v-1", False), ("external_id", "42", True), ("unionid", "u", True)]

    found = await asyncio.gather(
        *(identified(database, *claims[::step], name="李雷") for step in (1, -1) * 6)
    )

    assert len(set(found)) == 1
    assert await counted(database, Customer) == 1
    assert await counted(database, Identity) == 3


async def test_nothing_is_left_of_the_slower_of_two(database: Database) -> None:
    first, second = asyncio.Event(), asyncio.Event()

    async def slow() -> UUID:
        async with database.transaction() as db:
            customer = await identify(db, identities=[("external_id", "42", True)])
            first.set()
            await second.wait()
            return customer.id

    holding = asyncio.create_task(slow())
    await first.wait()
    waiting = asyncio.create_task(
        identified(database, ("external_id", "42", True), ("phone", "13800138000", True))
    )
    await asyncio.sleep(0.1)
    second.set()

    assert await waiting == await holding
    assert await counted(database, Customer) == 1
    assert await counted(database, Identity) == 2


async def test_an_erasure_leaves_no_identity_that_was_just_being_attached(
    database: Database,
) -> None:
    customer = await identified(database, ("external_id", "42", True), name="李雷")
    async with database.transaction() as db:
        head = (await an_agent(db, role="department_head")).id

    async def erase() -> None:
        async with database.transaction() as db:
            row = await db.get_one(Customer, customer)
            await erase_customer(db, row, name="李雷", reason="customer_request", by=head)

    attaching = (
        identified(database, ("external_id", "42", True), ("phone", f"138001380{n:02}", True))
        for n in range(5)
    )
    await asyncio.gather(*attaching, erase())

    async with database.transaction() as db:
        left = select(func.count()).where(Identity.customer_id == customer)
        assert await db.scalar(left) == 0


async def merged(database: Database, gone: UUID, into: UUID) -> str:
    try:
        async with database.transaction() as db:
            one, other = await db.get_one(Customer, gone), await db.get_one(Customer, into)
            await merge(db, one, into=other, grounds=Grounds("same_person"))
    except Conflict as refused:
        return refused.code
    return "merged"


async def test_of_two_merges_that_would_make_a_circle_one_is_refused(database: Database) -> None:
    ids = [await identified(database, ("external_id", str(number), True)) for number in range(3)]
    first, second, third = ids

    answers = await asyncio.gather(merged(database, first, second), merged(database, second, first))
    left = second if answers[0] == "merged" else first
    more = await asyncio.gather(merged(database, left, third), merged(database, third, left))

    assert sorted(answers) == sorted(more) == ["merge_cycle", "merged"]
    async with database.transaction() as db:
        found = {one.id: one.merged_into for one in await db.scalars(select(Customer))}
    (stays,) = [one for one, into in found.items() if into is None]
    assert {into for into in found.values() if into} == {stays}


async def test_who_learns_of_a_customer_and_who_looks_at_segments_take_turns(
    database: Database,
) -> None:
    async with database.transaction() as db:
        talker = await identify(db, identities=[("visitor", "talks", False)])
        other = await identify(db, identities=[("visitor", "other", False)])
        await give_consent(db, talker, "profiling", proof=Proof("web_chat", "勾选"))
        ids = talker.id, other.id
        said = TalkCount(uuid7(), ids[0], "web", now(), messages=20, characters=200, evening=20)
        await note_talk(db, [said])

    async def merged() -> None:
        async with database.transaction() as db:
            await resegment(db, [ids[1]])
            await forget_learned(db, ids)

    async with database.transaction() as db:
        await note_talk(db, [said])
        meanwhile = asyncio.create_task(merged())
        await asyncio.sleep(0.2)
        await resegment(db, [ids[0]])
    await meanwhile

    async with database.transaction() as db:
        assert await db.scalar(select(func.count()).select_from(PortraitTrait)) == 0
