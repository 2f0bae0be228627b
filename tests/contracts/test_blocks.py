from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from kefu.conversations.model import Conversation
from kefu.conversations.tests.factories import a_conversation, an_inbox
from kefu.core.db import Session
from kefu.core.errors import Refusal
from kefu.customers import Customer, Grounds, block_customer, merge, unblock_customer, unmerge
from kefu.customers.model_merging import CustomerMerge
from kefu.customers.tests.factories import a_customer
from kefu.entry.collect import load_everything
from kefu.identity.tests.factories import an_agent

load_everything(without=("routes", "demo"))
PEOPLE = 4
WHO = some.integers(0, PEOPLE - 1)
WHAT = some.sampled_from(("merge", "merge", "undo", "block", "block", "let in"))
STEPS = some.lists(some.tuples(WHAT, WHO, WHO), max_size=14)


@dataclass
class Memory:
    """Who is blocked, as it would be told: of one's own, and by whom one stands for."""

    own: set[int] = field(default_factory=set)
    stands_for: dict[int, set[int]] = field(default_factory=dict)
    let_in: set[tuple[int, int]] = field(default_factory=set)

    def is_blocked(self, one: int) -> bool:
        theirs = self.stands_for.get(one, set())
        return one in self.own or any(
            self.is_blocked(other) for other in theirs if (one, other) not in self.let_in
        )

    def stays(self, one: int) -> int:
        for kept, gone in self.stands_for.items():
            if one in gone:
                return self.stays(kept)
        return one


@dataclass
class Town:
    people: list[Customer]
    talks: list[Conversation]
    head: UUID
    told: Memory = field(default_factory=Memory)
    merges: list[tuple[CustomerMerge, int, int]] = field(default_factory=list)

    async def step(self, db: Session, what: str, one: int, other: int) -> None:
        stays = self.told.stays(one)
        if what == "merge":
            await self.merge(db, one, other)
        elif what == "undo":
            await self.undo(db, one)
        elif what == "block":
            if not self.told.is_blocked(stays):
                self.told.own.add(stays)
            await block_customer(db, self.people[stays], by=self.head)
        else:
            theirs = self.told.stands_for.get(stays, set())
            if self.told.is_blocked(stays):
                self.told.let_in |= {(stays, gone) for gone in theirs}
                self.told.own.discard(stays)
            await unblock_customer(db, self.people[stays], by=self.head)

    async def merge(self, db: Session, gone: int, kept: int) -> None:
        try:
            merged = await merge(
                db, self.people[gone], into=self.people[kept], grounds=Grounds("same_person")
            )
        except Refusal:
            return
        self.told.stands_for.setdefault(kept, set()).add(gone)
        self.merges.append((merged, kept, gone))

    async def undo(self, db: Session, which: int) -> None:
        if not self.merges:
            return
        merged, kept, gone = self.merges.pop(which % len(self.merges))
        await unmerge(db, merged, reason="mistake", by=self.head)
        self.told.stands_for[kept].discard(gone)
        self.told.let_in.discard((kept, gone))

    def blocked(self) -> list[bool]:
        return [self.people[self.told.stays(at)].blocked_at is not None for at in range(PEOPLE)]

    def as_told(self) -> list[bool]:
        return [self.told.is_blocked(self.told.stays(at)) for at in range(PEOPLE)]


@given(steps=STEPS, order=some.randoms(use_true_random=False))
@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_whoever_is_blocked_is_so_by_their_own_history(
    db: Session, steps: list[tuple[str, int, int]], order: Any
) -> None:
    attempt = await db.begin_nested()
    try:
        inbox, head = await an_inbox(db), await an_agent(db, role="department_head")
        people = [await a_customer(db) for _ in range(PEOPLE)]
        talks = [await a_conversation(db, inbox=inbox, customer=one) for one in people]
        town = Town(people, talks, head.id)

        for step in steps:
            await town.step(db, *step)
            assert town.blocked() == town.as_told()
            assert [talk.blocked for talk in talks] == town.as_told()
        while town.merges:
            order.shuffle(town.merges)
            await town.undo(db, 0)

        assert town.blocked() == town.as_told()
        assert [talk.blocked for talk in talks] == town.as_told()
    finally:
        await attempt.rollback()
        db.expunge_all()
