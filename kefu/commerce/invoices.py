"""Invoices: applied for, changed, issued, sent again, and taken back by a red letter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from kefu.commerce.care_profiles import RuleBroken
from kefu.commerce.changing import GIVEN_BACK
from kefu.commerce.events_benefits import (
    InvoiceApplied,
    InvoiceChanged,
    InvoiceEvent,
    InvoiceIssued,
    InvoiceSent,
    InvoiceVoided,
)
from kefu.commerce.model_invoices import Invoice
from kefu.commerce.model_orders import Order, Refund
from kefu.commerce.tax_numbers import checked_tax_number
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Conflict, Invalid
from kefu.core.events import record
from kefu.core.ids import uuid7
from kefu.core.jobs import enqueue
from kefu.customers import email_address

MAIL_JOB = "commerce.mail_invoice"
WORDS = ("kind", "medium", "title", "tax_number", "email", "address")
INVOICED = ("paid", "processing", "shipped", "delivered", "completed")


async def apply_for_invoice(
    db: Session,
    order: Order,
    given: Mapping[str, Any],
    *,
    source: str = "service",
    by: UUID | None = None,
    replaces: Invoice | None = None,
) -> Invoice:
    """Apply for the invoice of an order that was loaded with its lock."""
    if order.status not in INVOICED:
        raise RuleBroken("order_status", "An invoice is written for a paid order.", field="status")
    if await invoice_in_force(db, order.id) is not None:
        raise RuleBroken("invoiced_already", "This order has an invoice; it can be changed.")
    amount = await amount_of(db, order)
    if amount <= 0:
        raise RuleBroken("nothing_paid", "Nothing of this order is left to be invoiced.")
    invoice = Invoice(
        id=uuid7(),
        order_id=order.id,
        customer_id=order.customer_id,
        amount=amount,
        currency=order.currency,
        source=source,
        requested_by=by,
        replaces_id=replaces.id if replaces else None,
        **checked(given),
    )
    db.add(invoice)
    await db.flush()
    await record(db, said(InvoiceApplied, invoice, by))
    return invoice


async def change_invoice(
    db: Session,
    invoice: Invoice,
    order: Order,
    changes: Mapping[str, Any],
    *,
    red_number: str | None = None,
    source: str = "service",
    by: UUID | None = None,
) -> Invoice:
    """Write it otherwise: before it is issued in place, later by a red letter and a new one."""
    check_in_force(invoice)
    given = {name: getattr(invoice, name) for name in WORDS} | dict(changes)
    if invoice.state == "applied":
        for name, value in checked(given).items():
            setattr(invoice, name, value)
        await record(db, said(InvoiceChanged, invoice, by))
        return invoice
    checked(given)
    await void_invoice(db, invoice, reason="changed", red_number=red_number, by=by)
    return await apply_for_invoice(db, order, given, source=source, by=by, replaces=invoice)


async def issue_invoice(db: Session, invoice: Invoice, *, number: str, by: UUID) -> None:
    """Finance has written it; an electronic one goes out with that."""
    if invoice.state != "applied":
        raise Conflict("This invoice does not wait to be issued.", code="not_applied")
    invoice.state, invoice.number, invoice.issued_by = "issued", number, by
    invoice.issued_at = now()
    await record(db, said(InvoiceIssued, invoice, by))
    await send_invoice(db, invoice, by=by)


async def send_invoice(
    db: Session, invoice: Invoice, *, email: str | None = None, by: UUID | None
) -> None:
    """Send it, or send it once more, perhaps to another address.

    An electronic one goes by mail and counts as sent once the mail has left; paper is posted by
    whoever says so.
    """
    if invoice.state != "issued":
        raise Conflict("Only an issued invoice is sent.", code="not_issued")
    if email is not None:
        invoice.email = email_address(email)
    if invoice.medium == "electronic":
        payload = {"invoice": invoice.id, "by": by}
        await enqueue(db, MAIL_JOB, payload, key=f"{invoice.id}:{invoice.sends}")
    else:
        await note_sent(db, invoice, by=by)


async def note_sent(db: Session, invoice: Invoice, *, by: UUID | None) -> None:
    invoice.sends += 1
    invoice.sent_at = now()
    await record(db, said(InvoiceSent, invoice, by, sends=invoice.sends))


async def void_invoice(
    db: Session, invoice: Invoice, *, reason: str, red_number: str | None, by: UUID | None
) -> None:
    """Take it back; one that was issued needs the number of its red letter."""
    check_in_force(invoice)
    if invoice.state == "issued" and not red_number:
        raise Invalid(
            "An issued invoice is taken back by a red letter: say its number.", field="red_number"
        )
    was_issued = invoice.state == "issued"
    invoice.state, invoice.voided_at, invoice.void_reason = "void", now(), reason
    invoice.red_number = red_number if was_issued else None
    await record(db, said(InvoiceVoided, invoice, by, red=was_issued))


def check_in_force(invoice: Invoice) -> None:
    if invoice.state == "void":
        raise Conflict("This invoice was taken back.", code="void")


def checked(given: Mapping[str, Any]) -> dict[str, Any]:
    """What stands on an invoice, complete: a company has a tax number, paper an address."""
    wanted = {name: given.get(name) or None for name in WORDS}
    if wanted["kind"] == "company":
        if not wanted["tax_number"]:
            raise Invalid("A company's invoice needs its tax number.", field="tax_number")
        wanted["tax_number"] = checked_tax_number(wanted["tax_number"])
    elif wanted["tax_number"]:
        raise Invalid("A person has no tax number on an invoice.", field="tax_number")
    if not wanted["title"]:
        raise Invalid("An invoice needs a title.", field="title")
    needed = "address" if wanted["medium"] == "paper" else "email"
    if not wanted[needed]:
        raise Invalid("Say where the invoice goes.", field=needed)
    if wanted["email"]:
        wanted["email"] = email_address(wanted["email"])
    return wanted


async def amount_of(db: Session, order: Order) -> int:
    """What was paid and did not go back."""
    back = await db.scalar(
        select(func.coalesce(func.sum(Refund.amount), 0)).where(
            Refund.order_id == order.id, Refund.status.in_(GIVEN_BACK)
        )
    )
    return order.paid_amount - int(back or 0)


async def invoice_in_force(db: Session, order: UUID) -> Invoice | None:
    found: Invoice | None = await db.scalar(
        select(Invoice).where(Invoice.order_id == order, Invoice.state != "void")
    )
    return found


def said(kind: type[InvoiceEvent], invoice: Invoice, by: UUID | None, **more: Any) -> InvoiceEvent:
    return kind(
        subject=invoice.order_id,
        customer=invoice.customer_id,
        actor=by,
        invoice=invoice.id,
        invoice_kind=invoice.kind,
        medium=invoice.medium,
        amount=invoice.amount,
        currency=invoice.currency,
        source=invoice.source,
        **more,
    )
