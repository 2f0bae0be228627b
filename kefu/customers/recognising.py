"""Recognising: many people at once, as orders and files bring them, in a few statements.

Whoever is known for certain, or not at all, is dealt with here; everybody else, and every clash,
goes the careful way of `identify`. Somebody who only left a telephone number or an e-mail address
is taken for the customer who holds it, but never for a visitor who merely said it of themselves:
nobody gets to see a stranger's orders by writing down the stranger's number.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, exists, select, update
from sqlalchemy.orm import InstrumentedAttribute, aliased

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Invalid
from kefu.core.events import record_all
from kefu.core.ids import uuid7
from kefu.core.pinyin import sort_key
from kefu.core.writing import among, write_rows
from kefu.customers.contacts import email_address, phone_number
from kefu.customers.events import CustomerCreated
from kefu.customers.identities import identify
from kefu.customers.model import Customer, Identity
from kefu.customers.moving import settle_down
from kefu.customers.names import search_terms_of, stranger_name

Key = tuple[str, str]
HELD_ONCE = "kind, scope, value"


@dataclass(frozen=True)
class Person:
    """Somebody as a shop knows them; it vouches for its own id and for what is `verified`."""

    external_id: str | None = None
    name: str | None = None
    phone: str | None = None
    email: str | None = None
    verified: frozenset[str] = frozenset()

    @property
    def keys(self) -> list[Key]:
        """How they may be known, the strongest first."""
        given = (("external_id", self.external_id), ("phone", self.phone), ("email", self.email))
        return [(kind, value) for kind, value in given if value]

    def proves(self, kind: str) -> bool:
        return kind == "external_id" or kind in self.verified


def a_person(
    *,
    external_id: str | None = None,
    name: str | None = None,
    phone: str | None = None,
    email: str | None = None,
    verified: Iterable[str] = (),
) -> Person:
    """A person with contacts in their one spelling; what is no number or address is left out."""
    return Person(
        external_id=external_id,
        name=name,
        phone=spelled(phone_number, phone),
        email=spelled(email_address, email),
        verified=frozenset(verified),
    )


def spelled(read: Any, written: str | None) -> str | None:
    """The contact in its one spelling; what cannot be read names nobody."""
    if not written:
        return None
    try:
        found: str = read(written)
    except Invalid:
        return None
    return found


async def recognise_all(
    db: Session, people: Sequence[Person], *, scope: UUID | None = None
) -> dict[Person, UUID]:
    """The customer of each person, made where there is none; nobody for those without any key."""
    wanted = [person for person in dict.fromkeys(people) if person.keys]
    found: dict[Person, UUID] = {}
    held = await holders(db, wanted, scope)
    fresh: dict[Key, Person] = {}
    careful: list[Person] = []
    for person in wanted:
        customer = certain(person, held)
        if customer is not None:
            found[person] = customer
        elif any(key in held for key in person.keys) or any(key in fresh for key in person.keys):
            careful.append(person)
        else:
            fresh |= dict.fromkeys(person.keys, person)
    made = await welcomed_all(db, list(dict.fromkeys(fresh.values())), scope)
    found |= made
    careful += [person for person in dict.fromkeys(fresh.values()) if person not in made]
    for person in careful:
        found[person] = await recognised_carefully(db, person, scope)
    return found


@dataclass(frozen=True, slots=True)
class Held:
    """Who holds a number: proven or not, and whether they come to the widget themselves."""

    customer: UUID
    proven: bool
    visits: bool

    @property
    def only_said(self) -> bool:
        """Whether a visitor wrote it of themselves, and nobody else says so."""
        return self.visits and not self.proven


async def holders(db: Session, people: Sequence[Person], scope: UUID | None) -> dict[Key, Held]:
    """Who holds which of these identities."""
    keys = {key for person in people for key in person.keys}
    if not keys:
        return {}
    values = sorted({value for _, value in keys})
    rows = await db.execute(
        select(
            Identity.kind,
            Identity.value,
            Identity.scope,
            Identity.customer_id,
            Identity.verified_at,
            visits(Identity.customer_id).label("visits"),
        ).where(among(Identity.value, values))
    )
    return {
        (row.kind, row.value): Held(row.customer_id, row.verified_at is not None, row.visits)
        for row in rows
        if (row.kind, row.value) in keys
        and row.scope == (scope if row.kind == "external_id" else None)
    }


def visits(customer: InstrumentedAttribute[UUID]) -> ColumnElement[bool]:
    """Whether this customer has come to the widget."""
    own = aliased(Identity)
    return exists().where(own.customer_id == customer, own.kind == "visitor")


def certain(person: Person, held: dict[Key, Held]) -> UUID | None:
    """The customer who holds everything that is said; nobody where anything is new or clashes."""
    holding = [held.get(key) for key in person.keys]
    first = holding[0]
    if first is None or any(one is None or one.customer != first.customer for one in holding):
        return None
    unproven = [
        key
        for key, one in zip(person.keys, holding, strict=True)
        if one is not None and person.proves(key[0]) and not one.proven
    ]
    if unproven or (person.external_id is None and first.only_said):
        return None
    return first.customer


async def welcomed_all(
    db: Session, people: Sequence[Person], scope: UUID | None
) -> dict[Person, UUID]:
    """New customers for unknown people; those with whom another was faster are missing."""
    made = {person: uuid7() for person in people}
    if not made:
        return {}
    at = now()
    customers = [customer_row(one, person, at) for person, one in made.items()]
    await write_rows(db, Customer, customers)
    rows = [row for person, one in made.items() for row in identity_rows(one, person, scope, at)]
    rows.sort(key=lambda row: (row["kind"], row["value"]))
    kept = set(await write_rows(db, Identity, rows, conflict=HELD_ONCE, returning="id"))
    lost = {row["customer_id"] for row in rows if row["id"] not in kept}
    if lost:
        await db.execute(delete(Identity).where(Identity.customer_id.in_(lost)))
        await db.execute(delete(Customer).where(Customer.id.in_(lost)))
    stayed = {person: one for person, one in made.items() if one not in lost}
    await record_all(
        db,
        [
            CustomerCreated(subject=one, customer=one, way=person.keys[0][0])
            for person, one in stayed.items()
        ],
    )
    return stayed


def customer_row(customer: UUID, person: Person, at: datetime) -> dict[str, Any]:
    name = person.name or stranger_name(customer)
    return {
        "id": customer,
        "name": name,
        "name_given": bool(person.name),
        "name_pinyin": sort_key(name),
        "search_terms": search_terms_of(name),
        "email": person.email,
        "phone": person.phone,
        "tier": "standard",
        "attributes": {},
        "own": {},
        **dict.fromkeys(("first_seen_at", "last_seen_at", "created_at", "updated_at"), at),
    }


def identity_rows(
    customer: UUID, person: Person, scope: UUID | None, at: datetime
) -> list[dict[str, Any]]:
    return [
        {
            "id": uuid7(),
            "customer_id": customer,
            "kind": kind,
            "scope": scope if kind == "external_id" else None,
            "value": value,
            "verified_at": at if person.proves(kind) else None,
            "created_at": at,
        }
        for kind, value in person.keys
    ]


async def recognised_carefully(db: Session, person: Person, scope: UUID | None) -> UUID:
    """One at a time: who only left a contact is its holder, everybody else is identified."""
    said: list[Key] = []
    if person.external_id is None and not person.verified:
        held = await holders(db, [person], scope)
        said = [key for key in person.keys if key in held and held[key].only_said]
        known = [held[key].customer for key in person.keys if key in held and key not in said]
        if known:
            return known[0]
    customer = await identify(
        db,
        identities=[(kind, value, person.proves(kind)) for kind, value in person.keys],
        scope=scope,
        name=person.name,
        email=person.email,
        phone=person.phone,
    )
    await take_over(db, customer.id, said)
    return customer.id


async def take_over(db: Session, customer: UUID, said: Sequence[Key]) -> None:
    """What a shop tells of a buyer counts more than what a visitor said; the pair is for review."""
    for kind, value in said:
        taken = await db.scalars(
            update(Identity)
            .where(
                Identity.kind == kind,
                Identity.value == value,
                Identity.scope.is_(None),
                Identity.verified_at.is_(None),
            )
            .values(customer_id=customer)
            .returning(Identity.id)
        )
        for identity in taken.all():
            await settle_down(db, "identities", identity)
