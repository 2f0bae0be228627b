"""Claims: who somebody says they are, whom that touches, and what it proves.

A claim proves something when its value was checked (a signature, a code, the channel itself) or is
a visitor's id, which only our own signed token carries. What a stranger merely says about
themselves is kept with them but never opens somebody else's history.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.sql.elements import ColumnElement

from kefu.core.db import Session
from kefu.core.errors import Invalid
from kefu.customers.contacts import email_address, phone_number
from kefu.customers.learning import About
from kefu.customers.model import IDENTITY_KINDS, Customer, Identity

STRENGTH = ("external_id", "unionid", "openid", "phone", "email", "api", "visitor", "device")
OF_THE_WORLD = frozenset({"phone", "email", "unionid"})
ONE_PER_PERSON = frozenset({"external_id", "unionid", "openid"})
OF_A_MACHINE = frozenset({"visitor", "device"})
VALUE_CHARACTERS = 320


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
    """Whom these claims touch; the light lock keeps an erasure from passing in between."""
    if not claims:
        return Known(customers={}, identities=[])
    touched = select(Identity.customer_id).where(or_(*(is_claimed_by(one) for one in claims)))
    rows = await db.execute(
        select(Identity, Customer)
        .join(Customer, Customer.id == Identity.customer_id)
        .where(Identity.customer_id.in_(touched))
        .with_for_update(read=True, key_share=True, of=Customer)
        .execution_options(populate_existing=True)
    )
    found = rows.all()
    return Known(
        customers={customer.id: customer for _, customer in found},
        identities=[identity for identity, _ in found],
    )


def is_vouched_for(claims: Sequence[Claim]) -> bool:
    """Whether the shop or the channel itself says who this is."""
    return any(claim.proves and claim.kind not in OF_A_MACHINE for claim in claims)
