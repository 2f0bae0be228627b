"""Analysis: where cases wait, are worked on and run late, and what that costs, over all cases.

What is added up is plain time, nights and holidays too, for customers wait through them. Only the
due times may lie in business time; how late a stay was is plain time again from there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from kefu.commerce.returns.nodes import CAUSES, NODES
from kefu.core.db import Session
from kefu.core.measures import Period

STAYS = text(
    "select s.node, count(*) as stays, count(*) filter (where s.left_at is null) as open, "
    "coalesce(sum(extract(epoch from least(coalesce(s.begun_at, s.left_at, :until), "
    "coalesce(s.left_at, :until)) - s.entered_at)), 0) as waited, "
    "coalesce(sum(extract(epoch from coalesce(s.left_at, :until) - "
    "least(coalesce(s.begun_at, s.left_at, :until), coalesce(s.left_at, :until)))), 0) as worked, "
    "coalesce(sum(extract(epoch from coalesce(s.left_at, :until) - s.due_at)) "
    "filter (where coalesce(s.left_at, :until) > s.due_at), 0) as late_by, "
    "count(*) filter (where coalesce(s.left_at, :until) > s.due_at) as late, "
    "count(s.due_at) as due, "
    "count(s.due_at) filter (where s.counts = 'business') as business "
    "from return_steps s join return_cases c on c.id = s.case_id "
    "where s.entered_at >= :since and s.entered_at < :until and s.node <> 'apply' "
    "and (cast(:kind as text) is null or c.kind = :kind) group by s.node"
)
WAYS_TAKEN = text(
    "select s.node, s.outcome, count(*) as times from return_steps s "
    "join return_cases c on c.id = s.case_id "
    "where s.left_at >= :since and s.left_at < :until "
    "and (cast(:kind as text) is null or c.kind = :kind) group by s.node, s.outcome"
)
COSTS = text(
    "select r.kind, sum(r.amount) as amount, count(*) as entries from return_costs r "
    "join return_cases c on c.id = r.case_id where r.at >= :since and r.at < :until "
    "and (cast(:kind as text) is null or c.kind = :kind) group by r.kind"
)


@dataclass(frozen=True, slots=True)
class NodeTimes:
    """All stays in one node in a period: how many, how long, how late, in hours."""

    node: str
    stays: int
    open: int
    waiting: float
    working: float
    late_by: float
    late: int
    due: int
    business: int

    @property
    def hours(self) -> float:
        return self.waiting + self.working

    @property
    def due_counts(self) -> str | None:
        """In which time its due times were set: one, both, or none was set."""
        if not self.due:
            return None
        names = {self.due: "business", 0: "plain"}
        return names.get(self.business, "both")


async def times(db: Session, period: Period, kind: str | None = None) -> list[NodeTimes]:
    """Every node with stays in the period, in the order of the process."""
    rows = await db.execute(STAYS, values_of(period, kind))
    found = [
        NodeTimes(
            node=row.node,
            stays=row.stays,
            open=row.open,
            waiting=float(row.waited) / 3600,
            working=float(row.worked) / 3600,
            late_by=float(row.late_by) / 3600,
            late=row.late,
            due=row.due,
            business=row.business,
        )
        for row in rows
    ]
    order = {node: place for place, node in enumerate(NODES)}
    return sorted(found, key=lambda one: order.get(one.node, len(order)))


async def analysis(db: Session, period: Period, kind: str | None = None) -> dict[str, Any]:
    """The map over all cases: each node with its shares, the ways taken, and the costs."""
    found = await times(db, period, kind)
    hours = sum(one.hours for one in found)
    late = sum(one.late_by for one in found)
    nodes = [shown(one, hours, late) for one in found]
    worst = max(
        nodes, key=lambda one: (one["delay_share"] or 0, one["time_share"] or 0), default={}
    )
    return {
        "nodes": nodes,
        "bottleneck": worst.get("node") if worst.get("time_share") else None,
        "ways": await ways(db, period, kind),
        "costs": await costs(db, period, kind),
    }


def shown(one: NodeTimes, hours: float, late: float) -> dict[str, Any]:
    return {
        "node": one.node,
        "cause": CAUSES.get(one.node, one.node),
        "stays": one.stays,
        "open": one.open,
        "mean_waiting_hours": round(one.waiting / one.stays, 2),
        "mean_working_hours": round(one.working / one.stays, 2),
        "overdue": one.late,
        "due_counts": one.due_counts,
        "overdue_share": percent(one.late, one.stays),
        "time_share": percent(one.hours, hours),
        "delay_share": percent(one.late_by, late),
        "delay_hours": round(one.late_by, 2),
    }


def percent(part: float, whole: float) -> float | None:
    return round(part / whole * 100, 1) if whole else None


async def ways(db: Session, period: Period, kind: str | None) -> list[dict[str, Any]]:
    rows = await db.execute(WAYS_TAKEN, values_of(period, kind))
    return [
        {"node": row.node, "outcome": row.outcome, "times": row.times}
        for row in sorted(rows, key=lambda row: (row.node, str(row.outcome)))
    ]


async def costs(db: Session, period: Period, kind: str | None = None) -> dict[str, dict[str, int]]:
    rows = await db.execute(COSTS, values_of(period, kind))
    return {row.kind: {"amount": int(row.amount), "entries": row.entries} for row in rows}


def values_of(period: Period, kind: str | None) -> dict[str, Any]:
    return {"since": period.since, "until": period.until, "kind": kind}
