"""Consents: what a customer agreed to, where, and how we know; nothing is done without."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Conflict, Forbidden, NotFound
from kefu.core.events import record
from kefu.core.ids import uuid7
from kefu.customers.access import everyone_who_is
from kefu.customers.events import ConsentGiven, ConsentWithdrawn
from kefu.customers.model import Consent, Customer
from kefu.customers.moving import moves_with_customer
from kefu.customers.personal_data import check_not_erased, erases_customer, exports_customer

moves_with_customer(
    "consents", Consent, one_per=("purpose",), when=lambda row: row.withdrawn_at.is_(None)
)

PURPOSES = ("service", "marketing", "survey", "profiling", "recording", "care")
"""What personal data may be used for; each is agreed to by itself."""


@dataclass(frozen=True)
class Proof:
    """Where a consent was given, and what shows it: a form's version, a recording, a sentence."""

    channel: str
    evidence: str


async def give_consent(
    db: Session, customer: Customer, purpose: str, *, proof: Proof, by: UUID | None = None
) -> Consent:
    """The customer agrees to one purpose; a consent in force is kept and not doubled."""
    await db.refresh(customer, with_for_update={"key_share": True})
    check_not_erased(customer)
    kept = await consent_in_force(db, customer.id, purpose)
    if kept is not None:
        return kept
    consent = Consent(
        id=uuid7(),
        customer_id=customer.id,
        purpose=purpose,
        channel=proof.channel,
        evidence=proof.evidence,
    )
    db.add(consent)
    event = ConsentGiven(
        subject=customer.id,
        customer=customer.id,
        actor=by,
        consent=consent.id,
        purpose=purpose,
        channel=proof.channel,
    )
    await record(db, event)
    return consent


async def withdraw_consent(
    db: Session, consent: Consent, *, channel: str, by: UUID | None = None
) -> None:
    if consent.withdrawn_at is not None:
        raise Conflict("This consent is withdrawn already.")
    consent.withdrawn_at, consent.withdrawn_channel = now(), channel
    event = ConsentWithdrawn(
        subject=consent.customer_id,
        customer=consent.customer_id,
        actor=by,
        consent=consent.id,
        purpose=consent.purpose,
        channel=channel,
    )
    await record(db, event)


async def has_consent(db: Session, customer: UUID, purpose: str) -> bool:
    """Whether the customer agrees to this purpose now."""
    return await consent_in_force(db, customer, purpose) is not None


async def check_consent(db: Session, customer: UUID, purpose: str) -> None:
    """Refuse a use of personal data that the customer did not agree to."""
    if not await has_consent(db, customer, purpose):
        raise Forbidden("The customer has not agreed to this.", code="no_consent", detail=purpose)


async def consent_in_force(db: Session, customer: UUID, purpose: str) -> Consent | None:
    found = await db.execute(
        select(Consent).where(
            Consent.customer_id == customer,
            Consent.purpose == purpose,
            Consent.withdrawn_at.is_(None),
        )
    )
    return found.scalar_one_or_none()


async def consent_of(db: Session, customer: Customer, consent_id: UUID) -> Consent:
    found = await db.execute(
        select(Consent)
        .where(Consent.id == consent_id, Consent.customer_id == customer.id)
        .with_for_update()
    )
    consent = found.scalar_one_or_none()
    if consent is None:
        raise NotFound("There is no such consent.")
    return consent


async def consents_of(db: Session, customer: UUID) -> Sequence[Consent]:
    """All consents, the withdrawn ones too, newest first."""
    rows = await db.scalars(
        select(Consent).where(Consent.customer_id == customer).order_by(Consent.id.desc())
    )
    return rows.all()


async def consents_of_everyone(db: Session, customer: UUID) -> Sequence[Consent]:
    """With those of merged customers that both had given: they lie where they were."""
    everyone = select(Customer.id).where(everyone_who_is(customer))
    query = select(Consent).where(Consent.customer_id.in_(everyone)).order_by(Consent.id.desc())
    return (await db.scalars(query)).all()


@exports_customer("consents")
async def export_consents(db: Session, customer: UUID) -> list[dict[str, Any]]:
    return [
        {
            "purpose": one.purpose,
            "channel": one.channel,
            "evidence": one.evidence,
            "given_at": one.given_at.isoformat(),
            "withdrawn_at": one.withdrawn_at.isoformat() if one.withdrawn_at else None,
        }
        for one in await consents_of_everyone(db, customer)
    ]


@erases_customer
async def erase_consents(db: Session, customer: UUID) -> None:
    """That there was a consent, and when, is our own proof and stays; its wording goes."""
    mine = Consent.customer_id == customer
    await db.execute(update(Consent).where(mine).values(evidence=""))
    await db.execute(
        update(Consent).where(mine, Consent.withdrawn_at.is_(None)).values(withdrawn_at=now())
    )
