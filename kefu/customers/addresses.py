"""Addresses: a customer's address book, masked until somebody asks for it with a reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, nulls_last, select

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Conflict, Invalid, NotFound
from kefu.core.events import record
from kefu.core.ids import uuid7
from kefu.customers.access import everyone_who_is
from kefu.customers.contacts import phone_number
from kefu.customers.events_addresses import AddressAdded, AddressChanged, AddressRemoved
from kefu.customers.masking import HIDDEN, masked_phone
from kefu.customers.model import Customer
from kefu.customers.model_addresses import CustomerAddress
from kefu.customers.moving import moves_with_customer
from kefu.customers.personal_data import check_not_erased, erases_customer, exports_customer
from kefu.customers.regions import place_in

moves_with_customer("addresses", CustomerAddress)

ADDRESSES_AT_MOST = 50
REGION = ("province", "city", "district", "street")
MASKED = ("recipient", "phone", "detail")


async def add_address(
    db: Session, customer: Customer, fields: Mapping[str, Any], *, by: UUID | None
) -> CustomerAddress:
    """Put an address into the book; the first one is the default."""
    check_not_erased(customer)
    kept = await addresses_of(db, customer.id)
    if len(kept) >= ADDRESSES_AT_MOST:
        raise Conflict(
            f"A customer has at most {ADDRESSES_AT_MOST} addresses.",
            field="address",
            limit=ADDRESSES_AT_MOST,
        )
    address = CustomerAddress(id=uuid7(), customer_id=customer.id, **read(fields))
    if fields.get("is_default") or not kept:
        address.default_at = now()
    db.add(address)
    event = AddressAdded(subject=customer.id, customer=customer.id, actor=by, address=address.id)
    await record(db, event)
    return address


async def change_address(
    db: Session, address: CustomerAddress, changes: Mapping[str, Any], *, by: UUID
) -> None:
    """Take these fields; one that comes back masked, as it was shown, is left as it is."""
    shown = masked_address(address)
    sent = {
        name: value for name, value in changes.items() if name not in MASKED or value != shown[name]
    }
    for name, value in read(sent, partly=True).items():
        setattr(address, name, value)
    if changes.get("is_default"):
        address.default_at = now()
    await record(db, changed_event(AddressChanged, address, by))


async def remove_address(db: Session, address: CustomerAddress, *, by: UUID) -> None:
    await db.delete(address)
    await record(db, changed_event(AddressRemoved, address, by))


def changed_event(
    kind: type[AddressChanged | AddressRemoved], address: CustomerAddress, by: UUID
) -> AddressChanged | AddressRemoved:
    customer = address.customer_id
    return kind(subject=customer, customer=customer, actor=by, address=address.id)


def read(fields: Mapping[str, Any], *, partly: bool = False) -> dict[str, Any]:
    """The fields as they are kept; an address in one line fills the parts that were not given."""
    found = {name: value for name, value in fields.items() if name not in ("text", "is_default")}
    if found.get("phone"):
        found["phone"] = phone_number(found["phone"])
    if fields.get("text"):
        place = place_in(fields["text"])
        for name in (*REGION, "detail"):
            found[name] = found.get(name) or getattr(place, name)
    if not partly or "detail" in found:
        check_written(found)
    return found


def check_written(found: Mapping[str, Any]) -> None:
    if not found.get("detail") and not found.get("street"):
        raise Invalid("An address needs a street or a house.", field="detail")


async def addresses_of(db: Session, customer: UUID) -> Sequence[CustomerAddress]:
    """The customer's addresses, the default first, then the newest."""
    rows = await db.scalars(
        select(CustomerAddress)
        .where(CustomerAddress.customer_id == customer)
        .order_by(nulls_last(CustomerAddress.default_at.desc()), CustomerAddress.id.desc())
    )
    return rows.all()


async def address_of(db: Session, customer: Customer, address_id: UUID) -> CustomerAddress:
    found = await db.execute(
        select(CustomerAddress)
        .where(CustomerAddress.id == address_id, CustomerAddress.customer_id == customer.id)
        .with_for_update()
    )
    address = found.scalar_one_or_none()
    if address is None:
        raise NotFound("There is no such address.")
    return address


def masked_address(address: CustomerAddress) -> dict[str, Any]:
    """What everybody sees: the region, the family name, the tail of the number."""
    return {
        "id": address.id,
        "recipient": masked_name(address.recipient),
        "phone": masked_phone(address.phone),
        **{name: getattr(address, name) for name in REGION},
        "detail": HIDDEN if address.detail else "",
        "postcode": address.postcode,
    }


def masked_name(name: str) -> str:
    return name[:1] + "*" * max(len(name) - 1, 1)


def plain_address(address: CustomerAddress) -> dict[str, Any]:
    """The address in full, for parcels, exports, and whoever asked with a reason."""
    return {
        "id": str(address.id),
        "recipient": address.recipient,
        "phone": address.phone,
        **{name: getattr(address, name) for name in REGION},
        "detail": address.detail,
        "postcode": address.postcode,
    }


@exports_customer("addresses")
async def export_addresses(db: Session, customer: UUID) -> list[dict[str, Any]]:
    everyone = select(Customer.id).where(everyone_who_is(customer))
    rows = await db.scalars(
        select(CustomerAddress)
        .where(CustomerAddress.customer_id.in_(everyone))
        .order_by(CustomerAddress.id)
    )
    return [plain_address(one) for one in rows]


@erases_customer
async def erase_addresses(db: Session, customer: UUID) -> None:
    await db.execute(delete(CustomerAddress).where(CustomerAddress.customer_id == customer))
