"""Strangers in an import: rows about nobody we know become customers by a few statements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.events import Event, record_quietly
from kefu.core.ids import uuid7
from kefu.core.pinyin import sort_key
from kefu.customers.claims import Claim
from kefu.customers.events import CustomerCreated, CustomerLabelsChanged, CustomerNoted
from kefu.customers.events_addresses import AddressAdded
from kefu.customers.importing_check import Key, is_one_of
from kefu.customers.importing_rows import Person
from kefu.customers.importing_taking import Terms
from kefu.customers.model import Customer, CustomerLabelled, CustomerNote, Identity
from kefu.customers.model_addresses import CustomerAddress
from kefu.customers.names import search_terms_of, stranger_name
from kefu.customers.regions import place_in


@dataclass
class Arrivals:
    """The rows of every table that some strangers bring."""

    terms: Terms
    customers: list[dict[str, Any]] = field(default_factory=list)
    identities: list[dict[str, Any]] = field(default_factory=list)
    labels: list[dict[str, Any]] = field(default_factory=list)
    notes: list[dict[str, Any]] = field(default_factory=list)
    addresses: list[dict[str, Any]] = field(default_factory=list)
    facts: list[Event] = field(default_factory=list)

    def add(self, person: Person) -> None:
        customer, at = uuid7(), now()
        about = person.about
        name = about.name or stranger_name(customer)
        self.customers.append(
            {
                "id": customer,
                "name": name,
                "name_given": about.name is not None,
                "name_pinyin": sort_key(name),
                "search_terms": search_terms_of(name),
                "email": about.email,
                "phone": about.phone,
                "tier": person.tier or "standard",
                "attributes": person.attributes,
                "own": {},
                "first_seen_at": min(person.registered_at or at, at),
                "last_seen_at": at,
                "created_at": at,
                "updated_at": at,
            }
        )
        claims = person.claims(self.terms.scope, proven=self.terms.proven)
        self.identities += [identity_of(customer, claim) for claim in claims]
        self.facts.append(
            CustomerCreated(subject=customer, customer=customer, way=claims[0].kind, historic=True)
        )
        self._add_rest(customer, person)

    def _add_rest(self, customer: UUID, person: Person) -> None:
        head: dict[str, Any] = {"subject": customer, "customer": customer, "actor": self.terms.by}
        if person.labels:
            labels = sorted(set(person.labels))
            self.labels += [
                {"id": uuid7(), "customer_id": customer, "label_id": label, "at": now()}
                for label in labels
            ]
            self.facts.append(CustomerLabelsChanged(**head, added=tuple(labels), historic=True))
        if person.note:
            note: dict[str, Any] = {
                "id": uuid7(),
                "customer_id": customer,
                "author_id": self.terms.by,
            }
            self.notes.append(note | {"text": person.note, "created_at": now()})
            self.facts.append(CustomerNoted(**head, note=note["id"]))
        if person.address:
            address = address_of(customer, person)
            self.addresses.append(address)
            self.facts.append(AddressAdded(**head, address=address["id"]))

    async def write(self, db: Session) -> bool:
        """False when somebody else took one of the identities meanwhile."""
        await db.execute(insert(Customer), self.customers)
        written = await db.execute(
            insert(Identity).on_conflict_do_nothing().returning(Identity.id),
            sorted(self.identities, key=lambda one: (one["kind"], one["value"])),
        )
        if len(written.all()) < len(self.identities):
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


def identity_of(customer: UUID, claim: Claim) -> dict[str, Any]:
    return {
        "id": uuid7(),
        "customer_id": customer,
        "kind": claim.kind,
        "scope": claim.scope,
        "value": claim.value,
        "verified_at": now() if claim.proves else None,
        "created_at": now(),
    }


def address_of(customer: UUID, person: Person) -> dict[str, Any]:
    place = person.place or place_in("")
    return {
        "id": uuid7(),
        "customer_id": customer,
        "recipient": person.recipient or person.about.name or stranger_name(customer),
        "phone": person.about.phone,
        "province": place.province,
        "city": place.city,
        "district": place.district,
        "street": place.street,
        "detail": place.detail,
        "default_at": now(),
        "created_at": now(),
        "updated_at": now(),
    }


async def strangers_in(
    db: Session, persons: Mapping[int, Person], terms: Terms
) -> dict[int, Person]:
    """Persons of whom nobody holds anything, by their place in the batch."""
    claims = {
        number: person.claims(terms.scope, proven=terms.proven)
        for number, person in persons.items()
    }
    written = Counter(claim.key for theirs in claims.values() for claim in theirs)
    held = await held_among(db, list(written))
    return {
        number: persons[number]
        for number, theirs in claims.items()
        if not any(one.key in held or written[one.key] > 1 for one in theirs)
        and not has_no_place(persons[number])
    }


def has_no_place(person: Person) -> bool:
    """Whether the address is one that is refused: that row goes the way on which it is told."""
    place = person.place
    return place is not None and not place.detail and not place.street


async def held_among(db: Session, keys: Sequence[Key]) -> set[Key]:
    rows = await db.execute(
        select(Identity.kind, Identity.scope, Identity.value).where(is_one_of(keys))
    )
    return {(row.kind, row.scope, row.value) for row in rows}


async def have_moved_in(db: Session, persons: Sequence[Person], terms: Terms) -> bool:
    """Write them all, or none."""
    arrivals = Arrivals(terms)
    for person in persons:
        arrivals.add(person)
    attempt = await db.begin_nested()
    if await arrivals.write(db):
        await attempt.commit()
        return True
    await attempt.rollback()
    return False
