"""Figures of logistics: deliveries and remedies in time, orders as their sources say."""

from __future__ import annotations

from sqlalchemy import text

from kefu.commerce.logistics.settings import settings_row
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.measures import Measured, Period, absent, measure, share

DELIVERED = text(
    "select coalesce(s.carrier, '') as carrier, count(*) as promised, "
    "count(*) filter (where s.delivered_at <= coalesce(s.promised_by, o.promised_by)) as on_time "
    "from shipments s join orders o on o.id = s.order_id where s.direction = 'outbound' "
    "and s.delivered_at >= :since and s.delivered_at < :until "
    "and coalesce(s.promised_by, o.promised_by) is not null group by 1 order by 1"
)
WITHOUT_PARCELS = text(
    "select count(*) as promised, count(*) filter (where o.delivered_at <= o.promised_by) "
    "as on_time from orders o where o.delivered_at >= :since and o.delivered_at < :until "
    "and o.promised_by is not null and not exists (select from shipments s "
    "where s.order_id = o.id and s.direction = 'outbound')"
)
PROBLEMS = text(
    "select count(*) filter (where closed_at <= due_at) as solved, "
    "count(*) filter (where closed_at is not null or due_at <= :now) as decided "
    "from delivery_anomalies where opened_at >= :since and opened_at < :until"
)
COMPARED = text(
    "select c.name, sum(r.alike) as found, sum(coalesce(r.alike_after, r.alike)) as alike, "
    "sum(r.compared) as compared from reconciliations r "
    "join commerce_sources c on c.id = r.source_id where r.finished_at >= :since "
    "and r.finished_at < :until and r.failure is null group by c.name order by c.name"
)


def within(period: Period) -> dict[str, object]:
    return {"since": period.since, "until": period.until}


@measure("delivery_on_time", unit="percent", better="up", target=95, source="R210")
async def delivery_on_time(db: Session, period: Period) -> Measured:
    """Of what was delivered in the period and had a promise, the share that came in time."""
    rows = (await db.execute(DELIVERED, within(period))).all()
    alone = (await db.execute(WITHOUT_PARCELS, within(period))).one()
    return share(
        sum(row.on_time for row in rows) + alone.on_time,
        sum(row.promised for row in rows) + alone.promised,
    )


@measure("carrier_on_time", unit="percent", better="up", target=95, source="R224, R228")
async def carrier_on_time(db: Session, period: Period) -> Measured:
    """The same of parcels, with each carrier beside."""
    rows = [row for row in await db.execute(DELIVERED, within(period)) if row.carrier]
    parts = {row.carrier: share(row.on_time, row.promised) for row in rows}
    return share(sum(row.on_time for row in rows), sum(row.promised for row in rows), **parts)


@measure("delivery_problem_2h", unit="percent", better="up", target=100, source="R210")
async def delivery_problem_solved(db: Session, period: Period) -> Measured:
    """Of the problems found in the period whose time is over, the share solved within it."""
    row = (await db.execute(PROBLEMS, within(period) | {"now": now()})).one()
    hours = (await settings_row(db)).solve_hours
    if not row.decided:
        return absent(numerator=row.solved, denominator=0)
    return share(row.solved, row.decided, hours_allowed=Measured(hours, hours))


@measure("order_status_accuracy", unit="percent", better="up", target=99.5, source="R208")
async def order_status_accuracy(db: Session, period: Period) -> Measured:
    """Of the orders and parcels compared with their sources, the share that says what they say.

    The moment is that after each comparison, once what differed was mended: what a customer who
    asks is told from then on. `as_found` is the share before the mending, what those were told who
    asked until then; a comparison that was made before both were kept has only that.
    """
    rows = (await db.execute(COMPARED, within(period))).all()
    compared = float(sum(row.compared for row in rows))
    parts = {row.name: share(float(row.alike), float(row.compared)) for row in rows}
    if rows:
        parts["as_found"] = share(float(sum(row.found for row in rows)), compared)
    return share(float(sum(row.alike for row in rows)), compared, **parts)
