"""Revealing: personal data in plain, for a reason, and remembered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kefu.core.db import Session
from kefu.core.events import record
from kefu.customers.addresses import addresses_of, plain_address
from kefu.customers.attributes import attribute_definitions
from kefu.customers.events import CustomerRevealed
from kefu.customers.identities import identities_of
from kefu.customers.model import Customer
from kefu.customers.verifying import verified_until
from kefu.identity import Actor

REASONS = ("call_customer", "check_identity", "ship_order", "refund", "complaint", "other")


@dataclass(frozen=True, slots=True)
class InPlain:
    """What masking hides."""

    phone: str | None
    email: str | None
    attributes: dict[str, Any]
    identities: list[dict[str, Any]]
    addresses: list[dict[str, Any]]


async def reveal(db: Session, customer: Customer, *, reason: str, by: Actor) -> InPlain:
    """Show what is masked; who saw what, why, and whether the customer had proven themselves."""
    by.require("customer.reveal")
    sensitive = {one.key for one in await attribute_definitions(db) if one.sensitive}
    plain = InPlain(
        phone=customer.phone,
        email=customer.email,
        attributes={key: customer.attributes[key] for key in sensitive & set(customer.attributes)},
        identities=[
            {"id": one.id, "kind": one.kind, "value": one.value}
            for one in await identities_of(db, customer.id)
        ],
        addresses=[plain_address(one) for one in await addresses_of(db, customer.id)],
    )
    event = CustomerRevealed(
        subject=customer.id,
        customer=customer.id,
        actor=by.id,
        shown=("phone", "email", "identities", "addresses", *sorted(plain.attributes)),
        reason=reason,
        verified=await verified_until(db, customer.id) is not None,
    )
    await record(db, event)
    return plain
