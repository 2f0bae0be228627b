from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy import select

from kefu.conversations.model import Conversation
from kefu.conversations.tests.factories import a_conversation, an_inbox
from kefu.core.db import Session
from kefu.core.errors import Refusal
from kefu.customers import Customer, Grounds, give_consent, merge, unmerge
from kefu.customers.combining import face_of
from kefu.customers.consents import Proof
from kefu.customers.labels import label_customer
from kefu.customers.model import (
    Consent,
    CustomerAccess,
    CustomerLabelled,
    CustomerNote,
    Identity,
)
from kefu.customers.model_merging import CustomerMerge, MovedRow
from kefu.customers.notes import note
from kefu.customers.tests.factories import a_customer, a_label, an_identity
from kefu.customers.timeline import facts_of
from kefu.identity.tests.factories import an_agent

PEOPLE = 4
OWNED = (Identity, CustomerNote, CustomerLabelled, Consent, CustomerAccess, Conversation)
MERGING = {"customer.merged", "customer.unmerged"}

Step = tuple[str, int, int]
STEPS = some.lists(
    some.tuples(
        some.sampled_from(("merge", "merge", "undo")),
        some.integers(0, PEOPLE - 1),
        some.integers(0, PEOPLE - 1),
    ),
    max_size=12,
)


@dataclass
class Town:
    """Some people with histories, and who is merged with whom."""

    people: list[Customer]
    head: UUID
    merges: list[CustomerMerge]

    async def step(self, db: Session, what: str, one: int, other: int) -> None:
        if what == "undo":
            if self.merges:
                await unmerge(
                    db, self.merges.pop(one % len(self.merges)), reason="mistake", by=self.head
                )
            return
        try:
            merged = await merge(
                db, self.people[one], into=self.people[other], grounds=Grounds("same_person")
            )
        except Refusal:
            return
        self.merges.append(merged)

    async def histories(self, db: Session) -> dict[UUID, Any]:
        """What each of them has, by table, and what their timeline and page say."""
        found: dict[UUID, Any] = {}
        for one in self.people:
            facts = await db.scalars(facts_of(one.id, before=None, limit=100))
            found[one.id] = {
                "page": face_of(one) | {"own": one.own, "merged_into": one.merged_into},
                "facts": [fact.id for fact in facts if fact.kind not in MERGING],
                **{table.__tablename__: await owned(db, table, one.id) for table in OWNED},
            }
        return found


async def owned(db: Session, table: Any, customer: UUID) -> list[UUID]:
    return list(
        await db.scalars(select(table.id).where(table.customer_id == customer).order_by(table.id))
    )


async def a_town(db: Session) -> Town:
    head = await an_agent(db, role="department_head")
    labels = [await a_label(db) for _ in range(3)]
    inbox = await an_inbox(db)
    people = []
    for number in range(PEOPLE):
        contact: dict[str, Any] = {"email": f"{number}@example.com"} if number % 2 else {}
        customer = await a_customer(
            db,
            served_by=head.id if number % 2 else None,
            tier=("standard", "silver", "gold")[number % 3],
            attributes={"size": number, f"only_{number}": True},
            first_seen_at=datetime(2026, 1, 1 + number, tzinfo=UTC),
            last_seen_at=datetime(2026, 3, 9, tzinfo=UTC) - timedelta(days=number),
            **contact,
        )
        await an_identity(db, customer, "openid", f"o-{number}")
        await note(db, customer, text="要开发票", by=head.id)
        chosen = [label.id for at, label in enumerate(labels) if (number >> at) % 2]
        await label_customer(db, customer, chosen, by=head.id)
        await give_consent(db, customer, "care", proof=Proof("phone", "口头"))
        await a_conversation(db, inbox=inbox, customer=customer)
        people.append(customer)
    return Town(people, head.id, [])


@given(steps=STEPS, order=some.randoms(use_true_random=False))
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_any_merges_and_unmerges_give_back_the_histories(
    db: Session, steps: list[Step], order: Any
) -> None:
    attempt = await db.begin_nested()
    try:
        town = await a_town(db)
        before = await town.histories(db)

        for step in steps:
            await town.step(db, *step)
        assert counts(await town.histories(db)) == counts(before)
        while town.merges:
            order.shuffle(town.merges)
            await town.step(db, "undo", 0, 0)

        assert await town.histories(db) == before
        assert (await db.scalars(select(MovedRow.row_id))).all() == []
    finally:
        await attempt.rollback()
        db.expunge_all()


def counts(histories: dict[UUID, Any]) -> dict[str, int]:
    """How many rows of each table they have together."""
    names = [table.__tablename__ for table in OWNED]
    return {name: sum(len(one[name]) for one in histories.values()) for name in names}


async def test_the_timeline_of_who_stays_is_everybodys_in_one_order(db: Session) -> None:
    town = await a_town(db)
    alone = [
        fact.id
        for one in town.people
        for fact in await db.scalars(facts_of(one.id, before=None, limit=100))
    ]

    for gone, into in pairwise(town.people):
        await merge(db, gone, into=into, grounds=Grounds())
    together = await db.scalars(facts_of(town.people[-1].id, before=None, limit=100))

    assert [fact.id for fact in together if fact.kind not in MERGING] == sorted(alone, reverse=True)
