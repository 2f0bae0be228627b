"""Invoices over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from fastapi import APIRouter
from sqlalchemy import select

from kefu.commerce.access import order_for
from kefu.commerce.invoices import (
    apply_for_invoice,
    change_invoice,
    issue_invoice,
    send_invoice,
    void_invoice,
)
from kefu.commerce.model_invoices import Invoice
from kefu.commerce.model_orders import Order
from kefu.commerce.schemas_invoices import (
    InvoiceBody,
    InvoiceChange,
    InvoiceShown,
    InvoiceState,
    IssueBody,
    SendBody,
    VoidBody,
)
from kefu.commerce.showing_changes import name_of
from kefu.core.db import Session
from kefu.core.errors import NotFound
from kefu.core.http import Db
from kefu.core.paging import Cursor, Limit, page_of, read_cursor
from kefu.core.shapes import Page
from kefu.customers import masked_email
from kefu.identity import Actor, CurrentActor, agents_named

router = APIRouter(prefix="/api/v1", tags=["invoices"])


@router.get("/invoices")
async def get_invoices(
    db: Db,
    actor: CurrentActor,
    state: InvoiceState | None = None,
    order: UUID | None = None,
    cursor: Cursor = None,
    limit: Limit = 25,
) -> Page[InvoiceShown]:
    """Invoices, newest first; those applied for wait for finance, the oldest first."""
    actor.require("order.read")
    waiting = state == "applied"
    query = select(Invoice).order_by(Invoice.id.asc() if waiting else Invoice.id.desc())
    if state:
        query = query.where(Invoice.state == state)
    if order:
        query = query.where(Invoice.order_id == order)
    after = read_cursor(cursor, UUID)
    if after:
        query = query.where(Invoice.id > after[0] if waiting else Invoice.id < after[0])
    found = (await db.scalars(query.limit(limit + 1))).all()
    rows, following = page_of(found, limit, lambda one: [one.id])
    return Page(items=await shown_invoices(db, rows), next_cursor=following)


@router.post("/orders/{order_id}/invoices", status_code=201)
async def post_invoice(
    order_id: UUID, body: InvoiceBody, db: Db, actor: CurrentActor
) -> InvoiceShown:
    """Apply for the invoice of an order."""
    order = await order_for(db, actor, order_id, lock=True)
    invoice = await apply_for_invoice(db, order, body.model_dump(), by=actor.id)
    return await shown_invoice(db, invoice)


@router.patch("/invoices/{invoice_id}")
async def patch_invoice(
    invoice_id: UUID, body: InvoiceChange, db: Db, actor: CurrentActor
) -> InvoiceShown:
    """Write it otherwise; an issued one is followed by a new one."""
    invoice, order = await invoice_for(db, actor, invoice_id)
    if invoice.state == "issued":
        actor.require("invoice.issue")
    changes = body.model_dump(exclude_unset=True)
    red_number = changes.pop("red_number", None)
    changed = await change_invoice(db, invoice, order, changes, red_number=red_number, by=actor.id)
    return await shown_invoice(db, changed)


@router.put("/invoices/{invoice_id}/issue")
async def put_issue(invoice_id: UUID, body: IssueBody, db: Db, actor: CurrentActor) -> InvoiceShown:
    """Finance has written it, under this number."""
    invoice, _ = await invoice_for(db, actor, invoice_id)
    await issue_invoice(db, invoice, number=body.number, by=actor.id)
    return await shown_invoice(db, invoice)


@router.post("/invoices/{invoice_id}/sending")
async def post_sending(
    invoice_id: UUID, body: SendBody, db: Db, actor: CurrentActor
) -> InvoiceShown:
    """Send it once more, perhaps to another address."""
    invoice, _ = await invoice_for(db, actor, invoice_id)
    await send_invoice(db, invoice, email=body.email, by=actor.id)
    return await shown_invoice(db, invoice)


@router.put("/invoices/{invoice_id}/voiding")
async def put_voiding(
    invoice_id: UUID, body: VoidBody, db: Db, actor: CurrentActor
) -> InvoiceShown:
    """Take it back; an issued one by a red letter."""
    invoice, _ = await invoice_for(db, actor, invoice_id)
    await void_invoice(db, invoice, reason=body.reason, red_number=body.red_number, by=actor.id)
    return await shown_invoice(db, invoice)


async def invoice_for(db: Session, actor: Actor, invoice_id: UUID) -> tuple[Invoice, Order]:
    """The invoice and its order, both locked, the order first."""
    actor.require("order.read")
    named = await db.scalar(select(Invoice.order_id).where(Invoice.id == invoice_id))
    if named is None:
        raise NotFound("There is no such invoice.")
    order = await order_for(db, actor, named, lock=True)
    invoice = await db.get_one(Invoice, invoice_id, with_for_update=True, populate_existing=True)
    return invoice, order


async def shown_invoice(db: Session, invoice: Invoice) -> InvoiceShown:
    await db.flush()
    return (await shown_invoices(db, [invoice]))[0]


async def shown_invoices(db: Session, invoices: Sequence[Invoice]) -> list[InvoiceShown]:
    orders = {one.order_id for one in invoices}
    rows = await db.execute(select(Order.id, Order.number).where(Order.id.in_(orders)))
    numbers = {row.id: row.number for row in rows}
    agents = await agents_named(db, [one.requested_by for one in invoices])
    return [
        InvoiceShown.model_validate(
            {column.key: getattr(one, column.key) for column in Invoice.__table__.columns}
            | {
                "order_number": numbers[one.order_id],
                "email": masked_email(one.email),
                "requested_by": name_of(agents, one.requested_by),
            }
        )
        for one in invoices
    ]
