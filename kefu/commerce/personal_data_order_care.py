"""Personal data of order care: addresses asked for, titles of invoices, notes of appointments."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select, text, update

from kefu.commerce.carrying_out import ADDRESS
from kefu.commerce.model_appointments import Appointment
from kefu.commerce.model_benefits import Coupon
from kefu.commerce.model_invoices import Invoice
from kefu.commerce.model_notices import CustomerNotice, NoticeWish
from kefu.commerce.model_order_care import AfterSaleRequest, DeliveryAddress, OrderChange
from kefu.core.db import Session
from kefu.customers import erases_customer, exports_customer, moves_with_customer

ERASED = "已删除"
PICTURE = "jsonb_set({name}, '{{order}}', ({name} -> 'order') - cast(:address as text[]))"
BLANK_CHANGES = text(
    f"update order_changes set before = {PICTURE.format(name='before')}, "  # noqa: S608 - our names
    f"after = {PICTURE.format(name='after')}, note = '', decision_note = '' "
    "where customer_id = :customer"
)
END_ADDRESSES = text(
    "update order_changes set wanted = '{}', "
    "state = case state when 'pending_approval' then 'withdrawn' "
    "when 'approved' then 'executed' else state end, "
    "shop_state = case shop_state when 'waiting' then 'not_needed' else shop_state end "
    "where customer_id = :customer and kind = 'address'"
)

moves_with_customer("order_changes", OrderChange)
moves_with_customer("after_sale_requests", AfterSaleRequest)
moves_with_customer("invoices", Invoice)
moves_with_customer("coupons", Coupon)
moves_with_customer("appointments", Appointment)
moves_with_customer("delivery_addresses", DeliveryAddress, alone=True)
moves_with_customer("notice_wishes", NoticeWish, alone=True)
moves_with_customer("customer_notices", CustomerNotice)


@exports_customer("order_care")
async def export_order_care(db: Session, customer: UUID) -> dict[str, Any]:
    changes = await db.scalars(
        select(OrderChange).where(OrderChange.customer_id == customer).order_by(OrderChange.id)
    )
    invoices = await db.scalars(
        select(Invoice).where(Invoice.customer_id == customer).order_by(Invoice.id)
    )
    coupons = await db.scalars(
        select(Coupon).where(Coupon.customer_id == customer).order_by(Coupon.id)
    )
    return {
        "changes": [
            {
                "kind": one.kind,
                "state": one.state,
                "at": one.requested_at.isoformat(),
                "wanted": one.wanted,
                "note": one.note,
            }
            for one in changes
        ],
        "invoices": [
            {
                "title": one.title,
                "tax_number": one.tax_number,
                "email": one.email,
                "address": one.address,
                "amount": one.amount,
                "state": one.state,
            }
            for one in invoices
        ],
        "coupons": [{"code": one.code, "value": one.value, "state": one.state} for one in coupons],
    }


@erases_customer
async def erase_order_care(db: Session, customer: UUID) -> None:
    """Blank what names or places a person; kinds, states and amounts stay.

    The goods and figures of a change stay too: what was done here still holds against the shop,
    and what waits for it is still written. An address is written nowhere any more.
    """
    await db.execute(END_ADDRESSES, {"customer": customer})
    await db.execute(BLANK_CHANGES, {"customer": customer, "address": list(ADDRESS)})
    await db.execute(
        update(Invoice)
        .where(Invoice.customer_id == customer)
        .values(title=ERASED, tax_number=None, email=None, address=None)
    )
    await db.execute(update(Appointment).where(Appointment.customer_id == customer).values(note=""))
