"""Availability: the share of time in which Kefu answered (R420)."""

from __future__ import annotations

from dataclasses import replace

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.measures import Measured, Period, measure, share
from kefu.core.settings import settings
from kefu.core.uptime import PROCESSES, downtimes


def wanted() -> float:
    """What the operator promises, in percent."""
    return settings().availability_target


@measure("availability", unit="percent", better="up", target=wanted, source="R420")
async def availability(db: Session, period: Period) -> Measured:
    """Seconds in which web processes answered, of those since the first start; each kind apart."""
    until = min(period.until, now())
    parts = {}
    for process in PROCESSES:
        counted, gaps = await downtimes(db, process, period.since, until)
        parts[process] = share(counted - sum(gap.seconds for gap in gaps), counted)
    return replace(parts["web"], parts=parts)
