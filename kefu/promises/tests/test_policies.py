from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from kefu.core.clock import frozen
from kefu.core.db import Session
from kefu.core.ids import uuid7
from kefu.identity.tests.factories import a_team
from kefu.notifications.tests.factories import Browser, a_browser
from kefu.promises.demo import load_demo
from kefu.promises.routes_policies import router
from kefu.promises.tests.factories import NOON, a_calendar, a_clock, a_policy, the_clock

REPLY = {"first_reply": {"seconds": 60, "business_time": False}}


@pytest.fixture
async def head(db: Session) -> AsyncIterator[Browser]:
    async with a_browser(db, router, role="department_head") as browser:
        yield browser


async def test_a_policy_is_written_changed_and_removed(db: Session, head: Browser) -> None:
    calendar, team = await a_calendar(db), await a_team(db)
    wanted = {
        "name": "售前",
        "calendar_id": str(calendar.id),
        "teams": [str(team.id)],
        "targets": {"next_reply": {"seconds": 90}},
    }

    made = await head.ask("POST", "/policies", wanted)
    path = f"/policies/{made.json()['id']}"
    changed = await head.ask("PATCH", path, {"active": False, "targets": REPLY})
    removed = await head.ask("DELETE", path)

    assert made.status_code == 201
    assert made.json()["targets"] == {
        "next_reply": {"seconds": 90, "business_time": True, "warn_percent": 80}
    }
    assert list(changed.json()["targets"]) == ["first_reply"]
    assert changed.json()["teams"] == [str(team.id)]
    assert removed.status_code == 204


async def test_a_changed_policy_counts_from_the_next_clock_on(db: Session, head: Browser) -> None:
    policy = await a_policy(db, seconds=100)
    running = await a_clock(db)

    await head.ask("PATCH", f"/policies/{policy.id}", {"targets": REPLY})
    following = await a_clock(db)

    assert ((await the_clock(db, running)).due_at - NOON).total_seconds() == 100
    assert ((await the_clock(db, following)).due_at - NOON).total_seconds() == 60


async def test_an_inactive_policy_promises_nothing(db: Session) -> None:
    await a_policy(db, seconds=100, active=False)

    subject = await a_clock(db)

    due = (await the_clock(db, subject)).due_at
    assert (due - NOON).total_seconds() == 60  # the policy every installation begins with


async def test_it_is_explained_which_policy_wins(db: Session, head: Browser) -> None:
    inbox = uuid7()
    first = await a_policy(db, seconds=15, position=1, inboxes=[str(inbox)], priorities=[3])
    second = await a_policy(db, seconds=30, position=2)

    with frozen(NOON):
        urgent = (await head.ask("GET", "/policies/promises", inbox=inbox, priority=3)).json()
        other = (await head.ask("GET", "/policies/promises", priority=1)).json()

    reply = next(row for row in urgent if row["kind"] == "first_reply")
    assert [row["policy_id"] for row in reply["candidates"]][:2] == [str(first.id), str(second.id)]
    assert [row["wins"] for row in reply["candidates"]] == [True, False, False]
    assert reply["due_at"] == "2026-03-02T04:00:15Z"
    assert other[0]["candidates"][0]["policy_id"] == str(second.id)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"targets": {}}, "targets"),
        ({"targets": {"last_reply": {"seconds": 1}}}, "targets.last_reply"),
        ({"targets": {"idle": {"seconds": 0}}}, "targets.idle.seconds"),
        ({"targets": {"idle": {"seconds": 1e300}}}, "targets.idle.seconds"),
        ({"targets": {"idle": {"seconds": 60, "warn_percent": 100}}}, "targets.idle.warn_percent"),
        ({"targets": {"idle": {"seconds": 60, "business_time": True}}}, "calendar_id"),
        ({"calendar_id": str(uuid7())}, "calendar_id"),
        ({"teams": [str(uuid7())]}, "teams"),
        ({"priorities": [4]}, "priorities.0"),
        ({"name": "基本承诺"}, "name"),
        ({"position": -1}, "position"),
    ],
)
async def test_odd_policies_are_refused_by_name(
    head: Browser, change: dict[str, Any], field: str
) -> None:
    refused = await head.ask("POST", "/policies", {"name": "x", "targets": REPLY} | change)

    assert refused.status_code == 422, refused.text
    assert refused.json()["field"] == field


async def test_a_bad_change_names_its_field_too(db: Session, head: Browser) -> None:
    policy = await a_policy(db)

    refused = await head.ask("PATCH", f"/policies/{policy.id}", {"calendar_id": str(uuid7())})

    assert refused.json()["field"] == "calendar_id"


async def test_a_calendar_open_too_seldom_is_refused(db: Session, head: Browser) -> None:
    calendar = await a_calendar(db, week=[[["09:00", "09:01"]]] + [[]] * 6)
    targets = {"idle": {"seconds": 90 * 24 * 3600}}

    refused = await head.ask(
        "POST", "/policies", {"name": "x", "calendar_id": str(calendar.id), "targets": targets}
    )

    assert refused.json()["field"] == "targets.idle.seconds"


async def test_agents_see_policies_but_do_not_change_them(db: Session) -> None:
    policy = await a_policy(db)
    async with a_browser(db, router, role="agent") as agent:
        seen = await agent.ask("GET", "/policies")
        refused = await agent.ask("DELETE", f"/policies/{policy.id}")

    assert str(policy.id) in {row["id"] for row in seen.json()["items"]}
    assert refused.status_code == 403


async def test_the_demo_is_loaded_once(db: Session, head: Browser) -> None:
    await load_demo(db)
    once = (await head.ask("GET", "/policies")).json()["items"]
    await load_demo(db)
    twice = (await head.ask("GET", "/policies")).json()["items"]

    assert [row["name"] for row in once] == ["加急会话", "在线咨询", "邮件与留言", "基本承诺"]
    assert twice == once
