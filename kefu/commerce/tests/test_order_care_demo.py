from sqlalchemy import func, select

from kefu.commerce.demo_order_care import fill_order_care
from kefu.commerce.model_appointments import Appointment
from kefu.commerce.model_benefits import Coupon
from kefu.commerce.model_invoices import Invoice
from kefu.commerce.model_order_care import OrderChange
from kefu.commerce.tests.care_factories import a_bought_order
from kefu.core.db import Session
from kefu.identity.tests.factories import an_agent

TABLES = (OrderChange, Invoice, Coupon, Appointment)


async def test_the_demo_is_filled_once(db: Session) -> None:
    await an_agent(db, role="shift_leader")
    for status in ("paid", "shipped", "delivered", "completed"):
        await a_bought_order(db, status=status, minutes_ago=6000)

    counts = []
    for _ in range(2):
        await fill_order_care(db)
        await db.flush()
        counts.append([await db.scalar(select(func.count()).select_from(one)) for one in TABLES])

    assert counts[0] == counts[1]
    assert all(counts[0])
