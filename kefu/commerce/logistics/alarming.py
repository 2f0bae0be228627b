"""Alarming: logistics hears of a problem and has a task; the customer gets a draft."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kefu.commerce.events_logistics import AnomalyOverdue
from kefu.commerce.logistics.drafting import draft_about
from kefu.commerce.logistics.settings import settings_row
from kefu.commerce.logistics.watching import said
from kefu.commerce.logistics.wording import PROBLEMS
from kefu.commerce.model_logistics import DeliveryAnomaly, LogisticsSettings
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.events import record_all
from kefu.identity import agents_at, agents_who_may
from kefu.notifications import Notice, Why, announce, notify_all
from kefu.promises import Start, Words, change_clocks, create_task, is_chinese, words_tasks

ANOMALY = "anomaly"
CLOCK = DELIVERY = "delivery_problem"
OPENED, OVERDUE, SILENT = "anomaly.opened", "anomaly.overdue", "carrier.silent"

announce(
    OPENED,
    zh="配送出现异常",
    en="Something is wrong with a delivery",
    why=Why(
        zh="物流监控按设置里的阈值发现了异常（订单 {number}）。",
        en=(
            "The watch over deliveries found a problem by the thresholds in its settings (order "
            "{number})."
        ),
        setting="logistics",
    ),
)
announce(
    OVERDUE,
    zh="配送异常超时未处理",
    en="A delivery problem was not solved in time",
    why=Why(
        zh="配送异常超过物流设置里的处理时限还没有解决（订单 {number}）。",
        en=(
            "The problem was not solved within the time in the settings of logistics (order "
            "{number})."
        ),
        setting="logistics",
    ),
)
announce(
    SILENT,
    zh="承运商物流数据中断",
    en="A carrier sends no tracking data",
    why=Why(
        zh="承运商 {carrier} 有 {parcels} 个在途包裹，却超过阈值没有传来轨迹。",
        en=(
            "{carrier} has {parcels} parcels on their way, but sent no scan for longer than "
            "its threshold."
        ),
        setting="logistics",
    ),
)


async def alarm(db: Session, ids: Iterable[UUID]) -> None:
    """Raise the alarm for problems that were found; one that is over by now needs none."""
    rows = await db.scalars(
        select(DeliveryAnomaly)
        .where(
            DeliveryAnomaly.id.in_(set(ids)),
            DeliveryAnomaly.closed_at.is_(None),
            DeliveryAnomaly.task_id.is_(None),
        )
        .order_by(DeliveryAnomaly.id)
        .with_for_update()
    )
    anomalies = list(rows)
    if not anomalies:
        return
    kept = await settings_row(db)
    people = await logisticians(db, kept)
    await change_clocks(db, [clock_of(anomaly) for anomaly in anomalies])
    for anomaly in anomalies:
        await give_task(db, anomaly, kept, people)
    await notify_all(
        db, [notice(anomaly, person, OPENED) for anomaly in anomalies for person in people]
    )
    await draft_about(db, anomalies, kept)


async def logisticians(db: Session, kept: LogisticsSettings) -> set[UUID]:
    """Who hears of alarms: the department that was named, or whoever leads logistics' settings."""
    if kept.department_id is not None:
        people = await agents_at(db, department=kept.department_id)
        if people:
            return people
    return await agents_who_may(db, "logistics.edit")


def clock_of(anomaly: DeliveryAnomaly) -> Start:
    return Start(
        subject_kind=ANOMALY,
        subject=anomaly.id,
        kind=CLOCK,
        at=anomaly.opened_at,
        customer=anomaly.customer_id,
        due_at=anomaly.due_at,
    )


async def give_task(
    db: Session, anomaly: DeliveryAnomaly, kept: LogisticsSettings, people: set[UUID]
) -> None:
    """To the department; without one, to the first of those who are told."""
    if kept.department_id is None and not people:
        return
    task = await create_task(
        db,
        {
            "code": DELIVERY,
            "params": {"problem": anomaly.kind, "number": anomaly.order_number},
            "owner_id": None if kept.department_id else min(people),
            "department_id": kept.department_id,
            "subject_kind": ANOMALY,
            "subject": anomaly.id,
            "customer": anomaly.customer_id,
            "due_at": max(anomaly.due_at, now() + timedelta(minutes=1)),
        },
        by=None,
    )
    anomaly.task_id = task.id


@words_tasks(DELIVERY)
def say_problem(params: Mapping[str, Any], locale: str) -> Words:
    chinese, english = PROBLEMS[params["problem"]]
    return Words(f"{chinese if is_chinese(locale) else english} · {params['number']}")


def notice(anomaly: DeliveryAnomaly, person: UUID, kind: str) -> Notice:
    return Notice(
        agent=person,
        kind=kind,
        subject_kind=ANOMALY,
        subject=anomaly.id,
        params={
            "problem": anomaly.kind,
            "severity": anomaly.severity,
            "order": anomaly.order_id,
            "number": anomaly.order_number,
        },
    )


async def tell_overdue(db: Session, ids: Iterable[UUID]) -> None:
    """The promised time of these problems is over; said once of each."""
    rows = await db.scalars(
        select(DeliveryAnomaly)
        .where(
            DeliveryAnomaly.id.in_(set(ids)),
            DeliveryAnomaly.closed_at.is_(None),
            DeliveryAnomaly.overdue_at.is_(None),
        )
        .order_by(DeliveryAnomaly.id)
        .with_for_update()
    )
    late = list(rows)
    for anomaly in late:
        anomaly.overdue_at = now()
    people = await logisticians(db, await settings_row(db)) if late else set()
    await record_all(db, [said(AnomalyOverdue, anomaly) for anomaly in late])
    await notify_all(
        db, [notice(anomaly, person, OVERDUE) for anomaly in late for person in people]
    )
