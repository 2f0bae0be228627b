from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from kefu.core.clock import frozen
from kefu.core.db import Session
from kefu.core.holidays import LAST_KNOWN
from kefu.core.ids import uuid7
from kefu.notifications.tests.factories import Browser, a_browser, counted
from kefu.promises.routes_calendars import router
from kefu.promises.tests.factories import NOON, OFFICE, a_calendar, a_policy, told

DESK = {"name": "白班", "timezone": "Asia/Shanghai", "week": OFFICE}


@pytest.fixture
async def head(db: Session) -> AsyncIterator[Browser]:
    async with a_browser(db, router, role="department_head") as browser:
        yield browser


async def test_a_calendar_is_written_changed_and_removed(db: Session, head: Browser) -> None:
    made = await head.ask("POST", "/calendars", DESK | {"chinese_holidays": True})
    path = f"/calendars/{made.json()['id']}"
    days = [{"date": "2026-11-11", "hours": [["08:00", "24:00"]], "name": "双十一"}]
    changed = await head.ask("PATCH", path, {"days": days})
    read = await head.ask("GET", path)
    removed = await head.ask("DELETE", path)
    gone = await head.ask("GET", path)

    assert made.status_code == 201
    assert changed.json()["days"] == read.json()["days"] == days
    assert read.json()["week"] == OFFICE
    assert read.json()["chinese_holidays"] is True
    assert (removed.status_code, gone.status_code) == (204, 404)


async def test_openings_show_split_days_and_over_the_weekend(db: Session, head: Browser) -> None:
    calendar = await a_calendar(db)

    seen = await head.ask(
        "GET", f"/calendars/{calendar.id}/openings", after="2026-03-06T16:00:00+08:00", count=2
    )

    body = seen.json()
    assert body["open_now"] is True
    assert body["items"] == [
        {"opens_at": "2026-03-06T05:30:00Z", "closes_at": "2026-03-06T10:00:00Z"},
        {"opens_at": "2026-03-09T01:00:00Z", "closes_at": "2026-03-09T04:00:00Z"},
    ]


async def test_a_calendar_is_looked_at_before_it_is_saved(head: Browser) -> None:
    with frozen(NOON):
        seen = await head.ask("POST", "/calendars/openings", DESK, count=1)

    assert seen.json()["items"] == [
        {"opens_at": "2026-03-02T05:30:00Z", "closes_at": "2026-03-02T10:00:00Z"}
    ]


async def test_years_without_announced_holidays_are_named(db: Session, head: Browser) -> None:
    calendar = await a_calendar(db, chinese_holidays=True)

    summer = f"{LAST_KNOWN + 1}-07-01T00:00:00Z"
    seen = await head.ask("GET", f"/calendars/{calendar.id}/openings", after=summer)

    assert seen.json()["estimated_years"] == [LAST_KNOWN + 1]


async def test_a_calendar_that_a_policy_counts_in_stays(db: Session, head: Browser) -> None:
    calendar = await a_calendar(db)
    await a_policy(db, name="在线咨询", calendar_id=calendar.id)

    refused = await head.ask("DELETE", f"/calendars/{calendar.id}")

    assert refused.status_code == 409
    assert (refused.json()["field"], refused.json()["detail"]) == ("policy", "在线咨询")


async def test_a_change_is_remembered_as_a_fact(db: Session, head: Browser) -> None:
    calendar = await a_calendar(db)

    await head.ask("PATCH", f"/calendars/{calendar.id}", {"name": "晚班"})

    assert await told(db, calendar.id) == ["calendar.changed"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"timezone": "Mars/Base"}, "timezone"),
        ({"week": OFFICE[:6]}, "week"),
        ({"week": [[]] * 7}, "week"),
        ({"week": [[["09:00", "12:00"], ["11:00", "18:00"]], *OFFICE[1:]]}, "week.0"),
        ({"week": [[["9:00", "12:00"]], *OFFICE[1:]]}, "week.0.0.0"),
        ({"week": [[["09:00", "12:60"]], *OFFICE[1:]]}, "week.0.0.1"),
        ({"days": [{"date": "2026-02-30"}]}, "days.0.date"),
        ({"days": [{"date": "2026-02-03"}, {"date": "2026-02-03"}]}, "days"),
        ({"name": ""}, "name"),
        ({"name": "a\u0000b"}, "name"),
        ({"name": "每天 9:00–21:00"}, "name"),
        ({"opening": "soon"}, "opening"),
    ],
)
async def test_odd_calendars_are_refused_by_name(
    head: Browser, change: dict[str, Any], field: str
) -> None:
    refused = await head.ask("POST", "/calendars", DESK | change)

    assert refused.status_code == 422, refused.text
    assert refused.json()["field"] == field


async def test_an_interval_of_a_whole_day_and_a_night_are_allowed(head: Browser) -> None:
    week = [[["00:00", "24:00"]]] * 6 + [[["22:00", "06:00"]]]

    made = await head.ask("POST", "/calendars", DESK | {"week": week})

    assert made.status_code == 201


async def test_agents_see_calendars_but_do_not_change_them(db: Session) -> None:
    calendar = await a_calendar(db)
    async with a_browser(db, router, role="agent") as agent:
        seen = await agent.ask("GET", f"/calendars/{calendar.id}")
        refused = await agent.ask("PATCH", f"/calendars/{calendar.id}", {"name": "x"})

    assert (seen.status_code, refused.status_code) == (200, 403)


@pytest.mark.parametrize("number", [1, 25])
async def test_a_page_takes_the_same_statements_for_any_number(
    db: Session, head: Browser, number: int
) -> None:
    for _ in range(number):
        await a_calendar(db, name=f"Desk {uuid7()}")
    await head.ask("GET", "/calendars")

    with counted(db) as statements:
        page = await head.ask("GET", "/calendars", limit=number)

    assert len(page.json()["items"]) == number
    assert page.json()["next_cursor"] is not None
    assert len(statements) == 2
