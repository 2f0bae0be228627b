"""Profiles: what is known about a customer, read with masks and changed field by field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import delete

from kefu.core.db import Session
from kefu.core.events import record
from kefu.customers.attributes import attribute_definitions, checked_attributes
from kefu.customers.contacts import email_address, phone_number
from kefu.customers.events import CustomerChanged
from kefu.customers.identities import add_claims, identities_of
from kefu.customers.masking import masked_email, masked_number, masked_phone
from kefu.customers.model import Customer, Identity
from kefu.customers.personal_data import check_not_erased, erases_customer, exports_customer

READ: dict[str, Callable[[str], str]] = {"phone": phone_number, "email": email_address}
MASKED: dict[str, Callable[[str | None], str | None]] = {
    "phone": masked_phone,
    "email": masked_email,
}


async def change_profile(
    db: Session,
    customer: Customer,
    changes: Mapping[str, Any],
    *,
    by: UUID | None,
    historic: bool = False,
) -> None:
    """Take these fields; one that comes back masked, as it was shown, is left as it is."""
    check_not_erased(customer)
    changed = [name for name, value in changes.items() if is_changed_plainly(customer, name, value)]
    for field in READ.keys() & changes.keys():
        changed += await changed_contact(db, customer, field, changes[field])
    changed += await changed_attributes(db, customer, changes.get("attributes") or {})
    if changed:
        event = CustomerChanged(
            subject=customer.id,
            customer=customer.id,
            actor=by,
            changed=tuple(changed),
            historic=historic or None,
        )
        await record(db, event)


def is_changed_plainly(customer: Customer, name: str, value: Any) -> bool:
    if name == "name" and value != customer.name:
        customer.rename(value)
        return True
    if name in ("avatar", "locale", "tier") and value != getattr(customer, name):
        setattr(customer, name, value)
        return True
    return False


async def changed_contact(
    db: Session, customer: Customer, field: str, written: str | None
) -> list[str]:
    """Keep the new contact, by which the customer is found from now on, and drop the old one."""
    kept = getattr(customer, field)
    if written and written == MASKED[field](kept):
        return []
    value = READ[field](written) if written else None
    if value == kept:
        return []
    setattr(customer, field, value)
    await db.execute(
        delete(Identity).where(
            Identity.customer_id == customer.id,
            Identity.kind == field,
            Identity.value == kept,
            Identity.verified_at.is_(None),
        )
    )
    if value:
        await add_claims(db, customer, [(field, value, False)])
    return [field]


async def changed_attributes(
    db: Session, customer: Customer, values: Mapping[str, Any]
) -> list[str]:
    if not values:
        return []
    kept = customer.attributes
    shown = await shown_attributes(db, customer)
    sent = {key: value for key, value in values.items() if key not in kept or value != shown[key]}
    new = {
        key: value
        for key, value in (await checked_attributes(db, sent)).items()
        if value != kept.get(key)
    }
    customer.attributes = {key: value for key, value in (kept | new).items() if value is not None}
    return [f"attributes.{key}" for key in new]


async def shown_attributes(db: Session, customer: Customer) -> dict[str, Any]:
    """The attributes as everybody sees them: sensitive ones masked."""
    sensitive = {one.key for one in await attribute_definitions(db) if one.sensitive}
    return {
        key: masked_number(value) if key in sensitive else value
        for key, value in customer.attributes.items()
    }


@exports_customer("profile")
async def export_profile(db: Session, customer_id: UUID) -> dict[str, Any]:
    customer = await db.get_one(Customer, customer_id)
    return {
        "name": customer.name,
        "email": customer.email,
        "phone": customer.phone,
        "locale": customer.locale,
        "avatar": customer.avatar,
        "tier": customer.tier,
        "attributes": customer.attributes,
        "first_seen_at": customer.first_seen_at.isoformat(),
        "last_seen_at": customer.last_seen_at.isoformat(),
        "identities": [
            {"kind": one.kind, "value": one.value, "verified": one.verified_at is not None}
            for one in await identities_of(db, customer_id)
        ],
    }


@erases_customer
async def erase_identities(db: Session, customer: UUID) -> None:
    await db.execute(delete(Identity).where(Identity.customer_id == customer))
