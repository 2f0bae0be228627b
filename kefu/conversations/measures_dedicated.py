"""Figures of VIP service, by the tier that a customer had in the conversation (R189)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Float, cast, extract, func, literal_column, select
from sqlalchemy.dialects.postgresql import distinct_on

from kefu.conversations.model import Conversation, Status
from kefu.core.db import Session
from kefu.core.events import FactRow
from kefu.core.measures import Measured, Period, absent, mean, measure, share

VIP = Conversation.customer_tier == "vip"
IS_VIP: ColumnElement[bool] = literal_column("vip")
NO_OTHERS = "nothing_to_compare_with"


def seconds(later: Any, earlier: Any) -> ColumnElement[float]:
    return cast(extract("epoch", later - earlier), Float)


@measure("vip_first_response", unit="seconds", better="down", target=15, source="R189")
async def vip_first_response(db: Session, period: Period) -> Measured:
    """The mean time until a person's first answer, of VIPs' conversations begun in the period."""
    took = seconds(Conversation.first_replied_at, Conversation.created_at)
    total, count = (
        await db.execute(
            select(func.coalesce(func.sum(took), 0), func.count()).where(
                VIP,
                Conversation.created_at >= period.since,
                Conversation.created_at < period.until,
                Conversation.first_replied_at.is_not(None),
            )
        )
    ).one()
    return mean(total, count)


@measure("vip_resolution", unit="percent", better="up", target=98, source="R189")
async def vip_resolution(db: Session, period: Period) -> Measured:
    """VIPs' conversations closed in the period that a person had answered, never taken up again."""
    solved = Conversation.reopened == 0
    row = (
        await db.execute(
            select(func.count().filter(solved), func.count()).where(VIP, *closed_in(period))
        )
    ).one()
    return share(row[0], row[1])


@measure("vip_satisfaction", unit="score", better="up", target=4.9, source="R189")
async def vip_satisfaction(db: Session, period: Period) -> Measured:
    """The mean of what VIPs gave in the period; of a conversation rated again the last counts."""
    last = (
        select(FactRow.subject, cast(FactRow.details["score"].as_integer(), Float).label("score"))
        .where(
            FactRow.kind == "conversation.rated",
            FactRow.at >= period.since,
            FactRow.at < period.until,
        )
        .ext(distinct_on(FactRow.subject))
        .order_by(FactRow.subject, FactRow.id.desc())
        .subquery()
    )
    total, count = (
        await db.execute(
            select(func.coalesce(func.sum(last.c.score), 0), func.count())
            .select_from(last)
            .join(Conversation, Conversation.id == last.c.subject)
            .where(VIP)
        )
    ).one()
    return mean(total, count)


@measure("vip_handling_ratio", unit="ratio", better="down", target=0.5, source="R189")
async def vip_handling_ratio(db: Session, period: Period) -> Measured:
    """The mean time from the first answer to the end, VIPs' over everybody else's."""
    took = seconds(Conversation.closed_at, Conversation.first_replied_at)
    rows = await db.execute(
        select(func.coalesce(VIP, False).label("vip"), func.sum(took), func.count())
        .where(*closed_in(period))
        .group_by(IS_VIP)
    )
    found = {row[0]: mean(row[1], row[2]) for row in rows}
    parts = {"vip": found.get(True, absent()), "others": found.get(False, absent())}
    vip, others = parts["vip"].value, parts["others"].value
    if vip is None:
        return absent(vip=parts["vip"], others=parts["others"])
    if not others:
        return absent(NO_OTHERS, numerator=vip, denominator=others)
    return Measured(vip / others, vip, others, parts=parts)


def closed_in(period: Period) -> tuple[ColumnElement[bool], ...]:
    """Closed in the period, after a person had answered."""
    return (
        Conversation.status == Status.CLOSED,
        Conversation.closed_at >= period.since,
        Conversation.closed_at < period.until,
        Conversation.first_replied_at.is_not(None),
    )
