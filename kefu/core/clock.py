"""The one source of time: everything asks `now()`, and tests move it by hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time, aware and in UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class FrozenClock:
    """A clock that stands still until it is moved."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        return self._at

    def advance(self, by: timedelta) -> None:
        self._at += by

    def set(self, at: datetime) -> None:
        self._at = at


class _Holder:
    clock: Clock = SystemClock()


def now() -> datetime:
    """The current moment, aware and in UTC."""
    return _Holder.clock.now()


def iso(at: datetime | None) -> str | None:
    """A moment as every answer and every event says it, letter for letter: ISO 8601 with a Z."""
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")


@contextmanager
def frozen(at: datetime) -> Iterator[FrozenClock]:
    """Stop the clock at `at` inside the block; yields the clock to move it."""
    before, clock = _Holder.clock, FrozenClock(at)
    _Holder.clock = clock
    try:
        yield clock
    finally:
        _Holder.clock = before
