from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from kefu.commerce.demo_comparisons import load_comparisons
from kefu.commerce.demo_logistics import load
from kefu.commerce.logistics.timeliness import timeliness
from kefu.commerce.measures_logistics import order_status_accuracy
from kefu.commerce.model_logistics import DeliveryAnomaly
from kefu.commerce.model_orders import Order
from kefu.commerce.model_sources import ReconciliationDifference
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.measures import Period


async def test_the_demo_has_parcels_in_trouble_and_is_loaded_once(db: Session) -> None:
    for _ in range(2):
        await load(db)

    open_kinds = await db.scalars(
        select(DeliveryAnomaly.kind).where(DeliveryAnomaly.closed_at.is_(None))
    )
    today = now().date()
    rows = await timeliness(db, today.replace(year=today.year - 1), today)
    assert {"stuck", "promise_broken", "loop", "exception", "wrong_region", "return_to_sender"} <= (
        set(open_kinds)
    )
    assert {row.carrier for row in rows} == {"sf", "jd"}
    assert await db.scalar(select(func.count()).select_from(Order)) == 128


async def test_the_demo_has_comparisons_as_found_and_once_mended(db: Session) -> None:
    await load(db)
    for _ in range(2):
        await load_comparisons(db)

    measured = await order_status_accuracy(db, Period(now() - timedelta(days=1), now()))
    assert measured.value is not None
    assert measured.denominator == 863
    assert (measured.parts["as_found"].value or 0) < measured.value
    assert await db.scalar(select(func.count()).select_from(ReconciliationDifference)) == 6
