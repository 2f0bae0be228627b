"""Notes: what colleagues should know about a customer; the customer never sees them in a chat."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Forbidden, NotFound
from kefu.core.events import FactRow, record
from kefu.core.ids import uuid7
from kefu.core.paging import page_of, read_cursor
from kefu.customers.events import CustomerNoteChanged, CustomerNoted, CustomerNoteRemoved
from kefu.customers.model import Customer, CustomerNote
from kefu.customers.moving import moves_with_customer
from kefu.customers.personal_data import check_not_erased, erases_customer, exports_customer
from kefu.customers.timeline import timeline_entry
from kefu.identity import Actor

moves_with_customer("notes", CustomerNote)


async def note(db: Session, customer: Customer, *, text: str, by: UUID | None) -> CustomerNote:
    check_not_erased(customer)
    written = CustomerNote(id=uuid7(), customer_id=customer.id, author_id=by, text=text)
    db.add(written)
    event = CustomerNoted(subject=customer.id, customer=customer.id, actor=by, note=written.id)
    await record(db, event)
    return written


async def change_note(db: Session, kept: CustomerNote, *, text: str, by: Actor) -> None:
    check_may_change(kept, by)
    kept.text, kept.changed_at = text, now()
    customer = kept.customer_id
    event = CustomerNoteChanged(subject=customer, customer=customer, actor=by.id, note=kept.id)
    await record(db, event)


async def remove_note(db: Session, kept: CustomerNote, *, by: Actor) -> None:
    check_may_change(kept, by)
    customer = kept.customer_id
    await db.delete(kept)
    event = CustomerNoteRemoved(subject=customer, customer=customer, actor=by.id, note=kept.id)
    await record(db, event)


def check_may_change(kept: CustomerNote, by: Actor) -> None:
    if kept.author_id != by.id and not by.may("customer.moderate"):
        raise Forbidden("Only its author changes a note.")


async def note_of(db: Session, customer: Customer, note_id: UUID) -> CustomerNote:
    found = await db.execute(
        select(CustomerNote)
        .where(CustomerNote.id == note_id, CustomerNote.customer_id == customer.id)
        .with_for_update()
    )
    kept = found.scalar_one_or_none()
    if kept is None:
        raise NotFound("There is no such note.")
    return kept


async def notes_of(
    db: Session, customer: Customer, *, cursor: str | None, limit: int
) -> tuple[list[CustomerNote], str | None]:
    """A page of the customer's notes, newest first."""
    query = (
        select(CustomerNote)
        .where(CustomerNote.customer_id == customer.id)
        .order_by(CustomerNote.id.desc())
        .limit(limit + 1)
    )
    key = read_cursor(cursor, UUID)
    if key:
        query = query.where(CustomerNote.id < key[0])
    return page_of((await db.scalars(query)).all(), limit, lambda one: [one.id])


@timeline_entry(CustomerNoted.kind, CustomerNoteChanged.kind)
async def show_notes(db: Session, _: Actor, facts: Sequence[FactRow]) -> dict[int, dict[str, Any]]:
    """The text as it is today; a removed note leaves only the fact."""
    ids = {UUID(fact.details["note"]) for fact in facts}
    rows = await db.execute(
        select(CustomerNote.id, CustomerNote.text).where(CustomerNote.id.in_(ids))
    )
    texts = {row.id: row.text for row in rows}
    return {fact.id: {"text": texts.get(UUID(fact.details["note"]))} for fact in facts}


@exports_customer("notes")
async def export_notes(db: Session, customer: UUID) -> list[dict[str, Any]]:
    rows = await db.scalars(
        select(CustomerNote).where(CustomerNote.customer_id == customer).order_by(CustomerNote.id)
    )
    return [{"at": one.created_at.isoformat(), "text": one.text} for one in rows]


@erases_customer
async def erase_notes(db: Session, customer: UUID) -> None:
    await db.execute(delete(CustomerNote).where(CustomerNote.customer_id == customer))
