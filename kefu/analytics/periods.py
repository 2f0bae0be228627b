"""Periods: what was asked for, or the last thirty days."""

from __future__ import annotations

from datetime import datetime, timedelta

from kefu.core.clock import now
from kefu.core.errors import Invalid
from kefu.core.measures import Period

DEFAULT_DAYS = 30
LONGEST_DAYS = 366 * 5


def period_of(since: datetime | None, until: datetime | None) -> Period:
    end = until or now()
    begin = since or end - timedelta(days=DEFAULT_DAYS)
    if begin >= end:
        raise Invalid("The period ends before it begins.", field="until")
    if end - begin > timedelta(days=LONGEST_DAYS):
        raise Invalid(
            f"A period has at most {LONGEST_DAYS} days.", field="since", limit=LONGEST_DAYS
        )
    return Period(begin, end)
