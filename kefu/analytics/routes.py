"""Metrics: which there are, and one over a period."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel

from kefu.analytics.periods import period_of
from kefu.core.errors import NotFound
from kefu.core.http import Db
from kefu.core.measures import MEASURES, Better, Measure, Measured, Unit
from kefu.identity import CurrentActor

router = APIRouter(prefix="/api/v1", tags=["metrics"])

Moment = Annotated[AwareDatetime | None, Query()]


class MetricDefinition(BaseModel):
    name: str
    unit: Unit
    better: Better
    target: float | None
    source: str


class Figure(BaseModel):
    """`reason` stands where there is no value; `parts` are the same figure of each group."""

    value: float | None
    numerator: float | None
    denominator: float | None
    reason: str | None
    parts: dict[str, Figure] = {}


class PeriodShown(BaseModel):
    since: datetime
    until: datetime


class MetricAnswer(MetricDefinition, Figure):
    period: PeriodShown


@router.get("/metrics")
async def get_metrics(_: CurrentActor) -> list[MetricDefinition]:
    return [MetricDefinition(**definition(one)) for _, one in sorted(MEASURES.items())]


@router.get("/metrics/{name}")
async def get_metric(
    name: str, db: Db, _: CurrentActor, since: Moment = None, until: Moment = None
) -> MetricAnswer:
    """The figure of the period, the last 30 days by default."""
    asked = MEASURES.get(name)
    if asked is None:
        raise NotFound("There is no such metric; GET /api/v1/metrics names them.")
    period = period_of(since, until)
    measured = await asked.compute(db, period)
    return MetricAnswer(
        **definition(asked),
        **figure(measured).model_dump(),
        period=PeriodShown(since=period.since, until=period.until),
    )


def definition(one: Measure) -> dict[str, Any]:
    return {
        "name": one.name,
        "unit": one.unit,
        "better": one.better,
        "target": one.target,
        "source": one.source,
    }


def figure(measured: Measured) -> Figure:
    return Figure(
        value=measured.value,
        numerator=measured.numerator,
        denominator=measured.denominator,
        reason=measured.reason,
        parts={name: figure(part) for name, part in measured.parts.items()},
    )
