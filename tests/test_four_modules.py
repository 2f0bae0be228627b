"""The four modules of the customer platform follow each other's facts (R180).

Identity, history, preferences and behaviour are asked by one customer id while every reader of the
worker runs, in several rounds that begin at different moments of the readers' pauses. How soon
they follow is measured by `make bench BENCH=customers`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

import pytest
from sqlalchemy import func, select

from kefu.conversations.model import Conversation
from kefu.conversations.tests.factories import a_conversation, a_message, an_inbox
from kefu.core import reactions
from kefu.core.ceiling import Ceiling
from kefu.core.db import Database, Session
from kefu.core.events import FactRow
from kefu.core.reactions import FactCursor
from kefu.core.realtime import Local
from kefu.customers import Customer, Proof, give_consent, identify
from kefu.customers.consents import consent_in_force, has_consent, withdraw_consent
from kefu.customers.model_segments import Standing
from kefu.customers.portraits import PROFILING, correct, portrait_of
from kefu.customers.preferring import preferred_channels
from kefu.customers.talk import totals_of
from kefu.customers.tests.factories import a_customer
from kefu.customers.timeline import timeline_of
from kefu.entry.collect import load_everything
from kefu.entry.worker import readers_on
from kefu.identity import Actor
from kefu.identity.tests.factories import an_actor

ROUNDS = 5
PATIENCE = 15.0
SHARDS = 4
SAID = ["您好，请问发货了吗", "谢谢", "麻烦帮我看下订单", "好的呀", "辛苦啦～", "感谢"]

Sees = Callable[[Session], Awaitable[bool]]


@dataclass
class Platform:
    """A database whose facts are read as in a worker."""

    database: Database
    actor: Actor

    async def follow(self, **modules: Sees) -> None:
        """Wait until each module answers with what was committed just now."""
        until = time.monotonic() + PATIENCE
        waiting = dict(modules)
        while waiting:
            for name, sees in list(waiting.items()):
                async with self.database.transaction() as db:
                    if await sees(db):
                        del waiting[name]
            assert not waiting or time.monotonic() < until, f"{sorted(waiting)} did not follow"
            await asyncio.sleep(0.01)

    async def until(self, sees: Sees) -> None:
        """Wait for what a round begins with."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            async with self.database.transaction() as db:
                if await sees(db):
                    return
            await asyncio.sleep(0.02)
        raise AssertionError("what the round begins with does not come about")

    async def drift(self, turn: int) -> None:
        """Begin the next round at another moment of the readers' pauses."""
        await asyncio.sleep(0.13 * turn)

    async def settle(self) -> None:
        """Wait until every reader has read everything there is."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            async with self.database.transaction() as db:
                newest = await db.scalar(select(func.max(FactRow.id))) or 0
                behind = await db.scalar(
                    select(func.count()).select_from(FactCursor).where(FactCursor.position < newest)
                )
                cursors = await db.scalar(select(func.count()).select_from(FactCursor))
            if cursors and not behind:
                return
            await asyncio.sleep(0.05)
        raise AssertionError("the readers do not get to the end of the log")

    def tells(self, customer: UUID, *kinds: str) -> Sees:
        """Whether the history of this customer has facts of all these kinds."""

        async def sees(db: Session) -> bool:
            entries, _ = await timeline_of(db, self.actor, customer, cursor=None, limit=50)
            return set(kinds) <= {entry.kind for entry in entries}

        return sees


@pytest.fixture
async def platform(database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Platform]:
    monkeypatch.setattr(reactions, "TURNS", reactions.Turns(0.5))  # its lock is of one loop
    load_everything(without=("routes", "demo"))
    realtime = Local()
    database = Database(database_url, realtime=realtime)
    tasks = [
        asyncio.create_task(reader.run(realtime), name=reader.group)
        for reader in readers_on(database, Ceiling(database), shards=SHARDS)
    ]
    async with database.transaction() as db:
        actor = await an_actor(db, role="administrator")
    made = Platform(database, actor)
    await made.settle()
    yield made
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await database.close()


async def talks(db: Session, customer: Customer) -> Conversation:
    """The customer writes a few lines in a new conversation."""
    conversation = await a_conversation(db, inbox=await an_inbox(db), customer=customer)
    for said in SAID:
        await a_message(db, conversation, said)
    return conversation


async def agreed(db: Session) -> Customer:
    customer = await a_customer(db)
    await give_consent(db, customer, PROFILING, proof=Proof("phone", "口头"))
    return customer


def heard(customer: UUID, messages: int) -> Sees:
    """Whether behaviour counts so many messages of this customer."""

    async def sees(db: Session) -> bool:
        found = await totals_of(db, [customer])
        return customer in found and found[customer].counts["messages"] == messages

    return sees


def learned(customer: UUID, messages: int) -> Sees:
    """Whether the portrait rests on so many messages, and a channel is preferred."""

    async def sees(db: Session) -> bool:
        traits = await portrait_of(db, customer)
        rests = {one.evidence.get("messages") for one in traits if one.attribute == "style"}
        return rests == {messages} and customer in await preferred_channels(db, [customer])

    return sees


async def test_what_a_customer_writes_is_behaviour_and_preference(platform: Platform) -> None:
    for turn in range(ROUNDS):
        async with platform.database.transaction() as db:
            customer = await agreed(db)
        await platform.drift(turn)

        async with platform.database.transaction() as db:
            await talks(db, customer)

        await platform.follow(
            history=platform.tells(customer.id, "conversation.opened"),
            behaviour=heard(customer.id, len(SAID)),
            preferences=learned(customer.id, len(SAID)),
        )


async def test_two_who_prove_to_be_one_are_one_in_every_module(platform: Platform) -> None:
    for turn in range(ROUNDS):
        phone, openid = f"1380013{turn:04}", f"o-{turn}"
        async with platform.database.transaction() as db:
            stays = await identify(db, identities=[("phone", phone, True)], name="李雷")
            gone = await identify(db, identities=[("openid", openid, True)], name="李雷")
            for one in (stays, gone):
                await give_consent(db, one, PROFILING, proof=Proof("phone", "口头"))
                await talks(db, one)
        for one in (stays, gone):
            await platform.until(learned(one.id, len(SAID)))
        await platform.drift(turn)

        async with platform.database.transaction() as db:
            await identify(db, identities=[("phone", phone, True), ("openid", openid, True)])

        await platform.follow(
            identity=is_one(stays.id, gone.id),
            history=one_history(platform, stays.id, gone.id),
            behaviour=together(stays.id, gone.id, heard, 2 * len(SAID)),
            preferences=together(stays.id, gone.id, learned, 2 * len(SAID)),
        )


def is_one(*pair: UUID) -> Sees:
    async def sees(db: Session) -> bool:
        return len(await those_left(db, *pair)) == 1

    return sees


def one_history(platform: Platform, *pair: UUID) -> Sees:
    """Whether the timeline of the one who stays has both conversations."""

    async def sees(db: Session) -> bool:
        (stays, *others) = await those_left(db, *pair)
        entries, _ = await timeline_of(db, platform.actor, stays, cursor=None, limit=50)
        opened = [entry for entry in entries if entry.kind == "conversation.opened"]
        return not others and len(opened) == 2

    return sees


def together(one: UUID, other: UUID, look: Callable[[UUID, int], Sees], messages: int) -> Sees:
    """Whether what both did is found with the one who stays."""

    async def sees(db: Session) -> bool:
        (stays, *others) = await those_left(db, one, other)
        return not others and await look(stays, messages)(db)

    return sees


async def those_left(db: Session, *pair: UUID) -> list[UUID]:
    rows = await db.scalars(
        select(Customer.id).where(Customer.id.in_(pair), Customer.merged_into.is_(None))
    )
    return list(rows)


async def test_a_consent_that_ends_is_followed(platform: Platform) -> None:
    for turn in range(ROUNDS):
        async with platform.database.transaction() as db:
            customer = await agreed(db)
            await talks(db, customer)
        await platform.until(learned(customer.id, len(SAID)))
        await platform.drift(turn)

        async with platform.database.transaction() as db:
            assert await portrait_of(db, customer.id)
            consent = await consent_in_force(db, customer.id, PROFILING)
            assert consent is not None
            await withdraw_consent(db, consent, channel="phone")

        await platform.follow(
            history=platform.tells(customer.id, "consent.withdrawn"),
            behaviour=is_forgotten(customer.id),
            preferences=is_withdrawn(customer.id),
        )


def is_forgotten(customer: UUID) -> Sees:
    async def sees(db: Session) -> bool:
        return not await portrait_of(db, customer)

    return sees


def is_withdrawn(customer: UUID) -> Sees:
    async def sees(db: Session) -> bool:
        return not await has_consent(db, customer, PROFILING)

    return sees


async def test_somebody_new_has_a_segment_and_a_history(platform: Platform) -> None:
    for turn in range(ROUNDS):
        await platform.drift(turn)

        async with platform.database.transaction() as db:
            customer = await identify(db, identities=[("openid", f"new-{turn}", True)])

        await platform.follow(
            behaviour=is_in(customer.id, "new"),
            history=platform.tells(customer.id, "customer.created", "customer.segmented"),
        )


def is_in(customer: UUID, lifecycle: str) -> Sees:
    async def sees(db: Session) -> bool:
        standing = await db.get(Standing, customer)
        return standing is not None and standing.lifecycle == lifecycle

    return sees


async def test_what_an_agent_corrects_is_preferred_and_told(platform: Platform) -> None:
    for turn in range(ROUNDS):
        async with platform.database.transaction() as db:
            customer = await agreed(db)
            await talks(db, customer)
        await platform.until(learned(customer.id, len(SAID)))
        await platform.drift(turn)

        async with platform.database.transaction() as db:
            mine = await db.get_one(Customer, customer.id)
            await correct(db, mine, "channel", "email", by=platform.actor.id)

        await platform.follow(
            preferences=prefers(customer.id, "email"),
            history=platform.tells(customer.id, "portrait.corrected"),
        )


def prefers(customer: UUID, channel: str) -> Sees:
    async def sees(db: Session) -> bool:
        return (await preferred_channels(db, [customer])).get(customer) == channel

    return sees
