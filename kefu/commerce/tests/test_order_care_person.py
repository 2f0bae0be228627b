from sqlalchemy import select

from kefu.commerce.carrying_out import ADDRESS
from kefu.commerce.invoices import apply_for_invoice
from kefu.commerce.model_invoices import Invoice
from kefu.commerce.model_order_care import OrderChange
from kefu.commerce.personal_data_order_care import ERASED, erase_order_care, export_order_care
from kefu.commerce.tests.care_factories import ELSEWHERE, a_bought_order, ask
from kefu.core.db import Session


async def test_a_person_gets_what_is_kept_and_can_be_forgotten(db: Session) -> None:
    order = await a_bought_order(db)
    assert order.customer_id is not None
    await ask(db, order, "address", ELSEWHERE, note="请尽快")
    given = {"kind": "personal", "medium": "electronic", "title": "王芳", "email": "a@example.com"}
    await apply_for_invoice(db, order, given)

    kept = await export_order_care(db, order.customer_id)
    await erase_order_care(db, order.customer_id)
    db.expire_all()
    change = (await db.scalars(select(OrderChange))).one()
    invoice = (await db.scalars(select(Invoice))).one()

    assert kept["changes"][0]["wanted"] == ELSEWHERE
    assert kept["invoices"][0]["title"] == "王芳"
    assert (change.wanted, change.note) == ({}, "")
    for kept_picture in (change.before, change.after):
        assert kept_picture is not None
        assert not set(ADDRESS) & set(kept_picture["order"])
        assert kept_picture["order"]["total_amount"] == 10000
    assert (invoice.title, invoice.email, invoice.amount) == (ERASED, None, 10000)
