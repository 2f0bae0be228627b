from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from sqlalchemy import func, select

from kefu.core.db import Database
from kefu.core.errors import Conflict, NotFound, TooMany, Unauthenticated
from kefu.identity.actor import actor_for_agent
from kefu.identity.agents import let_go
from kefu.identity.model import Agent, Lockout, Role
from kefu.identity.sessions import Origin
from kefu.identity.setting_up import first_administrator_link, set_up
from kefu.identity.signing_in import sign_in
from kefu.identity.tests.factories import PASSWORD, an_agent


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A database where transactions really commit, as many at once as it takes."""
    database = Database(database_url, pool=12)
    yield database
    await database.close()


async def administrators(database: Database) -> int:
    async with database.transaction() as db:
        query = select(func.count()).select_from(Agent).join(Role, Role.id == Agent.role_id)
        query = query.where(Role.key == "administrator", Agent.status == "active")
        return await db.scalar(query) or 0


async def test_one_link_makes_one_administrator_however_often_it_is_used_at_once(
    database: Database,
) -> None:
    async with database.transaction() as db:
        secret = (await first_administrator_link(db)).url.rsplit("/", 1)[1]

    async def use(number: int) -> None:
        async with database.transaction() as db:
            email = f"wang{number}@example.com"
            await set_up(
                db, secret, name="王芳", email=email, password="long enough 1", origin=Origin()
            )

    outcomes = await asyncio.gather(*(use(number) for number in range(4)), return_exceptions=True)

    assert [type(outcome) for outcome in outcomes].count(NotFound) == 3
    assert await administrators(database) == 1


async def test_two_administrators_cannot_remove_each_other(database: Database) -> None:
    async with database.transaction() as db:
        pair = [(await an_agent(db, role="administrator")).id for _ in range(2)]
    both_signed_in = asyncio.Barrier(2)

    async def remove(agent_id: UUID, by: UUID) -> None:
        async with database.transaction() as db:
            actor = await actor_for_agent(db, by)
            assert actor is not None
            await both_signed_in.wait()
            agent = await db.get_one(Agent, agent_id, with_for_update=True)
            await let_go(db, agent, by=actor)

    outcomes = await asyncio.gather(
        remove(pair[0], pair[1]), remove(pair[1], pair[0]), return_exceptions=True
    )

    assert await administrators(database) == 1
    assert {type(outcome) for outcome in outcomes} == {type(None), Conflict}


async def test_guesses_sent_at_once_are_not_all_tried(database: Database) -> None:
    async with database.transaction() as db:
        await an_agent(db, email="lin@example.com", password=PASSWORD)

    async def guess() -> object:
        async with database.transaction() as db:
            return await sign_in(
                db, email="lin@example.com", password="a guess", code=None, origin=Origin()
            )

    outcomes = await asyncio.gather(*(guess() for _ in range(10)))

    tried = sum(isinstance(outcome, Unauthenticated) for outcome in outcomes)
    async with database.transaction() as db:
        counted = await db.scalar(select(Lockout.failures))
    assert all(isinstance(outcome, Unauthenticated | TooMany) for outcome in outcomes)
    assert 1 <= tried <= 5
    assert counted == tried


async def test_an_e_mail_taken_at_the_same_moment_is_a_refusal(database: Database) -> None:
    async def add() -> None:
        async with database.transaction() as db:
            secret = (await first_administrator_link(db)).url.rsplit("/", 1)[1]
            await set_up(
                *(db, secret),
                name="王芳",
                email="wang@example.com",
                password="long enough 1",
                origin=Origin(),
            )

    outcomes = await asyncio.gather(add(), add(), return_exceptions=True)

    assert [type(outcome) for outcome in outcomes].count(Conflict) == 1
