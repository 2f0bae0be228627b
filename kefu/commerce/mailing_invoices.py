"""Mailing invoices: what finance has issued electronically goes to its recipient's address."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from kefu.commerce.invoices import note_sent
from kefu.commerce.model_invoices import Invoice
from kefu.commerce.model_orders import Order
from kefu.commerce.money import written
from kefu.core.db import Database, Session
from kefu.core.jobs import GiveUp
from kefu.customers import Customer
from kefu.notifications import Mail, Mailer

SUBJECTS = ("您的电子发票 {number}", "Your electronic invoice {number}")
LETTERS = (
    (
        "您好：\n\n订单 {order} 的电子发票已开具。\n发票号码：{number}\n抬头：{title}\n"
        "金额：{amount} {currency}\n\n您可凭发票号码在税务平台查验和下载。"
        "如有问题，直接联系我们即可。\n"
    ),
    (
        "Hello,\n\nThe electronic invoice for your order {order} has been issued.\n"
        "Number: {number}\nTitle: {title}\nAmount: {amount} {currency}\n\n"
        "You can check and download it by its number. Just contact us if anything is wrong.\n"
    ),
)


async def mail_invoice(
    database: Database, invoice_id: UUID, mailer: Mailer | None, *, by: UUID | None = None
) -> None:
    """Mail it, and say so; no transaction is open while the mail server answers."""
    async with database.transaction() as db:
        letter = await letter_of(db, invoice_id)
    if letter is None:
        return
    if mailer is None:
        raise GiveUp("No mail server is set up: KEFU_SMTP_URL.")
    await mailer.send(letter)
    async with database.transaction() as db:
        invoice = await db.get_one(
            Invoice, invoice_id, with_for_update=True, populate_existing=True
        )
        await note_sent(db, invoice, by=by)


async def letter_of(db: Session, invoice_id: UUID) -> Mail | None:
    """The letter in the customer's language; nothing for one that was taken back meanwhile."""
    row = (
        await db.execute(
            select(Invoice, Order.number, Customer.locale)
            .join(Order, Order.id == Invoice.order_id)
            .outerjoin(Customer, Customer.id == Invoice.customer_id)
            .where(Invoice.id == invoice_id)
        )
    ).one_or_none()
    if row is None:
        return None
    invoice, order, locale = row
    if invoice.state != "issued" or not invoice.email:
        return None
    language = (locale or "zh").lower().startswith("en")
    words = {
        "order": order,
        "number": invoice.number,
        "title": invoice.title,
        "amount": written(invoice.amount, invoice.currency),
        "currency": invoice.currency,
    }
    return Mail(
        invoice.email,
        SUBJECTS[language].format(**words),
        LETTERS[language].format(**words),
        key=f"{invoice.id}.{invoice.sends}",
    )
