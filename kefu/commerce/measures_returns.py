"""Measures of returns: how long they take, where they are held up, what they cost."""

from __future__ import annotations

from sqlalchemy import text

from kefu.commerce.returns.analysis import costs, times
from kefu.commerce.returns.nodes import CAUSES
from kefu.commerce.returns.policy import CycleTargets, policy
from kefu.core.db import Session
from kefu.core.measures import Measured, Period, absent, counted, mean, measure, share

CYCLES = text(
    "select extract(epoch from ended_at - applied_at) / 86400.0 as days, fast_track "
    "from return_cases where status = 'done' and kind in ('return', 'refund_only') "
    "and ended_at >= :since and ended_at < :until"
)
LATE = text(
    "select count(*) as cases, count(*) filter (where late.cause is not null) as late, "
    "late.cause from return_cases c left join lateral ("
    "select s.cause from return_steps s where s.case_id = c.id and s.cause is not null "
    "order by coalesce(s.left_at, now()) - s.due_at desc, s.entered_at limit 1) late on true "
    "where c.applied_at >= :since and c.applied_at < :until group by late.cause"
)
DISPUTED = text(
    "select count(*) as cases, count(*) filter (where exists (select from inspection_disputes d "
    "where d.case_id = c.id and d.complaint)) as complained "
    "from return_cases c where c.applied_at >= :since and c.applied_at < :until"
)
TURNOVER = text(
    "select count(*) as parcels, "
    "count(*) filter (where coalesce(out_at, :seen) <= due_at) as within "
    "from warehouse_parcels where in_at >= :since and in_at < :until "
    "and (out_at is not null or due_at < :seen)"
)
TO_REFUND = text(
    "select count(*) as refunds, "
    "coalesce(sum(extract(epoch from s.left_at - i.finished_at)), 0) as seconds "
    "from return_steps s join inspections i on i.case_id = s.case_id and i.of_record "
    "where s.node = 'refund' and s.outcome = 'refunded' "
    "and s.left_at >= :since and s.left_at < :until"
)
NO_REASON = text(
    "select (select count(*) from return_cases c where c.reason = 'no_reason' "
    "and c.kind in ('return', 'refund_only') and c.status not in ('withdrawn', 'refused') "
    "and c.applied_at >= :since and c.applied_at < :until) as returned, "
    "(select count(*) from orders o where o.placed_at >= :since and o.placed_at < :until "
    "and o.source = 'shop' and o.status not in ('created', 'cancelled')) as orders"
)
RISES = text(
    "select max(rise_percent) as highest, count(*) as opened from return_investigations "
    "where opened_at >= :since and opened_at < :until"
)


@measure("return_cycle_days", unit="days", better="down", target=1.6, source="R218, R219, K12")
async def return_cycle_days(db: Session, period: Period) -> Measured:
    """From application to refund; each target of K12 with the share of cases that met it."""
    rows = (await db.execute(CYCLES, values_of(period))).all()
    days = [float(row.days) for row in rows]
    quick = [float(row.days) for row in rows if row.fast_track]
    rules = await policy(db)
    return mean(
        sum(days),
        len(days),
        **targets(rules.cycle),
        attainment=attained(days, rules.cycle.goal_days()),
        attainment_simulated=attained(days, rules.cycle.simulated_days),
        attainment_fast_track=attained(quick, rules.fast_track.hours / 24),
    )


def targets(cycle: CycleTargets) -> dict[str, Measured]:
    standard = cycle.standard_days
    return {
        "baseline": counted(cycle.baseline_days),
        "simulated": counted(cycle.simulated_days),
        "goal": counted(cycle.goal_days()),
        "standard": absent("not_set") if standard is None else counted(standard),
    }


def attained(days: list[float], target: float) -> Measured:
    """The share that took no longer; a day that is exactly the target counts, rounding apart."""
    return share(sum(1 for one in days if one <= target + 1e-9), len(days))


@measure("return_bottlenecks", unit="percent", better="none", source="R220")
async def return_bottlenecks(db: Session, period: Period) -> Measured:
    """Each node's share of all delay; the figure is that of the worst."""
    found = await times(db, period)
    late = sum(one.late_by for one in found)
    parts = {one.node: share(one.late_by, late) for one in found}
    worst = max((one.late_by for one in found), default=0.0)
    return share(worst, late, **parts)


@measure("return_time_by_node", unit="hours", better="down", source="R217, R220")
async def return_time_by_node(db: Session, period: Period) -> Measured:
    """The mean stay at a node, and at each of them."""
    found = await times(db, period)
    parts = {one.node: mean(one.hours, one.stays) for one in found}
    return mean(sum(one.hours for one in found), sum(one.stays for one in found), **parts)


@measure("return_overdue", unit="percent", better="down", source="R221")
async def return_overdue(db: Session, period: Period) -> Measured:
    """Cases of the period that were late anywhere; by whose time it was, the longest first."""
    rows = (await db.execute(LATE, values_of(period))).all()
    cases = sum(row.cases for row in rows)
    late = {row.cause: row.cases for row in rows if row.cause is not None}
    causes = sorted(set(CAUSES.values()) | set(late))
    parts = {cause: share(late.get(cause, 0), cases) for cause in causes}
    return share(sum(late.values()), cases, **parts)


@measure("inspection_dispute_complaints", unit="percent", better="down", source="R221")
async def inspection_dispute_complaints(db: Session, period: Period) -> Measured:
    row = (await db.execute(DISPUTED, values_of(period))).one()
    return share(row.complained, row.cases)


@measure("return_costs", unit="yuan", better="down", source="R222")
async def return_costs(db: Session, period: Period) -> Measured:
    """What cases cost beyond their refunds, by reason, in yuan."""
    found = await costs(db, period)
    if not found:
        return absent()
    parts = {kind: counted(one["amount"] / 100) for kind, one in found.items()}
    return counted(sum(one["amount"] for one in found.values()) / 100, **parts)


@measure("warehouse_48h", unit="percent", better="up", target=100, source="R223")
async def warehouse_48h(db: Session, period: Period) -> Measured:
    """Parcels that left in time; one that still lies counts once its time is over."""
    values = values_of(period) | {"seen": period.until}
    row = (await db.execute(TURNOVER, values)).one()
    return share(row.within, row.parcels)


@measure("inspection_to_refund", unit="hours", better="down", source="R234")
async def inspection_to_refund(db: Session, period: Period) -> Measured:
    row = (await db.execute(TO_REFUND, values_of(period))).one()
    return mean(float(row.seconds) / 3600, row.refunds)


@measure("no_reason_return_ratio", unit="percent", better="down", target=3, source="R231")
async def no_reason_return_ratio(db: Session, period: Period) -> Measured:
    """Returns without a reason of the orders placed; the same stretch before stands beside it."""
    row = (await db.execute(NO_REASON, values_of(period))).one()
    length = period.until - period.since
    before = Period(period.since - length, period.since)
    former = (await db.execute(NO_REASON, values_of(before))).one()
    return share(row.returned, row.orders, before=share(former.returned, former.orders))


@measure("return_rate_rise", unit="percent", better="down", target=35, source="R232")
async def return_rate_rise(db: Session, period: Period) -> Measured:
    """The highest rise of a model's return rate that opened an investigation in the period."""
    row = (await db.execute(RISES, values_of(period))).one()
    if not row.opened:
        return absent()
    return counted(row.highest, investigations=counted(row.opened))


def values_of(period: Period) -> dict[str, object]:
    return {"since": period.since, "until": period.until}
