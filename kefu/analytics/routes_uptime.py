"""Uptime: how much of the time Kefu answered, and when it did not (R420)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel

from kefu.analytics.periods import period_of
from kefu.core.clock import now
from kefu.core.http import Db
from kefu.core.settings import settings
from kefu.core.uptime import PROCESSES, Stretch, downtimes
from kefu.identity import CurrentActor

router = APIRouter(prefix="/api/v1", tags=["metrics"])

GAPS_SHOWN = 200


class ProcessUptime(BaseModel):
    """`percent` is null before the first sign of life; seconds since then."""

    process: str
    percent: float | None
    seconds: float
    down_seconds: float


class Gap(BaseModel):
    process: str
    since: datetime
    until: datetime
    seconds: float


class UptimeAnswer(BaseModel):
    target: float
    processes: list[ProcessUptime]
    gaps: list[Gap]


@router.get("/uptime")
async def get_uptime(
    db: Db, _: CurrentActor, since: Annotated[AwareDatetime | None, Query()] = None
) -> UptimeAnswer:
    """Of each kind of process, and the last 200 gaps, newest first."""
    period = period_of(since, now())
    processes, gaps = [], []
    for process in PROCESSES:
        counted, found = await downtimes(db, process, period.since, period.until)
        processes.append(uptime_of(process, counted, found))
        gaps += [gap_shown(process, one) for one in found]
    gaps.sort(key=lambda gap: gap.since, reverse=True)
    return UptimeAnswer(
        target=settings().availability_target, processes=processes, gaps=gaps[:GAPS_SHOWN]
    )


def uptime_of(process: str, counted: float, gaps: list[Stretch]) -> ProcessUptime:
    down = sum(gap.seconds for gap in gaps)
    percent = (counted - down) / counted * 100 if counted else None
    return ProcessUptime(process=process, percent=percent, seconds=counted, down_seconds=down)


def gap_shown(process: str, gap: Stretch) -> Gap:
    return Gap(process=process, since=gap.since, until=gap.until, seconds=gap.seconds)
