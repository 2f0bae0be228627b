"""Identities: a customer is found by what proves them, or made; two who clash stay two.

A claim proves something when its value was checked (a signature, a code, the channel itself) or is
a visitor's id, which only our own signed token carries. What a stranger merely says about
themselves is kept with them but never opens somebody else's history.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.elements import ColumnElement

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Conflict, Invalid
from kefu.core.events import record
from kefu.core.ids import uuid7
from kefu.customers.contacts import email_address, phone_number
from kefu.customers.events import CustomerChanged, CustomerCreated, IdentityAttached, MatchFound
from kefu.customers.model import IDENTITY_KINDS, Customer, Identity, MergeCandidate
from kefu.customers.names import stranger_name

STRENGTH = ("external_id", "unionid", "openid", "phone", "email", "api", "visitor", "device")
OF_THE_WORLD = frozenset({"phone", "email", "unionid"})
ONE_PER_PERSON = frozenset({"external_id", "unionid", "openid"})
VALUE_CHARACTERS = 320
ATTEMPTS = 5
SEEN_AGAIN_AFTER = timedelta(minutes=1)


@dataclass(frozen=True, order=True)
class Claim:
    """Who somebody says they are: sorted strongest first."""

    weak: bool
    rank: int
    kind: str
    value: str
    scope: UUID | None

    @property
    def proves(self) -> bool:
        return not self.weak

    @property
    def key(self) -> tuple[str, UUID | None, str]:
        return self.kind, self.scope, self.value


@dataclass(frozen=True)
class Known:
    """Identities of every customer whom a claim touches, with those customers."""

    customers: dict[UUID, Customer]
    identities: list[Identity]

    def holding(self, claim: Claim) -> Identity | None:
        return next((one for one in self.identities if key_of(one) == claim.key), None)

    def is_another_person(self, customer: UUID, claims: Sequence[Claim]) -> bool:
        """Whether the customer is proven to be somebody else than these claims prove."""
        for claim in claims:
            if claim.proves and claim.kind in ONE_PER_PERSON:
                values = self.proven_values(customer, claim)
                if values and claim.value not in values:
                    return True
        return False

    def proven_values(self, customer: UUID, claim: Claim) -> set[str]:
        return {
            one.value
            for one in self.identities
            if one.customer_id == customer
            and one.verified_at
            and (one.kind, one.scope) == (claim.kind, claim.scope)
        }


def key_of(identity: Identity) -> tuple[str, UUID | None, str]:
    return identity.kind, identity.scope, identity.value


@dataclass(frozen=True)
class About:
    """What is said about a customer, apart from who they are."""

    name: str | None = None
    email: str | None = None
    phone: str | None = None
    locale: str | None = None


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
        name=name.strip() if name else None,
        email=email_address(email) if email else None,
        phone=phone_number(phone) if phone else None,
        locale=locale,
    )
    claims = claims_of(identities, about, scope)
    for _ in range(ATTEMPTS):
        known = await known_by(db, claims)
        customer = recognised(known, claims)
        if customer is None:
            customer = await welcomed(db, claims, known, about)
        elif not await has_attached(db, customer, claims, known):
            continue
        if customer is not None:
            await settle(db, customer, claims, known)
            await learn(db, customer, about, attributes or {}, trusted=is_vouched_for(claims))
            return customer
    raise Conflict("This customer is being changed by others right now. Please try again.")


def claims_of(
    identities: Sequence[tuple[str, str, bool]], about: About, scope: UUID | None
) -> list[Claim]:
    said = [
        *identities,
        *((kind, value, False) for kind in ("email", "phone") if (value := getattr(about, kind))),
    ]
    claims = [
        claim_of(kind, value, verified=verified, scope=scope) for kind, value, verified in said
    ]
    strongest = {claim.key: claim for claim in sorted(claims, reverse=True)}
    return sorted(strongest.values())


def claim_of(kind: str, value: str, *, verified: bool, scope: UUID | None) -> Claim:
    if kind not in IDENTITY_KINDS:
        raise Invalid("There is no such kind of identity.", field="identities")
    if kind == "email":
        value = email_address(value)
    elif kind == "phone":
        value = phone_number(value)
    if not 0 < len(value) <= VALUE_CHARACTERS:
        raise Invalid(
            f"An identity has 1 to {VALUE_CHARACTERS} characters.",
            field=kind,
            limit=VALUE_CHARACTERS,
        )
    return Claim(
        weak=not verified and kind != "visitor",
        rank=STRENGTH.index(kind),
        kind=kind,
        value=value,
        scope=None if kind in OF_THE_WORLD else scope,
    )


def is_claimed_by(claim: Claim) -> ColumnElement[bool]:
    return and_(
        Identity.kind == claim.kind,
        Identity.value == claim.value,
        Identity.scope == claim.scope if claim.scope else Identity.scope.is_(None),
    )


async def known_by(db: Session, claims: Sequence[Claim]) -> Known:
    if not claims:
        return Known(customers={}, identities=[])
    touched = select(Identity.customer_id).where(or_(*(is_claimed_by(one) for one in claims)))
    rows = await db.execute(
        select(Identity, Customer)
        .join(Customer, Customer.id == Identity.customer_id)
        .where(Identity.customer_id.in_(touched))
        .execution_options(populate_existing=True)
    )
    found = rows.all()
    return Known(
        customers={customer.id: customer for _, customer in found},
        identities=[identity for identity, _ in found],
    )


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
    db: Session, claims: Sequence[Claim], known: Known, about: About
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
    await record(db, CustomerCreated(subject=customer.id, customer=customer.id, way=way))
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

    What somebody else only said of themselves goes to the one who proves it.
    """
    for claim in claims:
        held = known.holding(claim)
        if held is None:
            continue
        mine, proven = held.customer_id == customer.id, held.verified_at is not None
        if not mine and not known.is_another_person(held.customer_id, claims):
            await keep_candidate(db, customer.id, held.customer_id, claim)
        if claim.proves and not proven:
            held.customer_id, held.verified_at = customer.id, now()
            await tell_attached(db, customer, claim, held.id)


async def keep_candidate(db: Session, customer: UUID, other: UUID, claim: Claim) -> None:
    one, another = sorted((customer, other))
    written = await db.execute(
        insert(MergeCandidate)
        .values(
            id=uuid7(),
            one_id=one,
            other_id=another,
            kind=claim.kind,
            verified=claim.proves,
            created_at=now(),
        )
        .on_conflict_do_nothing()
        .returning(MergeCandidate.id)
    )
    if written.first() is not None:
        found = MatchFound(
            subject=customer,
            customer=customer,
            other=other,
            identity_kind=claim.kind,
            verified=claim.proves,
        )
        await record(db, found)


def is_vouched_for(claims: Sequence[Claim]) -> bool:
    """Whether the shop or the channel itself says who this is."""
    return any(claim.proves and claim.kind not in ("visitor", "device") for claim in claims)


async def learn(
    db: Session, customer: Customer, about: About, attributes: dict[str, Any], *, trusted: bool
) -> None:
    """Fill what was blank; one who is vouched for is also corrected."""
    changed: list[str] = []
    if about.name and about.name != customer.name and (trusted or not customer.name_given):
        customer.rename(about.name)
        changed.append("name")
    for field in ("email", "phone", "locale"):
        said, kept = getattr(about, field), getattr(customer, field)
        if said and said != kept and (trusted or not kept):
            setattr(customer, field, said)
            changed.append(field)
    for key, value in attributes.items():
        kept = customer.attributes.get(key)
        if value != kept and (trusted or kept is None):
            customer.attributes = customer.attributes | {key: value}
            changed.append(f"attributes.{key}")
    if now() - customer.last_seen_at >= SEEN_AGAIN_AFTER:
        customer.last_seen_at = now()
    if changed:
        event = CustomerChanged(subject=customer.id, customer=customer.id, changed=tuple(changed))
        await record(db, event)
