"""Uptime: a gap is seen, to the second; a restart is none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from kefu.core.clock import FrozenClock, frozen
from kefu.core.db import Session
from kefu.core.measures import MEASURES, Period
from kefu.core.measures_uptime import availability
from kefu.core.settings import settings
from kefu.core.uptime import Stretch, downtimes, gaps_between, say_alive, stretches

BEGAN = datetime(2026, 11, 11, 0, 0, tzinfo=UTC)


async def lives(db: Session, clock: FrozenClock, process: str, *, seconds: int) -> None:
    for _ in range(0, seconds, 5):
        await say_alive(db, process)
        clock.advance(timedelta(seconds=5))
    await say_alive(db, process)


async def test_a_gap_is_missing_from_the_availability(db: Session) -> None:
    with frozen(BEGAN) as clock:
        await lives(db, clock, "web", seconds=300)
        clock.advance(timedelta(seconds=100))
        await lives(db, clock, "web", seconds=600)
        period = Period(BEGAN - timedelta(days=1), BEGAN + timedelta(days=1))
        found = await availability(db, period)
        counted, gaps = await downtimes(db, "web", period.since, BEGAN + timedelta(seconds=1000))

    assert (found.numerator, found.denominator, found.value) == (900, 1000, 90)
    assert gaps == [Stretch(BEGAN + timedelta(seconds=300), BEGAN + timedelta(seconds=400))]
    assert counted == 1000
    assert found.parts["worker"].reason == "nothing_to_count"


async def test_a_quick_restart_and_a_second_process_leave_one_stretch(db: Session) -> None:
    with frozen(BEGAN) as clock:
        await lives(db, clock, "web", seconds=30)
        clock.advance(timedelta(seconds=10))
        await say_alive(db, "web")
        await lives(db, clock, "web", seconds=30)
        up = await stretches(db, "web", BEGAN, BEGAN + timedelta(hours=1))

    assert up == [Stretch(BEGAN, BEGAN + timedelta(seconds=70))]


async def test_being_down_now_counts_too(db: Session) -> None:
    with frozen(BEGAN) as clock:
        await lives(db, clock, "web", seconds=60)
        clock.advance(timedelta(seconds=60))
        found = await availability(db, Period(BEGAN, BEGAN + timedelta(days=1)))

    assert found.value == 50


@pytest.mark.parametrize(
    ("up", "gaps"),
    [
        ([], [(0, 100)]),
        ([(0, 100)], []),
        ([(20, 90)], [(0, 20)]),
        ([(0, 40), (50, 100)], []),
        ([(0, 40), (60, 80)], [(40, 60), (80, 100)]),
    ],
)
def test_silence_that_is_allowed_for_is_no_gap(
    up: list[tuple[int, int]], gaps: list[tuple[int, int]]
) -> None:
    def at(second: int) -> datetime:
        return BEGAN + timedelta(seconds=second)

    found = gaps_between([Stretch(at(a), at(b)) for a, b in up], at(0), at(100))

    assert found == [Stretch(at(a), at(b)) for a, b in gaps]


@pytest.fixture
def promised(monkeypatch: pytest.MonkeyPatch) -> Iterator[float]:
    monkeypatch.setenv("KEFU_AVAILABILITY_TARGET", "99.5")
    settings.cache_clear()
    yield 99.5
    settings.cache_clear()


def test_the_target_is_what_the_operator_promises(promised: float) -> None:
    assert MEASURES["availability"].target == promised
