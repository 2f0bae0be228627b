"""Metrics by HTTP: value, base and period; and what is refused."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import pytest

from kefu.analytics.routes import router
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.measures import MEASURES, Measured, Period, counted, mean, measure, share
from kefu.identity.tests.desk import Desk, desk_of


@pytest.fixture
def measures() -> Iterator[None]:
    @measure("tried.on_time", unit="percent", better="up", target=95, source="R210")
    async def on_time(_: Session, period: Period) -> Measured:
        return share(19, 20, north=share(9, 10), south=share(10, 10))

    @measure("tried.nothing", unit="percent", source="R210")
    async def nothing(_: Session, period: Period) -> Measured:
        return share(0, 0)

    @measure("tried.days", unit="days", source="R218")
    async def days(_: Session, period: Period) -> Measured:
        return counted((period.until - period.since) / timedelta(days=1))

    yield
    for name in ("tried.on_time", "tried.nothing", "tried.days"):
        del MEASURES[name]


@pytest.fixture
async def leader(db: Session, measures: None) -> AsyncIterator[Desk]:
    async with desk_of(db, router) as desk:
        await desk.sign_in("shift_leader")
        yield desk


async def test_a_metric_says_what_it_was_reckoned_from(leader: Desk) -> None:
    answer = (await leader.get("/metrics/tried.on_time")).json()

    figures = (answer["value"], answer["numerator"], answer["denominator"], answer["target"])
    assert figures == (95, 19, 20, 95)
    assert answer["parts"]["north"]["value"] == 90
    assert answer["reason"] is None


async def test_without_a_base_there_is_a_reason_and_no_value(leader: Desk) -> None:
    answer = (await leader.get("/metrics/tried.nothing")).json()

    assert (answer["value"], answer["reason"]) == (None, "nothing_to_count")
    assert mean(0, 0) == share(0, 0)


async def test_the_period_is_the_last_thirty_days_or_what_was_asked(
    leader: Desk,
) -> None:
    since = (now() - timedelta(days=7)).isoformat()

    month = (await leader.get("/metrics/tried.days")).json()
    week = (await leader.get("/metrics/tried.days", params={"since": since})).json()

    assert month["value"] == 30
    assert round(week["value"]) == 7


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"since": "2026-05-02T00:00:00Z", "until": "2026-05-01T00:00:00Z"}, "until"),
        ({"since": "1970-01-01T00:00:00Z"}, "since"),
        ({"since": "yesterday"}, "since"),
        ({"since": "2026-05-02T00:00:00"}, "since"),
    ],
)
async def test_an_odd_period_is_refused_by_its_field(
    leader: Desk, asked: dict[str, str], field: str
) -> None:
    answer = await leader.get("/metrics/tried.days", params=asked)

    assert (answer.status_code, answer.json()["field"]) == (422, field)


async def test_an_unknown_metric_is_not_found_and_the_list_names_those_there_are(
    leader: Desk,
) -> None:
    listed = {one["name"]: one["source"] for one in (await leader.get("/metrics")).json()}

    assert (await leader.get("/metrics/none")).status_code == 404
    assert listed["tried.on_time"] == "R210"


async def test_one_name_is_one_measure(measures: None) -> None:
    with pytest.raises(ValueError, match=r"tried\.days"):
        measure("tried.days", unit="days", source="R1")(MEASURES["tried.on_time"].compute)
