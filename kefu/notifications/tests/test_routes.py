from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from sqlalchemy import select

from kefu.core.db import Session
from kefu.core.ids import uuid7
from kefu.identity.tests.factories import an_agent
from kefu.notifications.model import Notification
from kefu.notifications.routes import router
from kefu.notifications.tests.factories import (
    Browser,
    a_browser,
    a_kind,
    a_notification,
    counted,
    naming,
)

WAYS = {"in_app": True, "sound": False, "desktop": True, "mail": True}
QUIET = {"from": "22:00", "to": "08:00", "timezone": "Asia/Shanghai"}


@pytest.fixture(autouse=True)
def kind() -> Iterator[str]:
    with a_kind() as kind:
        yield kind


@pytest.fixture
async def browser(db: Session) -> AsyncIterator[Browser]:
    async with a_browser(db, router) as browser:
        yield browser


async def test_the_centre_lists_counts_and_is_read_away(db: Session, browser: Browser) -> None:
    for _ in range(3):
        await a_notification(db, browser.agent)

    first = (await browser.ask("GET", "/notifications", limit=2)).json()
    rest = (await browser.ask("GET", "/notifications", cursor=first["next_cursor"])).json()
    count = (await browser.ask("GET", "/notifications/count")).json()
    one = await browser.ask("PUT", "/notifications/read", {"ids": [first["items"][0]["id"]]})
    rest_unread = (await browser.ask("GET", "/notifications", unread=True)).json()
    everything = await browser.ask("PUT", "/notifications/read", {"all": True})

    assert [len(first["items"]), len(rest["items"])] == [2, 1]
    assert count == {"unread": 3}
    assert one.json() == {"unread": 2}
    assert len(rest_unread["items"]) == 2
    assert everything.json() == {"unread": 0}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, None),
        ({"all": True, "ids": []}, None),
        ({"ids": ["x"]}, "ids.0"),
        ({"ids": None, "all": False}, None),
        ({"everything": True}, "everything"),
    ],
)
async def test_reading_says_what_was_read(
    browser: Browser, body: dict[str, Any], field: str | None
) -> None:
    answer = await browser.ask("PUT", "/notifications/read", body)

    assert answer.status_code == 422
    assert answer.json().get("field") == field


async def test_preferences_are_kept_and_shown(browser: Browser, kind: str) -> None:
    before = (await browser.ask("GET", "/notifications/preferences")).json()

    await browser.ask("PUT", "/notifications/preferences", {"ways": {kind: WAYS}, "quiet": QUIET})
    after = (await browser.ask("GET", "/notifications/preferences")).json()

    of_kind = next(row for row in after["kinds"] if row["kind"] == kind)
    assert before["quiet"] is None
    assert after["quiet"] == QUIET
    assert of_kind == {
        "kind": kind,
        "title": "发生了一件事",
        "suggested": {"in_app": True, "sound": True, "desktop": True, "mail": False},
        **WAYS,
    }


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"ways": {"no.such": WAYS}}, "ways.no.such"),
        ({"ways": {}, "quiet": QUIET | {"timezone": "Mars/Base"}}, "quiet.timezone"),
        ({"ways": {}, "quiet": QUIET | {"from": "25:00"}}, "quiet.from"),
        ({"ways": {}, "quiet": QUIET | {"to": "22:00"}}, "quiet"),
        ({"ways": {"test.happened": WAYS | {"fax": True}}}, "ways.test.happened.fax"),
    ],
)
async def test_odd_preferences_are_refused_by_name(
    browser: Browser, body: dict[str, Any], field: str
) -> None:
    answer = await browser.ask("PUT", "/notifications/preferences", body)

    assert answer.status_code == 422
    assert answer.json()["field"] == field


async def test_a_line_says_what_it_is_about(db: Session, browser: Browser) -> None:
    named, unnamed = uuid7(), uuid7()
    await a_notification(db, browser.agent, subject=named, subject_kind="kettle")
    await a_notification(db, browser.agent, subject=unnamed, subject_kind="spoon")

    with naming("kettle", {named: "保温壶漏水"}):
        listed = (await browser.ask("GET", "/notifications")).json()["items"]

    about = {one["subject"]: one["about"] for one in listed}
    assert about == {str(named): "保温壶漏水", str(unnamed): None}


@pytest.mark.parametrize("number", [1, 25])
async def test_a_page_takes_the_same_statements_for_any_number(
    db: Session, browser: Browser, number: int
) -> None:
    for _ in range(number):
        await a_notification(db, browser.agent)
    await browser.ask("GET", "/notifications/count")

    with counted(db) as statements:
        await browser.ask("GET", "/notifications", limit=25)

    assert len(statements) == 2  # the session, the page


async def test_it_says_why_it_came_and_where_that_is_set(db: Session, browser: Browser) -> None:
    await a_notification(db, browser.agent, params={"name": "茶"})
    await a_notification(db, browser.agent)
    listed = (await browser.ask("GET", "/notifications")).json()["items"]

    answers = [await browser.ask("GET", f"/notifications/{one['id']}/reason") for one in listed]

    assert {one.json()["text"] for one in answers} == {"茶 到了", "— 到了"}
    assert {one.json()["setting"] for one in answers} == {"policies"}


async def test_nobody_is_told_why_somebody_else_heard_of_it(db: Session, browser: Browser) -> None:
    stranger = await an_agent(db)
    subject = await a_notification(db, stranger.id)
    theirs = await db.scalar(select(Notification.id).where(Notification.subject == subject))

    answers = [
        await browser.ask("GET", f"/notifications/{one}/reason") for one in (theirs, uuid7())
    ]

    assert theirs is not None
    assert [one.status_code for one in answers] == [404, 404]
