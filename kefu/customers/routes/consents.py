"""Consents of a customer, and the proof of who they are."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from kefu.core.http import Db
from kefu.core.shapes import Page
from kefu.customers.access import customer_for
from kefu.customers.consents import (
    Proof,
    consent_of,
    consents_of,
    give_consent,
    withdraw_consent,
)
from kefu.customers.model import Consent
from kefu.customers.schemas import (
    ConsentRow,
    NewConsent,
    OrderProof,
    VerificationRow,
    Withdrawal,
)
from kefu.customers.verifying import verify_by_order
from kefu.identity import CurrentActor

router = APIRouter(tags=["customers"])


@router.get("/customers/{customer_id}/consents")
async def get_consents(customer_id: UUID, db: Db, actor: CurrentActor) -> Page[ConsentRow]:
    customer = await customer_for(db, actor, customer_id)
    return Page(items=[consent_row(one) for one in await consents_of(db, customer.id)])


@router.post("/customers/{customer_id}/consents", status_code=201)
async def post_consent(
    customer_id: UUID, body: NewConsent, db: Db, actor: CurrentActor
) -> ConsentRow:
    customer = await customer_for(db, actor, customer_id)
    proof = Proof(channel=body.channel, evidence=body.evidence)
    return consent_row(await give_consent(db, customer, body.purpose, proof=proof, by=actor.id))


@router.put("/customers/{customer_id}/consents/{consent_id}/withdrawal")
async def put_withdrawal(
    customer_id: UUID, consent_id: UUID, body: Withdrawal, db: Db, actor: CurrentActor
) -> ConsentRow:
    customer = await customer_for(db, actor, customer_id)
    consent = await consent_of(db, customer, consent_id)
    await withdraw_consent(db, consent, channel=body.channel, by=actor.id)
    return consent_row(consent)


@router.post("/customers/{customer_id}/verification")
async def post_verification(
    customer_id: UUID, body: OrderProof, db: Db, actor: CurrentActor
) -> VerificationRow:
    customer = await customer_for(db, actor, customer_id, lock=True)
    proven = await verify_by_order(
        db, customer, order=body.order, phone_tail=body.phone_tail, by=actor.id
    )
    return VerificationRow(
        verified=proven is not None, valid_until=proven.valid_until if proven else None
    )


def consent_row(consent: Consent) -> ConsentRow:
    return ConsentRow.model_validate(consent, from_attributes=True)
