"""Taking a row of an import: the customer is found or made, and learns what the row says."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from kefu.core.db import Session
from kefu.customers.addresses import add_address, addresses_of
from kefu.customers.claims import known_by
from kefu.customers.identities import found_or_made
from kefu.customers.importing_rows import Person
from kefu.customers.labels import label_customer
from kefu.customers.learning import learn
from kefu.customers.model import Customer, CustomerLabelled, CustomerNote
from kefu.customers.notes import note
from kefu.customers.profiles import change_profile
from kefu.customers.regions import place_in


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for all rows of an import."""

    scope: UUID | None
    proven: bool
    by: UUID | None


async def take(db: Session, person: Person, terms: Terms) -> str:
    """Put the person down; whether they were new, known, or turned out to be two customers."""
    claims = person.claims(terms.scope, proven=terms.proven)
    known = await known_by(db, claims)
    holders = {
        held.customer_id
        for claim in claims
        if claim.proves and (held := known.holding(claim)) and held.verified_at
        if not known.is_another_person(held.customer_id, claims)
    }
    customer, is_new = await found_or_made(db, claims, person.about, historic=True)
    await learn(db, customer, person.about, person.attributes, trusted=True, historic=True)
    await enrich(db, customer, person, terms)
    if is_new:
        return "new"
    return "merged" if len(holders) > 1 else "updated"


async def enrich(db: Session, customer: Customer, person: Person, terms: Terms) -> None:
    """What a row says beyond who it is; what is known already is not put down twice."""
    if person.tier and person.tier != customer.tier:
        await change_profile(db, customer, {"tier": person.tier}, by=terms.by, historic=True)
    if person.registered_at and person.registered_at < customer.first_seen_at:
        customer.first_seen_at = person.registered_at
    if person.labels:
        held = await db.scalars(
            select(CustomerLabelled.label_id).where(CustomerLabelled.customer_id == customer.id)
        )
        labels = {*held, *person.labels}
        await label_customer(db, customer, labels, by=terms.by, historic=True)
    if person.note:
        await add_note(db, customer, person.note, by=terms.by)
    if person.address:
        await add_place(db, customer, person, by=terms.by)


async def add_note(db: Session, customer: Customer, text: str, *, by: UUID | None) -> None:
    kept = await db.scalar(
        select(CustomerNote.id)
        .where(CustomerNote.customer_id == customer.id, CustomerNote.text == text)
        .limit(1)
    )
    if kept is None:
        await note(db, customer, text=text, by=by)


async def add_place(db: Session, customer: Customer, person: Person, *, by: UUID | None) -> None:
    assert person.address is not None
    recipient = person.recipient or person.about.name or customer.name
    place = place_in(person.address)
    for one in await addresses_of(db, customer.id):
        same = (one.recipient, one.city, one.street, one.detail)
        if same == (recipient, place.city, place.street, place.detail):
            return
    fields = {"recipient": recipient, "phone": person.about.phone, "text": person.address}
    await add_address(db, customer, fields, by=by)
