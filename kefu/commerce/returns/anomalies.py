"""Anomalies: a model that comes back far more often than before is looked into at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from kefu.commerce.events_returns import InvestigationClosed, InvestigationOpened
from kefu.commerce.model_inspections import ReturnInvestigation
from kefu.commerce.returns.policy import Anomaly, policy
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Conflict
from kefu.core.events import record
from kefu.core.ids import uuid7
from kefu.promises import Words, create_task, is_chinese, words_tasks

SUBJECT = "investigation"
DUE = timedelta(hours=24)
FIGURES = ("model", "rise", "returned", "before")

COUNTED = text(
    "with returned as (select l.model, max(l.title) as title, "
    "sum(l.quantity) filter (where c.applied_at >= :middle) as now, "
    "sum(l.quantity) filter (where c.applied_at < :middle) as before "
    "from return_lines l join return_cases c on c.id = l.case_id "
    "where c.applied_at >= :since and c.applied_at < :until "
    "and c.kind in ('return', 'exchange', 'refund_only') and c.status <> 'withdrawn' "
    "group by l.model), "
    "sold as (select coalesce(p.model, p.external_id, l.title) as model, "
    "sum(l.quantity) filter (where o.placed_at >= :middle) as now, "
    "sum(l.quantity) filter (where o.placed_at < :middle) as before "
    "from order_lines l join orders o on o.id = l.order_id "
    "left join products p on p.id = l.product_id "
    "where o.placed_at >= :since and o.placed_at < :until and o.status <> 'cancelled' "
    "group by 1) "
    "select r.model, r.title, coalesce(r.now, 0), coalesce(s.now, 0), coalesce(r.before, 0), "
    "coalesce(s.before, 0) from returned r left join sold s on s.model = r.model"
)


@dataclass(frozen=True, slots=True)
class Figures:
    """Units of one model that came back and were sold, in the window and in the one before."""

    model: str
    title: str
    returned: int
    sold: int
    returned_before: int
    sold_before: int

    def rise_percent(self) -> float | None:
        """By how much the return rate rose, in percent of the one before; unknown without sales.

        Exact in whole numbers: a rise of 35 % is not 34.999… %.
        """
        if not (self.sold and self.sold_before and self.returned_before):
            return None
        new = self.returned * self.sold_before
        old = self.returned_before * self.sold
        return (new - old) * 100 / old

    def is_jump(self, rule: Anomaly) -> bool:
        if self.returned < rule.least_returns or not (self.sold and self.sold_before):
            return False
        new = self.returned * self.sold_before * 100
        old = self.returned_before * self.sold
        return old > 0 and new >= old * (100 + rule.rise_percent)


async def figures(db: Session, rule: Anomaly, until: datetime) -> list[Figures]:
    """Every model with returns in the last two windows."""
    window = timedelta(days=rule.window_days)
    rows = await db.execute(
        COUNTED, {"until": until, "middle": until - window, "since": until - 2 * window}
    )
    return [Figures(row[0], row[1], *(int(number) for number in row[2:])) for row in rows]


async def look(db: Session, at: datetime | None = None) -> list[ReturnInvestigation]:
    """Open an investigation for each model that jumped and has none open."""
    rule = (await policy(db)).anomaly
    until = at or now()
    jumped = [one for one in await figures(db, rule, until) if one.is_jump(rule)]
    known = await under_investigation(db, [one.model for one in jumped])
    return [
        await open_investigation(db, one, rule, until=until)
        for one in jumped
        if one.model not in known
    ]


async def under_investigation(db: Session, models: Sequence[str]) -> set[str]:
    rows = await db.execute(
        text(
            "select model from return_investigations "
            "where closed_at is null and model = any(:models)"
        ),
        {"models": list(models)},
    )
    return {row.model for row in rows}


async def open_investigation(
    db: Session, found: Figures, rule: Anomaly, *, until: datetime
) -> ReturnInvestigation:
    opened = ReturnInvestigation(
        id=uuid7(),
        model=found.model,
        title=found.title,
        since=until - timedelta(days=rule.window_days),
        until=until,
        returned=found.returned,
        sold=found.sold,
        returned_before=found.returned_before,
        sold_before=found.sold_before,
        rise_percent=round(found.rise_percent() or 0.0, 2),
        threshold_percent=rule.rise_percent,
    )
    db.add(opened)
    await record(
        db,
        InvestigationOpened(
            subject=opened.id,
            rise=opened.rise_percent,
            returns=found.returned,
            before=found.returned_before,
        ),
    )
    for department in {rule.quality_department, rule.product_department} - {None}:
        await give_task(db, opened, department)
    return opened


async def give_task(db: Session, opened: ReturnInvestigation, department: UUID | None) -> None:
    await create_task(
        db,
        {
            "code": SUBJECT,
            "params": {
                "model": opened.model,
                "rise": f"{opened.rise_percent:g}",
                "returned": opened.returned,
                "before": opened.returned_before,
            },
            "department_id": department,
            "subject_kind": SUBJECT,
            "subject": opened.id,
            "due_at": now() + DUE,
        },
        by=None,
    )


@words_tasks(SUBJECT)
def say_investigation(params: Mapping[str, Any], locale: str) -> Words:
    model, rise, returned, before = (params[name] for name in FIGURES)
    if is_chinese(locale):
        return Words(
            f"紧急排查：{model} 退货率上升 {rise}%",
            f"近期退回 {returned} 件，上一周期 {before} 件。",
        )
    return Words(
        f"Look into it at once: returns of {model} up by {rise}%",
        f"{returned} came back lately, {before} in the period before.",
    )


async def close_investigation(
    db: Session, investigation: ReturnInvestigation, *, finding: str, note: str, by: UUID
) -> None:
    if investigation.closed_at is not None:
        raise Conflict("This investigation is over.", code="closed_already")
    investigation.finding, investigation.note = finding, note
    investigation.closed_at, investigation.closed_by = now(), by
    await record(db, InvestigationClosed(subject=investigation.id, actor=by, finding=finding))
