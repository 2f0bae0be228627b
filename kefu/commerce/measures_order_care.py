"""Measures of order care: how many requested changes are carried out."""

from __future__ import annotations

from sqlalchemy import func, select

from kefu.commerce.model_order_care import CHANGE_STATES, OrderChange
from kefu.core.db import Session
from kefu.core.measures import Measured, Period, counted, measure, share


@measure("order_change_success", unit="percent", better="up", target=92, source="R213")
async def order_change_success(db: Session, period: Period) -> Measured:
    """Executed of all that were requested in the period; every other end is counted beside it."""
    rows = await db.execute(
        select(OrderChange.state, func.count().label("number"))
        .where(OrderChange.requested_at >= period.since, OrderChange.requested_at < period.until)
        .group_by(OrderChange.state)
    )
    ends = dict.fromkeys(CHANGE_STATES, 0) | {row.state: row.number for row in rows}
    parts = {state: counted(number) for state, number in ends.items() if state != "executed"}
    return share(ends["executed"], sum(ends.values()), **parts)
