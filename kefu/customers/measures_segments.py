"""Measures of segments: value by segment and cohort, what care brings, how much is proactive."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, func, literal_column, select

from kefu.core.db import Session
from kefu.core.events import FactRow
from kefu.core.measures import Measured, Period, absent, counted, mean, measure, share
from kefu.customers.model import Customer
from kefu.customers.model_care import CARE, CONTROL, CareCourse
from kefu.customers.model_segments import CustomerFigures, Standing
from kefu.customers.segment_fields import PRESENT

FEN = 100
NET = func.coalesce(func.sum(CustomerFigures.spent - CustomerFigures.refunded), 0)
PART: ColumnElement[str] = literal_column("part")
BOUGHT = (CustomerFigures.orders > 0, CustomerFigures.currency == "CNY")


@measure("lifetime_value", unit="yuan", better="up", source="R194 R195")
async def lifetime_value(db: Session, period: Period) -> Measured:
    """What stays of what a customer paid so far, of all who first bought before the end.

    The parts are the lifecycle segments of now.
    """
    rows = await db.execute(
        select(func.coalesce(Standing.lifecycle, "other").label("part"), NET, func.count())
        .select_from(CustomerFigures)
        .join(Customer, Customer.id == CustomerFigures.customer_id)
        .outerjoin(Standing, Standing.customer_id == CustomerFigures.customer_id)
        .where(PRESENT, *BOUGHT, CustomerFigures.first_order_at < period.until)
        .group_by(PART)
    )
    return averaged(rows)


@measure("lifetime_value_by_cohort", unit="yuan", better="up", source="R195")
async def lifetime_value_by_cohort(db: Session, period: Period) -> Measured:
    """The same by the month of the first order, for months that begin in the period."""
    month = func.to_char(
        func.timezone("Asia/Shanghai", CustomerFigures.first_order_at), "YYYY-MM"
    ).label("part")
    first = CustomerFigures.first_order_at
    rows = await db.execute(
        select(month, NET, func.count())
        .select_from(CustomerFigures)
        .join(Customer, Customer.id == CustomerFigures.customer_id)
        .where(PRESENT, *BOUGHT, first >= period.since, first < period.until)
        .group_by(PART)
        .order_by(PART)
    )
    return averaged(rows)


def averaged(rows: Any) -> Measured:
    """The mean over all rows in yuan, each row a part."""
    found = [(name, int(total) / FEN, count) for name, total, count in rows]
    parts = {name: mean(total, count) for name, total, count in found}
    return mean(sum(one[1] for one in found), sum(one[2] for one in found), **parts)


@measure("care_repurchase", unit="percent", better="up", source="R186 R190 R196")
async def care_repurchase(db: Session, period: Period) -> Measured:
    """Who bought again within the window, of courses begun in the period, beside the control."""
    rows = await db.execute(
        select(CareCourse.arm, func.count(CareCourse.repurchased_at), func.count())
        .where(CareCourse.started_at >= period.since, CareCourse.started_at < period.until)
        .group_by(CareCourse.arm)
    )
    arms = {arm: share(bought, courses) for arm, bought, courses in rows}
    care, control = arms.get(CARE, absent()), arms.get(CONTROL, absent())
    parts = {"care": care, "control": control}
    if care.value is not None and control.value is not None:
        parts["uplift"] = counted(care.value - control.value)
    return share(care.numerator or 0, care.denominator or 0, **parts)


@measure("proactive_share", unit="percent", better="up", source="R195")
async def proactive_share(db: Session, period: Period) -> Measured:
    """Contacts that we began of all: those and customers' conversations.

    Ours are care courses with tasks, and warnings that reached a customer before they asked: of a
    delivery in trouble. Control courses and notices of usual steps are none.
    """
    care = and_(FactRow.kind == "care.started", detail("arm") == CARE)
    warned = and_(
        FactRow.kind == "notice.settled",
        detail("outcome") == "sent",
        detail("anomaly").is_not(None),
    )
    asked = FactRow.kind == "conversation.opened"
    row: Any = (
        await db.execute(
            select(*[func.count().filter(one) for one in (care, warned, asked)]).where(
                FactRow.at >= period.since,
                FactRow.at < period.until,
                FactRow.kind.in_(("care.started", "notice.settled", "conversation.opened")),
            )
        )
    ).one()
    cared_for, warnings, conversations = row
    ours = cared_for + warnings
    parts = {"care": counted(cared_for), "warnings": counted(warnings)}
    return share(ours, ours + conversations, **parts)


def detail(name: str) -> Any:
    return FactRow.details[name].as_string()


@measure("redemptions_on_time", unit="percent", better="up", source="R198")
async def redemptions_on_time(db: Session, period: Period) -> Measured:
    """Redemptions delivered in the period that were not late."""
    late = FactRow.details["late"].as_boolean()
    row = (
        await db.execute(
            select(func.count().filter(~late), func.count()).where(
                FactRow.kind == "redemption.fulfilled",
                FactRow.at >= period.since,
                FactRow.at < period.until,
            )
        )
    ).one()
    return share(row[0], row[1])
