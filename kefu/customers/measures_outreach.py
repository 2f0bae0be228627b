"""What automatic work frees, and what the freed hours bring: outreach to valuable customers (R190).

Each kind of work that nobody had to do by hand is worth some minutes of a person; the minutes are
those that such an errand takes at a desk on average, and stand in the guide.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from kefu.core.db import Session
from kefu.core.events import FactRow
from kefu.core.measures import Measured, Period, absent, counted, measure, share
from kefu.customers.model import Customer
from kefu.customers.model_care import CARE, CONTROL, CareCourse
from kefu.customers.model_segments import Standing

MINUTES = {
    "told_before_asking": 3,
    "looked_up_alone": 4,
    "changed_alone": 6,
    "approved_by_rule": 8,
    "done_by_rule": 1,
}


def detail(name: str) -> Any:
    return FactRow.details[name].as_string()


WORK: dict[str, ColumnElement[bool]] = {
    "told_before_asking": and_(FactRow.kind == "notice.settled", detail("outcome") == "sent"),
    "looked_up_alone": and_(FactRow.kind == "order.proven", FactRow.actor.is_(None)),
    "changed_alone": and_(FactRow.kind == "order.change_executed", FactRow.actor.is_(None)),
    "approved_by_rule": and_(FactRow.kind == "return.approved", detail("automatic") == "true"),
    "done_by_rule": FactRow.cause.is_not(None),
}


@measure("freed_hours", unit="hours", better="up", source="R190")
async def freed_hours(db: Session, period: Period) -> Measured:
    """Hours that people did not have to work in the period, by the kind of work."""
    row: Any = (
        await db.execute(
            select(*[func.count().filter(clause) for clause in WORK.values()]).where(
                FactRow.at >= period.since, FactRow.at < period.until, or_(*WORK.values())
            )
        )
    ).one()
    times = dict(zip(WORK, row, strict=True))
    if not sum(times.values()):
        return absent()
    hours = {name: count * MINUTES[name] / 60 for name, count in times.items()}
    parts = {
        name: Measured(hours[name], count * MINUTES[name], 60) for name, count in times.items()
    }
    return counted(sum(hours.values()), **parts)


@measure("outreach_repurchase", unit="percent", better="up", target=12, source="R190")
async def outreach_repurchase(db: Session, period: Period) -> Measured:
    """How many percent more valuable customers bought again after care than those left alone.

    Of courses begun in the period; valuable are VIPs and those of the highest value tier, as they
    stand now.
    """
    rows = await db.execute(
        select(CareCourse.arm, func.count(CareCourse.repurchased_at), func.count())
        .join(Customer, Customer.id == CareCourse.customer_id)
        .outerjoin(Standing, Standing.customer_id == CareCourse.customer_id)
        .where(
            CareCourse.started_at >= period.since,
            CareCourse.started_at < period.until,
            or_(Customer.tier == "vip", Standing.value_tier == "high"),
        )
        .group_by(CareCourse.arm)
    )
    arms = {arm: share(bought, courses) for arm, bought, courses in rows}
    care, control = arms.get(CARE, absent()), arms.get(CONTROL, absent())
    parts = {"care": care, "control": control}
    if care.value is None:
        return absent(care=care, control=control)
    if not control.value:
        return absent("nothing_to_compare_with", care=care, control=control)
    relative = (care.value - control.value) / control.value * 100
    parts["points"] = counted(care.value - control.value)
    return Measured(relative, care.value - control.value, control.value, parts=parts)
