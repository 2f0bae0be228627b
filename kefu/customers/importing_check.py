"""Checking an import: what it would do, row by row, while nothing is written."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, cast, func, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY

from kefu.core.db import Session
from kefu.core.errors import Refusal
from kefu.core.problem_words import params_of
from kefu.core.sheets import Row
from kefu.customers.claims import ONE_PER_PERSON, Claim
from kefu.customers.importing_rows import Person, Reading
from kefu.customers.model import Identity

AT_ONCE = 500
NUMBERS_AT_ONCE = 2_000
OUTCOMES = ("new", "updated", "merged", "refused")
FIRST = 20

Key = tuple[str, UUID | None, str]


@dataclass
class Outcome:
    """How many rows came to what, and the first that were refused."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(OUTCOMES, 0))
    refused: list[dict[str, Any]] = field(default_factory=list)

    def refuse(self, row: Row, refusal: Refusal) -> None:
        self.counts["refused"] += 1
        if len(self.refused) < FIRST:
            self.refused.append(
                {
                    "line": row.line,
                    "field": refusal.field,
                    "problem": refusal.title,
                    "code": refusal.code,
                    "params": params_of(refusal),
                }
            )


@dataclass
class Foresight:
    """Whom the rows would meet: customers that are there, and those of earlier rows."""

    scope: UUID | None
    proven: bool
    holders: dict[Key, object] = field(default_factory=dict)
    numbers: dict[object, set[Key]] = field(default_factory=dict)
    outcome: Outcome = field(default_factory=Outcome)

    async def look(self, db: Session, reading: Reading, rows: Iterable[Row]) -> None:
        """Judge these rows by one query."""
        persons = []
        for row in rows:
            try:
                persons.append(reading.person(row.cells))
            except Refusal as refusal:
                self.outcome.refuse(row, refusal)
        claims = [person.claims(self.scope, proven=self.proven) for person in persons]
        fresh = {claim.key for one in claims for claim in one} - self.holders.keys()
        met = await holders_of(db, fresh)
        self.holders |= met
        for key, holder in (await numbers_of(db, set(met.values()))).items():
            self.numbers.setdefault(holder, set()).add(key)
        for person, theirs in zip(persons, claims, strict=True):
            self._judge(person, theirs)

    def _judge(self, person: Person, claims: list[Claim]) -> None:
        proving = [claim for claim in claims if claim.proves]
        met = [self.holders[claim.key] for claim in proving if claim.key in self.holders]
        met = [one for one in dict.fromkeys(met) if not self._is_another(one, proving)]
        stays: object = met[0] if met else person
        for claim in proving:
            self.holders.setdefault(claim.key, stays)
            if claim.kind in ONE_PER_PERSON:
                self.numbers.setdefault(stays, set()).add(claim.key)
        name = "new" if not met else "updated" if len(met) == 1 else "merged"
        self.outcome.counts[name] += 1

    def _is_another(self, holder: object, claims: list[Claim]) -> bool:
        """Whether whom a row meets is proven to be somebody else than the row says."""
        theirs = self.numbers.get(holder, set())
        return any(
            claim.key not in theirs and any(key[:2] == claim.key[:2] for key in theirs)
            for claim in claims
            if claim.kind in ONE_PER_PERSON
        )


async def numbers_of(db: Session, customers: set[object]) -> dict[Key, object]:
    """The numbers of these customers of which a person has only one."""
    rows = await db.execute(
        select(Identity.kind, Identity.scope, Identity.value, Identity.customer_id).where(
            Identity.customer_id.in_(customers),
            Identity.kind.in_(ONE_PER_PERSON),
            Identity.verified_at.is_not(None),
        )
    )
    return {(row.kind, row.scope, row.value): row.customer_id for row in rows}


async def holders_of(db: Session, keys: Iterable[Key]) -> dict[Key, object]:
    """Who is proven to hold these identities."""
    found: dict[Key, object] = {}
    for some in chunks(sorted(keys, key=str)):
        rows = await db.execute(
            select(Identity.kind, Identity.scope, Identity.value, Identity.customer_id).where(
                is_one_of(some),
                Identity.verified_at.is_not(None),
            )
        )
        found |= {(row.kind, row.scope, row.value): row.customer_id for row in rows}
    return found


def is_one_of(keys: Collection[Key]) -> ColumnElement[bool]:
    """That an identity has one of these kinds and values: two arrays, however many they are."""
    ordered = sorted({(key[0], key[2]) for key in keys})
    words = ARRAY(Text)
    asked = (
        func.unnest(
            cast([kind for kind, _ in ordered], words), cast([value for _, value in ordered], words)
        )
        .table_valued("kind", "value")
        .render_derived()
    )
    return tuple_(Identity.kind, Identity.value).in_(select(asked.c.kind, asked.c.value))


def chunks(items: Iterable[Any]) -> Iterator[list[Any]]:
    iterator = iter(items)
    while some := list(islice(iterator, NUMBERS_AT_ONCE)):
        yield some
