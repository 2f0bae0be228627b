"""Address books over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from fastapi import APIRouter

from kefu.core.http import Db
from kefu.core.shapes import Page
from kefu.customers.access import customer_for
from kefu.customers.addresses import (
    add_address,
    address_of,
    addresses_of,
    change_address,
    masked_address,
    remove_address,
)
from kefu.customers.model_addresses import CustomerAddress
from kefu.customers.regions import place_in
from kefu.customers.schemas_addresses import (
    AddressChange,
    AddressRow,
    AddressText,
    NewAddress,
    PlaceRow,
)
from kefu.identity import CurrentActor

router = APIRouter(prefix="/api/v1", tags=["customers"])


@router.get("/customers/{customer_id}/addresses")
async def get_addresses(customer_id: UUID, db: Db, actor: CurrentActor) -> Page[AddressRow]:
    customer = await customer_for(db, actor, customer_id)
    return Page(items=address_rows(await addresses_of(db, customer.id)))


@router.post("/customers/{customer_id}/addresses", status_code=201)
async def post_address(
    customer_id: UUID, body: NewAddress, db: Db, actor: CurrentActor
) -> AddressRow:
    customer = await customer_for(db, actor, customer_id, lock=True)
    address = await add_address(db, customer, body.model_dump(exclude_unset=True), by=actor.id)
    return address_row(address, is_default=address.default_at is not None)


@router.patch("/customers/{customer_id}/addresses/{address_id}")
async def patch_address(
    customer_id: UUID, address_id: UUID, body: AddressChange, db: Db, actor: CurrentActor
) -> AddressRow:
    customer = await customer_for(db, actor, customer_id, lock=True)
    address = await address_of(db, customer, address_id)
    await change_address(db, address, body.model_dump(exclude_unset=True), by=actor.id)
    rows = address_rows(await addresses_of(db, customer.id))
    return next(row for row in rows if row.id == address.id)


@router.delete("/customers/{customer_id}/addresses/{address_id}", status_code=204)
async def delete_address(customer_id: UUID, address_id: UUID, db: Db, actor: CurrentActor) -> None:
    customer = await customer_for(db, actor, customer_id, lock=True)
    await remove_address(db, await address_of(db, customer, address_id), by=actor.id)


@router.post("/address-readings")
async def post_reading(body: AddressText, _: CurrentActor) -> PlaceRow:
    """What an address written in one line is read as; nothing is kept."""
    return PlaceRow.model_validate(place_in(body.text), from_attributes=True)


def address_rows(addresses: Sequence[CustomerAddress]) -> list[AddressRow]:
    """The first of a list is the default, unless none ever was."""
    return [
        address_row(one, is_default=at == 0 and one.default_at is not None)
        for at, one in enumerate(addresses)
    ]


def address_row(address: CustomerAddress, *, is_default: bool) -> AddressRow:
    return AddressRow(**masked_address(address), is_default=is_default)
