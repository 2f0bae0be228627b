from __future__ import annotations

from sqlalchemy import func, select

from kefu.commerce.demo_logistics import load
from kefu.commerce.logistics.timeliness import timeliness
from kefu.commerce.model_logistics import DeliveryAnomaly
from kefu.commerce.model_orders import Order
from kefu.core.clock import now
from kefu.core.db import Session


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
