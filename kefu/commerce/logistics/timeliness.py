"""Timeliness: what each carrier delivered on each day, how much of it in time; kept up by a job."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select, text

from kefu.commerce.model_logistics import CarrierDay
from kefu.core.clock import now
from kefu.core.db import Session

DAYS_BACK = 35

COUNT = text(
    "insert into carrier_days (carrier, day, delivered, promised, on_time, hours, problems) "
    "select coalesce(d.carrier, p.carrier), coalesce(d.day, p.day), coalesce(d.delivered, 0), "
    "coalesce(d.promised, 0), coalesce(d.on_time, 0), coalesce(d.hours, 0), "
    "coalesce(p.problems, 0) from ("
    "select s.carrier, cast(s.delivered_at at time zone :zone as date) as day, "
    "count(*) as delivered, count(coalesce(s.promised_by, o.promised_by)) as promised, "
    "count(*) filter (where s.delivered_at <= coalesce(s.promised_by, o.promised_by)) as on_time, "
    "coalesce(sum(extract(epoch from s.delivered_at - s.shipped_at) / 3600), 0) as hours "
    "from shipments s join orders o on o.id = s.order_id "
    "where s.direction = 'outbound' and s.carrier is not null and s.delivered_at >= :since "
    "group by 1, 2) d full join ("
    "select carrier, cast(opened_at at time zone :zone as date) as day, count(*) as problems "
    "from delivery_anomalies where carrier is not null and opened_at >= :since group by 1, 2) p "
    "on p.carrier = d.carrier and p.day = d.day "
    "on conflict (carrier, day) do update set delivered = excluded.delivered, "
    "promised = excluded.promised, on_time = excluded.on_time, hours = excluded.hours, "
    "problems = excluded.problems"
)


@dataclass(frozen=True, slots=True)
class Timeliness:
    """One carrier over some days; without promises there is no share."""

    carrier: str
    delivered: int
    promised: int
    on_time: int
    hours: float | None
    problems: int
    days: list[CarrierDay]


async def count_days(db: Session, *, back: int = DAYS_BACK, zone: str = "Asia/Shanghai") -> None:
    """Count the last days anew: late scans change what was counted before."""
    since = now() - timedelta(days=back)
    await db.execute(COUNT, {"since": since, "zone": zone})


async def timeliness(db: Session, since: date, until: date) -> list[Timeliness]:
    """Each carrier from the first to the last day, with its days; by one query."""
    rows = await db.scalars(
        select(CarrierDay)
        .where(CarrierDay.day >= since, CarrierDay.day <= until)
        .order_by(CarrierDay.carrier, CarrierDay.day)
    )
    found: dict[str, list[CarrierDay]] = {}
    for row in rows:
        found.setdefault(row.carrier, []).append(row)
    return [summed(carrier, days) for carrier, days in found.items()]


def summed(carrier: str, days: list[CarrierDay]) -> Timeliness:
    delivered = sum(day.delivered for day in days)
    return Timeliness(
        carrier=carrier,
        delivered=delivered,
        promised=sum(day.promised for day in days),
        on_time=sum(day.on_time for day in days),
        hours=sum(day.hours for day in days) / delivered if delivered else None,
        problems=sum(day.problems for day in days),
        days=days,
    )
