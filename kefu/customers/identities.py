"""Identities: a customer is found by what proves them, or made; two who clash stay two."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Conflict
from kefu.core.events import record
from kefu.core.ids import uuid7
from kefu.customers.candidates import keep_candidate
from kefu.customers.claims import (
    OF_A_MACHINE,
    Claim,
    Known,
    claim_of,
    claims_of,
    is_claimed_by,
    is_vouched_for,
    known_by,
)
from kefu.customers.contacts import email_address, phone_number
from kefu.customers.events import CustomerCreated, IdentityAttached
from kefu.customers.learning import About, learn
from kefu.customers.model import Customer, Identity
from kefu.customers.moving import moves_with_customer, settle_down
from kefu.customers.names import stranger_name

ATTEMPTS = 5

moves_with_customer("identities", Identity)


async def customer_by_identity(
    db: Session, kind: str, value: str, *, scope: UUID | None = None
) -> Customer | None:
    """The customer proven to hold this identity."""
    claim = claim_of(kind, value, verified=True, scope=scope)
    found = await db.execute(
        select(Customer)
        .join(Identity, Identity.customer_id == Customer.id)
        .where(is_claimed_by(claim), Identity.verified_at.is_not(None))
    )
    return found.scalar_one_or_none()


async def identify(
    db: Session,
    *,
    identities: Sequence[tuple[str, str, bool]],
    scope: UUID | None = None,
    name: str | None = None,
    email: str | None = None,
    phone: str | None = None,
    locale: str | None = None,
    attributes: dict[str, Any] | None = None,
) -> Customer:
    """The customer with these identities (kind, value, verified): found by the strongest, or made.

    Two requests at once get the same customer. Where identities belong to two customers, the
    strongest decides and the pair is kept as a candidate for merging.
    """
    about = About(
        name=(name.strip() or None) if name else None,
        email=email_address(email) if email else None,
        phone=phone_number(phone) if phone else None,
        locale=locale,
    )
    claims = claims_of(identities, about, scope)
    customer, _ = await found_or_made(db, claims, about)
    await learn(db, customer, about, attributes or {}, trusted=is_vouched_for(claims))
    return customer


async def found_or_made(
    db: Session, claims: Sequence[Claim], about: About, *, historic: bool = False
) -> tuple[Customer, bool]:
    """The customer whom these claims name, and whether they were made just now."""
    for _ in range(ATTEMPTS):
        known = await known_by(db, claims)
        found = recognised(known, claims)
        if found is None:
            customer = await welcomed(db, claims, known, about, historic=historic)
        else:
            customer = found if await has_attached(db, found, claims, known) else None
        if customer is not None:
            await settle(db, customer, claims, known)
            return customer, found is None
    raise Conflict("This customer is being changed by others right now. Please try again.")


async def add_claims(
    db: Session,
    customer: Customer,
    identities: Sequence[tuple[str, str, bool]],
    *,
    scope: UUID | None = None,
) -> None:
    """Let a known customer be recognised by these as well; clashes are kept for review."""
    claims = claims_of(identities, About(), scope)
    for _ in range(ATTEMPTS):
        known = await known_by(db, claims)
        if await has_attached(db, customer, claims, known):
            await settle(db, customer, claims, known)
            return
    raise Conflict("This customer is being changed by others right now. Please try again.")


async def identities_of(db: Session, customer: UUID) -> Sequence[Identity]:
    """How the customer is recognised, oldest first."""
    rows = await db.scalars(
        select(Identity).where(Identity.customer_id == customer).order_by(Identity.id)
    )
    return rows.all()


def recognised(known: Known, claims: Sequence[Claim]) -> Customer | None:
    """Whom the strongest claim names; a weaker one does not outweigh a stronger that disagrees."""
    for strength, claim in enumerate(claims):
        held = known.holding(claim) if claim.proves else None
        if held is None or held.verified_at is None:
            continue
        if not known.is_another_person(held.customer_id, claims[:strength]):
            return known.customers[held.customer_id]
    return None


class TakenMeanwhile(Exception):
    """Another request holds one of the identities by now."""


async def welcomed(
    db: Session, claims: Sequence[Claim], known: Known, about: About, *, historic: bool
) -> Customer | None:
    """A new customer with these identities; nothing when another request was faster."""
    customer = Customer(id=uuid7())
    customer.rename(about.name or stranger_name(customer.id), given=bool(about.name))
    customer.email, customer.phone, customer.locale = about.email, about.phone, about.locale
    try:
        async with db.begin_nested():
            db.add(customer)
            await db.flush()
            if not await has_attached(db, customer, claims, known, told=False):
                raise TakenMeanwhile
    except TakenMeanwhile:
        return None
    way = claims[0].kind if claims else "hand"
    created = CustomerCreated(
        subject=customer.id, customer=customer.id, way=way, historic=historic or None
    )
    await record(db, created)
    return customer


async def has_attached(
    db: Session, customer: Customer, claims: Sequence[Claim], known: Known, *, told: bool = True
) -> bool:
    """Put down the identities that nobody holds yet; false when one was taken meanwhile."""
    fresh = sorted(
        (claim for claim in claims if known.holding(claim) is None),
        key=lambda claim: (claim.kind, str(claim.scope), claim.value),
    )
    if not fresh:
        return True
    rows = [
        {
            "id": uuid7(),
            "customer_id": customer.id,
            "kind": claim.kind,
            "scope": claim.scope,
            "value": claim.value,
            "verified_at": now() if claim.proves else None,
            "created_at": now(),
        }
        for claim in fresh
    ]
    written = await db.execute(
        insert(Identity).values(rows).on_conflict_do_nothing().returning(Identity.id)
    )
    kept = set(written.scalars())
    for row, claim in zip(rows, fresh, strict=True):
        if told and row["id"] in kept:
            await tell_attached(db, customer, claim, row["id"])
    return len(kept) == len(fresh)


async def tell_attached(db: Session, customer: Customer, claim: Claim, identity: Any) -> None:
    await record(
        db,
        IdentityAttached(
            subject=customer.id,
            customer=customer.id,
            identity=identity,
            identity_kind=claim.kind,
            verified=claim.proves,
        ),
    )


async def settle(db: Session, customer: Customer, claims: Sequence[Claim], known: Known) -> None:
    """Deal with identities that were held before: confirm ours, keep clashes for review.

    What somebody else only said of themselves goes to the one who proves it. Two members at one
    computer are no clash.
    """
    for claim in claims:
        held = known.holding(claim)
        if held is None:
            continue
        mine, proven = held.customer_id == customer.id, held.verified_at is not None
        shares_machine = claim.kind in OF_A_MACHINE and known.is_another_person(
            held.customer_id, claims
        )
        if not mine and not shares_machine:
            await keep_candidate(db, customer, held, claim)
        if claim.proves and not proven:
            held.customer_id, held.verified_at = customer.id, now()
            await settle_down(db, "identities", held.id)
            await tell_attached(db, customer, claim, held.id)
