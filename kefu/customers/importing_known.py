"""Acquaintances in an import: rows about one customer whom we know are taken by a few statements.

Only plain ones: every number that proves somebody belongs to this customer, and nobody else of the
batch is them. Whoever is two customers, or contradicts what we know, goes the way of single rows.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.dialects.postgresql import insert

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.events import Event, record_quietly
from kefu.core.ids import uuid7
from kefu.customers.claims import Claim, Known
from kefu.customers.events import (
    CustomerChanged,
    CustomerLabelsChanged,
    CustomerNoted,
    IdentityAttached,
)
from kefu.customers.events_addresses import AddressAdded
from kefu.customers.importing_check import is_one_of
from kefu.customers.importing_rows import Person
from kefu.customers.importing_strangers import address_of, has_no_place, identity_of
from kefu.customers.importing_taking import Terms
from kefu.customers.learning import news_of
from kefu.customers.learning import take as take_news
from kefu.customers.model import Customer, CustomerLabelled, CustomerNote, Identity
from kefu.customers.model_addresses import CustomerAddress

Claims = Mapping[int, Sequence[Claim]]


@dataclass
class Visits:
    """What the rows of a batch bring to customers who are there."""

    terms: Terms
    identities: list[dict[str, Any]] = field(default_factory=list)
    labels: list[dict[str, Any]] = field(default_factory=list)
    notes: list[dict[str, Any]] = field(default_factory=list)
    addresses: list[dict[str, Any]] = field(default_factory=list)
    facts: list[Event] = field(default_factory=list)

    def take(self, customer: Customer, person: Person, fresh: Iterable[Claim], had: Had) -> None:
        head: dict[str, Any] = {"subject": customer.id, "customer": customer.id}
        for claim in fresh:
            row = identity_of(customer.id, claim)
            self.identities.append(row)
            attached = IdentityAttached(
                **head, identity=row["id"], identity_kind=claim.kind, verified=claim.proves
            )
            self.facts.append(attached)
        self._learn(customer, person, head)
        head["actor"] = self.terms.by
        if labels := sorted(set(person.labels) - had.labels[customer.id]):
            at = now()
            self.labels += [
                {"id": uuid7(), "customer_id": customer.id, "label_id": label, "at": at}
                for label in labels
            ]
            self.facts.append(CustomerLabelsChanged(**head, added=tuple(labels), historic=True))
        if person.note and person.note not in had.notes[customer.id]:
            self._note(customer.id, person.note, head)
        if person.address:
            self._address(customer, person, had, head)

    def _learn(self, customer: Customer, person: Person, head: dict[str, Any]) -> None:
        """As `learn` does with one who is vouched for, and the tier with it."""
        news = news_of(customer, person.about, person.attributes, trusted=True)
        take_news(customer, news)
        changed = tuple(news)
        if person.tier and person.tier != customer.tier:
            customer.tier = person.tier
            changed += ("tier",)
        if changed:
            self.facts.append(CustomerChanged(**head, changed=changed, historic=True))
        if person.registered_at and person.registered_at < customer.first_seen_at:
            customer.first_seen_at = person.registered_at
        customer.last_seen_at = now()

    def _note(self, customer: UUID, text: str, head: dict[str, Any]) -> None:
        row: dict[str, Any] = {"id": uuid7(), "customer_id": customer}
        self.notes.append(row | {"author_id": self.terms.by, "text": text, "created_at": now()})
        self.facts.append(CustomerNoted(**head, note=row["id"]))

    def _address(self, customer: Customer, person: Person, had: Had, head: dict[str, Any]) -> None:
        row = address_of(customer.id, person)
        row["recipient"] = person.recipient or person.about.name or customer.name
        if place_of(row) in had.places[customer.id]:
            return
        if had.places[customer.id]:
            row["default_at"] = None
        self.addresses.append(row)
        self.facts.append(AddressAdded(**head, address=row["id"]))

    async def write(self, db: Session) -> bool:
        """False when somebody else took one of the identities meanwhile."""
        await db.flush()
        if self.identities:
            rows = sorted(self.identities, key=lambda one: (one["kind"], one["value"]))
            written = await db.execute(
                insert(Identity).on_conflict_do_nothing().returning(Identity.id), rows
            )
            if len(written.all()) < len(rows):
                return False
        for table, rows in (
            (CustomerLabelled, self.labels),
            (CustomerNote, self.notes),
            (CustomerAddress, self.addresses),
        ):
            if rows:
                await db.execute(insert(table), rows)
        await record_quietly(db, self.facts)
        return True


@dataclass
class Had:
    """What the customers of a batch have already: labels, notes, places."""

    labels: dict[UUID, set[UUID]] = field(default_factory=lambda: defaultdict(set))
    notes: dict[UUID, set[str]] = field(default_factory=lambda: defaultdict(set))
    places: dict[UUID, set[Any]] = field(default_factory=lambda: defaultdict(set))


async def had_by(db: Session, persons: Mapping[UUID, Person]) -> Had:
    """Three queries at most, for what the rows speak of."""
    had = Had()
    labelled = [one for one, person in persons.items() if person.labels]
    noted = {one: person.note for one, person in persons.items() if person.note}
    placed = [one for one, person in persons.items() if person.address]
    if labelled:
        labels = await db.execute(
            select(CustomerLabelled.customer_id, CustomerLabelled.label_id).where(
                CustomerLabelled.customer_id.in_(labelled)
            )
        )
        for customer, label in labels:
            had.labels[customer].add(label)
    if noted:
        notes = await db.execute(
            select(CustomerNote.customer_id, CustomerNote.text).where(
                tuple_(CustomerNote.customer_id, CustomerNote.text).in_(list(noted.items()))
            )
        )
        for customer, text in notes:
            had.notes[customer].add(text)
    if placed:
        addresses = await db.scalars(
            select(CustomerAddress).where(CustomerAddress.customer_id.in_(placed))
        )
        for one in addresses:
            had.places[one.customer_id].add((one.recipient, one.city, one.street, one.detail))
    return had


def place_of(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return row["recipient"], row["city"], row["street"], row["detail"]


async def acquaintances_in(
    db: Session, persons: Mapping[int, Person], terms: Terms
) -> dict[int, tuple[Customer, list[Claim]]]:
    """The rows about one customer whom we know, with what of theirs is new to us."""
    claims = {
        number: person.claims(terms.scope, proven=terms.proven)
        for number, person in persons.items()
    }
    times = Counter(one.key for theirs in claims.values() for one in theirs)
    known = await known_to(db, times)
    found: dict[int, tuple[Customer, list[Claim]]] = {}
    for number, theirs in claims.items():
        customer = plainly(known, theirs)
        if customer is None or has_no_place(persons[number]):
            continue
        if all(times[one.key] == 1 for one in theirs):
            fresh = [one for one in theirs if one.key not in known.holders]
            found[number] = customer, fresh
    visits = Counter(customer.id for customer, _ in found.values())
    return {number: one for number, one in found.items() if visits[one[0].id] == 1}


@dataclass(frozen=True)
class Circle:
    """Everybody whom the rows of a batch touch, looked up by number."""

    known: Known
    holders: dict[tuple[str, UUID | None, str], Identity]
    of: dict[UUID, Known]


async def known_to(db: Session, keys: Iterable[tuple[str, UUID | None, str]]) -> Circle:
    """All identities of whoever holds one of these numbers, their customers locked in one order."""
    wanted = set(keys)
    touched = await db.execute(
        select(Identity.customer_id, Identity.kind, Identity.scope, Identity.value).where(
            is_one_of(wanted)
        )
    )
    ids = {row.customer_id for row in touched if (row.kind, row.scope, row.value) in wanted}
    customers = await db.scalars(
        select(Customer)
        .where(Customer.id.in_(ids))
        .order_by(Customer.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    people = {one.id: one for one in customers}
    rows = (
        await db.scalars(
            select(Identity)
            .where(Identity.customer_id.in_(ids))
            .execution_options(populate_existing=True)
        )
    ).all()
    theirs: dict[UUID, list[Identity]] = defaultdict(list)
    for one in rows:
        theirs[one.customer_id].append(one)
    return Circle(
        known=Known(people, list(rows)),
        holders={(one.kind, one.scope, one.value): one for one in rows},
        of={one: Known(people, mine) for one, mine in theirs.items()},
    )


def plainly(circle: Circle, claims: Sequence[Claim]) -> Customer | None:
    """The one customer whom these numbers name, if nothing about it needs thought."""
    held = [circle.holders[one.key] for one in claims if one.key in circle.holders]
    holders = {one.customer_id for one in held}
    if len(holders) != 1:
        return None
    customer = circle.known.customers.get(holders.pop())
    if customer is None or customer.erased_at or customer.merged_into:
        return None
    if circle.of[customer.id].is_another_person(customer.id, claims):
        return None
    sure = [one for one in held if one.verified_at is not None]
    proving = [one for one in claims if one.proves and one.key in circle.holders]
    confirmed = all(circle.holders[one.key].verified_at for one in proving)
    return customer if sure and proving and confirmed else None


async def have_called(
    db: Session,
    persons: Mapping[int, Person],
    found: Mapping[int, tuple[Customer, list[Claim]]],
    terms: Terms,
) -> bool:
    """Take them all, or none."""
    had = await had_by(db, {found[number][0].id: persons[number] for number in found})
    visits = Visits(terms)
    attempt = await db.begin_nested()
    for number, (customer, fresh) in found.items():
        visits.take(customer, persons[number], fresh, had)
    if await visits.write(db):
        await attempt.commit()
        return True
    await attempt.rollback()
    return False
