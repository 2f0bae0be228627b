"""Candidates: pairs who may be one person, kept with how sure that is until somebody decides."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.events import record
from kefu.core.ids import uuid7
from kefu.customers.claims import Claim
from kefu.customers.confidence import (
    PROOFS,
    Sign,
    confidence_of,
    face_of,
    signs_between,
    signs_in,
    strongest,
)
from kefu.customers.events_merging import MatchFound
from kefu.customers.model import Customer, Identity, MergeCandidate


async def keep_candidate(db: Session, customer: Customer, held: Identity, claim: Claim) -> None:
    """Remember that the customer claims what another holds; told when it makes us surer."""
    proof = PROOFS[int(claim.proves) + int(held.verified_at is not None)]
    kept = await candidate_between(db, customer.id, held.customer_id)
    if kept is not None and (kept.decided_at or knows(kept, claim.kind, proof)):
        return
    signs = await compared(db, customer, held, claim)
    if kept is not None:
        signs = strongest([*signs_in(kept.evidence), *signs])
    one, other = sorted((customer.id, held.customer_id))
    values = {"confidence": confidence_of(signs), "evidence": [sign.plain() for sign in signs]}
    await db.execute(
        insert(MergeCandidate)
        .values(
            id=uuid7(),
            one_id=one,
            other_id=other,
            kind=claim.kind,
            verified=claim.proves,
            created_at=now(),
            **values,
        )
        .on_conflict_do_update(index_elements=["one_id", "other_id"], set_=values)
    )
    found = MatchFound(
        subject=customer.id,
        customer=customer.id,
        other=held.customer_id,
        identity_kind=claim.kind,
        verified=claim.proves,
        confidence=confidence_of(signs),
    )
    await record(db, found)


async def candidate_between(db: Session, one: UUID, other: UUID) -> MergeCandidate | None:
    first, second = sorted((one, other))
    found = await db.execute(
        select(MergeCandidate)
        .where(MergeCandidate.one_id == first, MergeCandidate.other_id == second)
        .execution_options(populate_existing=True)
    )
    return found.scalar_one_or_none()


def knows(kept: MergeCandidate, kind: str, proof: str) -> bool:
    """Whether the candidate holds this sign already, at least as well proven."""
    return any(
        sign.agrees and sign.sign == kind and PROOFS.index(sign.proof) >= PROOFS.index(proof)
        for sign in signs_in(kept.evidence)
    )


async def compared(db: Session, customer: Customer, held: Identity, claim: Claim) -> list[Sign]:
    """What the two have in common with this claim, and in what they differ."""
    other = await db.get_one(Customer, held.customer_id)
    rows = await db.scalars(
        select(Identity).where(
            or_(Identity.customer_id == customer.id, Identity.customer_id == other.id)
        )
    )
    identities = rows.all()
    mine = face_of(customer, [one for one in identities if one.customer_id == customer.id])
    theirs = face_of(other, [one for one in identities if one.customer_id == other.id])
    mine.identifiers[claim.kind, str(claim.scope) if claim.scope else None, claim.value] = (
        claim.proves
    )
    return signs_between(mine, theirs)
