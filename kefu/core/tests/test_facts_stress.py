"""Readers of the facts log under many writers: complete, and in order for each subject."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

import pytest
from sqlalchemy import text

from kefu.core.db import Database, Session
from kefu.core.events import Event, Fact, record
from kefu.core.fact_tail import FactTail
from kefu.core.ids import uuid7
from kefu.core.reactions import GROUPS, Reader, Run, prepare, reacts_to

WRITERS, SUBJECTS, EACH = 10, 16, 120
# Nothing but a fact: its number is taken first, then it sleeps, then the row is written.
DAWDLING = text(
    "insert into facts (kind, subject, details, at) values ('test.counted', :subject, "
    "jsonb_build_object('number', 1, 'slept', pg_sleep(0.6)::text), clock_timestamp())"
)


@dataclass(frozen=True, kw_only=True)
class Counted(Event):
    kind: ClassVar[str] = "test.counted"
    number: int


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url, pool=WRITERS + 6)
    async with database.transaction() as db:
        await db.execute(text("create table counters (id uuid primary key, n int not null)"))
        await db.execute(
            text("create table effects (fact bigint primary key, subject uuid, n int)")
        )
    yield database
    await database.close()


@pytest.fixture
def reaction() -> Iterator[None]:
    @reacts_to(Counted, group="stress")
    async def note(db: Session, facts: list[Fact]) -> None:
        values = [
            {"fact": fact.id, "subject": fact.subject, "n": fact.details["number"]}
            for fact in facts
        ]
        await db.execute(text("insert into effects values (:fact, :subject, :n)"), values)

    yield
    GROUPS.pop("stress")


async def write(database: Database, subjects: list[UUID], seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(EACH):
        async with database.transaction() as db:
            if chance.random() < 0.5:
                await db.execute(text("select pg_current_xact_id()"))
            if chance.random() < 0.3:
                await asyncio.sleep(chance.random() * 0.005)
            subject = chance.choice(subjects)
            number = (
                await db.execute(
                    text("update counters set n = n + 1 where id = :id returning n"),
                    {"id": subject},
                )
            ).scalar_one()
            if chance.random() < 0.2:
                await asyncio.sleep(chance.random() * 0.003)
            await record(db, Counted(subject=subject, number=number))
            if chance.random() < 0.1:
                await db.rollback()
                db.info.clear()


async def test_two_readers_see_every_fact_once_and_in_order(
    database: Database, reaction: None
) -> None:
    subjects = [uuid7() for _ in range(SUBJECTS)]
    async with database.transaction() as db:
        await db.execute(
            text("insert into counters values (:id, 0)"), [{"id": subject} for subject in subjects]
        )
    await prepare(database, "stress", 8)
    readers = [asyncio.create_task(Reader(database, "stress").run()) for _ in range(2)]

    await asyncio.gather(*(write(database, subjects, seed) for seed in range(WRITERS)))
    await until_read(database, "stress")
    for reader in readers:
        reader.cancel()

    async with database.transaction() as db:
        facts = (
            await db.execute(text("select id, subject, details->>'number' from facts order by id"))
        ).all()
        effects = (
            await db.execute(text("select fact, subject, n from effects order by fact"))
        ).all()
    assert [fact[0] for fact in facts] == [effect[0] for effect in effects]
    for subject in subjects:
        numbers = [effect.n for effect in effects if effect.subject == subject]
        assert numbers == list(range(1, len(numbers) + 1))


async def until_read(database: Database, group: str) -> None:
    for _ in range(400):
        async with database.transaction() as db:
            left = (
                await db.execute(
                    text(
                        "select count(*) from facts where id > (select min(position) "
                        "from fact_cursors where group_name = :group)"
                    ),
                    {"group": group},
                )
            ).scalar_one()
        if not left:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"{left} facts were never read")


async def test_groups_that_share_a_tail_each_see_every_fact(database: Database) -> None:
    seen: dict[str, list[int]] = {"one": [], "two": [], "late": []}
    tail = FactTail(database)

    def noting(name: str) -> Run:
        async def note(_: Session, facts: list[Fact]) -> None:
            seen[name].extend(fact.id for fact in facts)

        return note

    for name in seen:
        reacts_to(Counted, group=name)(noting(name))
        await prepare(database, name, 8)
    readers = {name: Reader(database, name, tail=tail) for name in seen}
    for number in range(30):
        async with database.transaction() as db:
            await record(db, Counted(subject=uuid7(), number=number))
        await asyncio.sleep(0.011)
        await readers["one"].step()
        if number % 7 == 0:
            await readers["two"].step()
    for name in ("one", "two", "late"):
        while await readers[name].step():
            pass
        GROUPS.pop(name)

    assert len(seen["one"]) == 30
    assert seen["one"] == seen["two"] == seen["late"]


async def test_a_fact_that_took_its_number_and_dawdles_is_not_passed_over(
    database: Database,
) -> None:
    seen: list[int] = []

    async def note(_: Session, facts: list[Fact]) -> None:
        seen.extend(fact.details["number"] for fact in facts)

    reacts_to(Counted, group="dawdling")(note)
    await prepare(database, "dawdling", 8)
    reader = Reader(database, "dawdling")

    async def tell(number: int) -> None:
        async with database.transaction() as db:
            await record(db, Counted(subject=uuid7(), number=number))

    async def dawdle() -> None:
        async with database.transaction() as db:
            await db.execute(DAWDLING, {"subject": uuid7()})

    await tell(0)  # of 32 numbers only the first gives its transaction an id by itself
    dawdling = asyncio.create_task(dawdle())
    await asyncio.sleep(0.2)
    await tell(2)
    for _ in range(5):
        await reader.step()
        await asyncio.sleep(0.02)
    await dawdling
    await asyncio.sleep(0.05)
    for _ in range(3):
        await reader.step()
    GROUPS.pop("dawdling")

    assert seen == [0, 1, 2]


async def test_a_fact_that_fails_stops_its_own_subject_only(database: Database) -> None:
    bad, good = uuid7(), uuid7()
    seen: list[tuple[UUID, int]] = []

    @reacts_to(Counted, group="fails")
    async def fail(_: Session, facts: list[Fact]) -> None:
        for fact in facts:
            if fact.subject == bad and fact.details["number"] == 1:
                raise ValueError("cannot")
        seen.extend((fact.subject, fact.details["number"]) for fact in facts)

    async with database.transaction() as db:
        for number in (1, 2):
            await record(db, Counted(subject=bad, number=number))
            await record(db, Counted(subject=good, number=number))
    await prepare(database, "fails", 8)

    await Reader(database, "fails").step()
    GROUPS.pop("fails")

    assert [number for subject, number in seen if subject == good] == [1, 2]
    async with database.transaction() as db:
        aside = (await db.execute(text("select subject, error from facts_aside"))).all()
    assert [row.subject for row in aside] == [bad, bad]
    assert "cannot" in aside[0].error
    assert "behind" in aside[1].error


async def test_nothing_is_told_of_a_change_that_was_rolled_back(database: Database) -> None:
    with pytest.raises(RuntimeError):
        await record_and_fail(database)

    async with database.transaction() as db:
        assert (await db.execute(text("select count(*) from facts"))).scalar_one() == 0


async def record_and_fail(database: Database) -> None:
    async with database.transaction() as db:
        await record(db, Counted(subject=uuid7(), number=1))
        raise RuntimeError("no")
