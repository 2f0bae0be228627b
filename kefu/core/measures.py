"""Measures: figures that capabilities compute from what is recorded, each with its own reckoning.

A capability declares one in its `measures.py` (or `measures_….py`):

    @measure("on_time_delivery", unit="percent", better="up", target=95, source="R210")
    async def on_time_delivery(db, period): return share(on_time, delivered)

Whatever shows a figure gets value, numerator and denominator; where the base is absent there is
no value but a reason (I09).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from kefu.core.db import Session

Unit = Literal["percent", "points", "count", "seconds", "hours", "days", "yuan", "ratio", "score"]
Better = Literal["up", "down", "none"]
NOTHING_TO_COUNT = "nothing_to_count"


@dataclass(frozen=True, slots=True)
class Period:
    """From `since`, inclusive, to `until`, exclusive; both aware."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Measured:
    """One figure; `value` is None with a `reason` where the base is absent."""

    value: float | None
    numerator: float | None = None
    denominator: float | None = None
    reason: str | None = None
    parts: dict[str, Measured] = field(default_factory=dict)


Compute = Callable[[Session, Period], Awaitable[Measured]]


@dataclass(frozen=True, slots=True)
class Measure:
    """What a figure is called, its unit, which direction is better, its target and its source."""

    name: str
    unit: Unit
    better: Better
    wanted: float | Callable[[], float] | None
    source: str
    compute: Compute

    @property
    def target(self) -> float | None:
        """What should be reached; a setting is asked when it is needed."""
        return self.wanted() if callable(self.wanted) else self.wanted


MEASURES: dict[str, Measure] = {}


def measure(
    name: str,
    *,
    unit: Unit,
    source: str,
    better: Better = "none",
    target: float | Callable[[], float] | None = None,
) -> Callable[[Compute], Compute]:
    """Offer the function as the measure of this name; `source` names the requirement rows."""

    def register(compute: Compute) -> Compute:
        if name in MEASURES:
            raise ValueError(f"Two measures are called {name}.")
        MEASURES[name] = Measure(name, unit, better, target, source, compute)
        return compute

    return register


def share(numerator: float, denominator: float, **parts: Measured) -> Measured:
    """Percent of the denominator; without one there is no value."""
    if not denominator:
        return absent(numerator=numerator, denominator=denominator, **parts)
    return Measured(numerator / denominator * 100, numerator, denominator, parts=parts)


def mean(total: float, count: float, **parts: Measured) -> Measured:
    """The total over the count; without one there is no value."""
    if not count:
        return absent(numerator=total, denominator=count, **parts)
    return Measured(total / count, total, count, parts=parts)


def counted(number: float, **parts: Measured) -> Measured:
    """A figure that needs no base."""
    return Measured(number, number, parts=parts)


def absent(
    reason: str = NOTHING_TO_COUNT,
    /,
    *,
    numerator: float | None = None,
    denominator: float | None = None,
    **parts: Measured,
) -> Measured:
    """No value, and why."""
    return Measured(None, numerator, denominator, reason, parts)
