"""Personal data of one customer: every capability adds what it holds and blanks it in the end.

@exports_customer("notes")
async def notes_of(db: Session, customer: UUID) -> Any: ...

@erases_customer
async def erase_notes(db: Session, customer: UUID) -> None: ...
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Conflict, Invalid
from kefu.core.events import FactRow, record
from kefu.customers.access import everyone_who_is
from kefu.customers.events import CustomerErased, CustomerExported
from kefu.customers.model import Customer

Export = Callable[[Session, UUID], Awaitable[Any]]
Erase = Callable[[Session, UUID], Awaitable[None]]

EXPORTS: dict[str, Export] = {}
ERASURES: list[Erase] = []
ERASURE_REASONS = ("customer_request", "account_closed", "retention", "mistake")


def exports_customer(section: str) -> Callable[[Export], Export]:
    """Put what the function gives into this section of a customer's export."""

    def register(export: Export) -> Export:
        if section in EXPORTS:
            raise ValueError(f"Two contributors export the section {section}.")
        EXPORTS[section] = export
        return export

    return register


def erases_customer(erase: Erase) -> Erase:
    """Call the function when a customer is erased, in the same transaction."""
    ERASURES.append(erase)
    return erase


async def export_customer(db: Session, customer: Customer, *, by: UUID) -> dict[str, Any]:
    """Everything kept about one person, in plain, for that person."""
    sections = {section: await export(db, customer.id) for section, export in EXPORTS.items()}
    await record(db, CustomerExported(subject=customer.id, customer=customer.id, actor=by))
    return {"exported_at": now().isoformat(), "customer": str(customer.id), **sections}


async def erase_customer(
    db: Session, customer: Customer, *, name: str, reason: str, by: UUID
) -> None:
    """Blank every text about a person in every capability; facts and figures stay.

    Whoever was merged into them is the same person, and forgotten as well.

    The full row lock waits for whoever is just attaching an identity, so that none stays behind.
    """
    await db.refresh(customer, with_for_update=True)
    check_not_erased(customer)
    if name.strip() != customer.name:
        raise Invalid("Write the customer's name exactly, to be sure.", field="name")
    if customer.merged_into is not None:
        raise Conflict("This customer was merged into another one.", code="merged")
    everyone = await db.scalars(select(Customer).where(everyone_who_is(customer.id)))
    for one in everyone.all():
        for erase in ERASURES:
            await erase(db, one.id)
        one.erase(now())
    erased = CustomerErased(subject=customer.id, customer=customer.id, actor=by, reason=reason)
    await record(db, erased)


def check_not_erased(customer: Customer) -> None:
    if customer.erased_at is not None:
        raise Conflict("This customer is erased.")


@exports_customer("history")
async def history_of(db: Session, customer: UUID) -> list[dict[str, Any]]:
    """What happened with the customer: the facts, without the colleagues' ids."""
    rows = await db.execute(
        select(FactRow.kind, FactRow.at, FactRow.conversation, FactRow.details)
        .where(FactRow.customer.in_(select(Customer.id).where(everyone_who_is(customer))))
        .order_by(FactRow.id)
    )
    return [
        {
            "kind": row.kind,
            "at": row.at.isoformat(),
            "conversation": str(row.conversation) if row.conversation else None,
            "details": row.details,
        }
        for row in rows
    ]
