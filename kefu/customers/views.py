"""Views: customers as answers show them, masked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kefu.core.db import Session
from kefu.customers.consents import consents_of
from kefu.customers.identities import identities_of
from kefu.customers.labels import labels_named
from kefu.customers.masking import masked_email, masked_identity, masked_phone
from kefu.customers.model import Customer, CustomerLabel, CustomerNote
from kefu.customers.profiles import shown_attributes
from kefu.customers.schemas import (
    AgentShown,
    CustomerDetail,
    CustomerRow,
    IdentityRow,
    LabelRow,
    NoteRow,
)
from kefu.customers.verifying import verified_until
from kefu.identity import Actor, AgentName, agents_named

VERBS = {
    "edit": "customer.edit",
    "note": "customer.note",
    "reveal": "customer.reveal",
    "export": "customer.export",
    "erase": "customer.erase",
    "block": "customer.block",
}
AFTER_ERASURE = {"export"}


async def customer_rows(db: Session, customers: Sequence[Customer]) -> list[CustomerRow]:
    labels = await labels_named(db, [customer.id for customer in customers])
    return [CustomerRow(**masked(customer, labels[customer.id])) for customer in customers]


def masked(customer: Customer, labels: Sequence[CustomerLabel]) -> dict[str, Any]:
    return {
        "id": customer.id,
        "name": customer.name,
        "avatar": customer.avatar,
        "tier": customer.tier,
        "phone": masked_phone(customer.phone),
        "email": masked_email(customer.email),
        "labels": [LabelRow.model_validate(one, from_attributes=True) for one in labels],
        "blocked_at": customer.blocked_at,
        "first_seen_at": customer.first_seen_at,
        "last_seen_at": customer.last_seen_at,
    }


async def customer_detail(db: Session, actor: Actor, customer: Customer) -> CustomerDetail:
    labels = await labels_named(db, [customer.id])
    return CustomerDetail(
        **masked(customer, labels[customer.id]),
        locale=customer.locale,
        attributes=await shown_attributes(db, customer),
        identities=[
            IdentityRow(
                id=one.id,
                kind=one.kind,
                value=masked_identity(one.kind, one.value),
                verified=one.verified_at is not None,
                scope=one.scope,
            )
            for one in await identities_of(db, customer.id)
        ],
        verified_until=await verified_until(db, customer.id),
        consents=[
            one.purpose for one in await consents_of(db, customer.id) if one.withdrawn_at is None
        ],
        created_at=customer.created_at,
        updated_at=customer.updated_at,
        erased_at=customer.erased_at,
        allowed=allowed_to(actor, customer),
    )


def allowed_to(actor: Actor, customer: Customer) -> list[str]:
    possible = AFTER_ERASURE if customer.erased_at else set(VERBS)
    return sorted(verb for verb in possible if actor.may(VERBS[verb]))


async def note_rows(db: Session, notes: Sequence[CustomerNote]) -> list[NoteRow]:
    names = await agents_named(db, [note.author_id for note in notes])
    return [
        NoteRow(
            id=note.id,
            text=note.text,
            author=agent_shown(names.get(note.author_id) if note.author_id else None),
            created_at=note.created_at,
            changed_at=note.changed_at,
        )
        for note in notes
    ]


def agent_shown(agent: AgentName | None) -> AgentShown | None:
    return AgentShown(id=agent.id, name=agent.name, avatar=agent.avatar) if agent else None
