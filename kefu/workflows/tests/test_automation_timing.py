from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from kefu.core.automation import ACTIONS, Action, Outcome
from kefu.core.clock import frozen
from kefu.core.db import Database, Session
from kefu.core.errors import Conflict
from kefu.core.jobs import Payload
from kefu.core.reactions import GROUPS, Reader, prepare
from kefu.identity.tests.desk import Desk, desk_of
from kefu.identity.tests.factories import an_agent
from kefu.notifications import MemoryMailer, MemoryRobotSpeaker
from kefu.promises import Words, create_task, scan, words_tasks
from kefu.workflows import reactions_automation
from kefu.workflows.automation_log import forget_before
from kefu.workflows.automation_timing import AT_ONCE, next_moment, run_on_time
from kefu.workflows.jobs_automation import say, write
from kefu.workflows.routes_automation import router
from kefu.workflows.tests.ruling import a_rule, a_task, facts, lines, notices, run, told

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # a Monday, 12:00 in Shanghai
OVERDUE = {"all": [{"field": "overdue", "operator": "is", "value": True}]}


@pytest.fixture
async def desk(db: Session) -> AsyncIterator[Desk]:
    async with desk_of(db, router) as desk:
        yield desk


@pytest.mark.parametrize(
    ("timing", "expected"),
    [
        ({"every_minutes": 15}, NOON + timedelta(minutes=15)),
        ({"every_minutes": 720}, datetime(2026, 3, 2, 12, 0, tzinfo=UTC)),
        ({"daily_at": "12:00", "zone": "Asia/Shanghai"}, NOON + timedelta(days=1)),
        ({"daily_at": "18:30", "zone": "Asia/Shanghai"}, NOON + timedelta(hours=6.5)),
        (
            {"daily_at": "09:00", "zone": "Asia/Shanghai", "weekdays": ["sat"]},
            datetime(2026, 3, 7, 1, 0, tzinfo=UTC),
        ),
        (
            {"daily_at": "12:00", "zone": "Asia/Shanghai", "weekdays": ["mon"]},
            NOON + timedelta(days=7),
        ),
    ],
)
def test_the_next_look_is_at_round_minutes_or_its_time_of_the_day(
    timing: dict[str, Any], expected: datetime
) -> None:
    assert next_moment(timing, NOON) == expected


async def test_a_rule_by_time_looks_at_everything_and_again_only_after_its_pause(
    db: Session,
) -> None:
    agent = await an_agent(db)
    with frozen(NOON) as clock:
        await a_rule(
            db,
            told(agent.id),
            timing={"every_minutes": 15},
            conditions=OVERDUE,
            again_after_seconds=3600,
        )
        late = await a_task(db, due_at=NOON + timedelta(minutes=1))
        await a_task(db)
        acted = []
        for _ in range(6):
            clock.advance(timedelta(minutes=15))
            seen = await facts(db, "clock.due")
            await scan(db)
            after = seen[-1].id if seen else 0
            await run_on_time(db, await facts(db, "clock.due", after))
            acted.append(len(await lines(db)))

    assert acted == [1, 1, 1, 1, 2, 2]
    assert {line.subject for line in await lines(db)} == {late.id}
    assert {line.cause for line in await lines(db)} == {"time"}


async def test_what_is_more_than_one_pass_goes_on_at_once(
    db: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kefu.workflows.automation_timing.AT_ONCE", 2)
    agent = await an_agent(db)
    with frozen(NOON) as clock:
        rule = await a_rule(db, told(agent.id), timing={"every_minutes": 60})
        for _ in range(5):
            await a_task(db)
        clock.advance(timedelta(hours=1))
        seen = 0
        passes = []
        for _ in range(4):
            await scan(db)
            due = await facts(db, "clock.due", seen)
            seen = due[-1].id if due else seen
            await run_on_time(db, due)
            passes.append(len(await lines(db)))
        await db.refresh(rule)

    assert passes == [2, 4, 5, 5]
    assert rule.sweep_after is None
    assert AT_ONCE == 200


async def test_a_failed_action_is_tried_again_and_the_rest_is_not(db: Session, desk: Desk) -> None:
    await desk.sign_in("administrator")
    agent = await an_agent(db)
    broken = [True]

    async def act(_: Session, __: Any, ___: Any) -> dict[UUID, Outcome]:
        if broken[0]:
            raise Conflict("Not now.", code="not_now")
        return {}

    ACTIONS["test.flaky"] = Action("test.flaky", "", "", (), {}, act)
    try:
        await a_rule(db, {"action": "test.flaky", "params": {}}, told(agent.id))
        await a_task(db)
        failed = (await run(db))[0]
        broken[0] = False
        again = await desk.post(f"/automation/runs/{failed.id}/retry")
        twice = await desk.post(f"/automation/runs/{failed.id}/retry")
    finally:
        del ACTIONS["test.flaky"]

    assert failed.outcome == "failed"
    assert again.status_code == 201
    assert (again.json()["outcome"], again.json()["cause"]) == ("done", "retry")
    assert [step["result"] for step in again.json()["actions"]] == ["done", "done"]
    assert twice.status_code == 409
    assert len(await notices(db)) == 1


async def test_the_log_is_narrowed_by_outcome_rule_and_subject(db: Session, desk: Desk) -> None:
    await desk.sign_in("administrator")
    agent = await an_agent(db)
    rule = await a_rule(db, told(agent.id))
    await a_rule(db, told(agent.id), conditions=OVERDUE)
    task = await a_task(db, title="给李先生寄发票")
    await a_task(db)
    await run(db)

    done = (await desk.get("/automation/runs?outcome=done")).json()["items"]
    of_rule = (await desk.get(f"/automation/runs?rule={rule.id}")).json()["items"]
    of_task = (await desk.get(f"/automation/runs?subject={task.id}")).json()["items"]

    assert len(done) == len(of_rule) == len(of_task) == 2
    assert {one["title"] for one in of_task} == {"给李先生寄发票"}
    assert {one["outcome"] for one in of_task} == {"done", "not_matched"}


async def test_a_task_of_the_product_is_named_in_the_readers_language(
    db: Session, desk: Desk
) -> None:
    agent = await an_agent(db)
    await a_rule(db, told(agent.id))
    await create_task(
        db, {"code": "kettle_boils_over", "params": {}, "owner_id": agent.id}, by=None
    )
    await run(db)
    log, sample = {}, {}
    for locale in ("zh-CN", "en"):
        await desk.sign_in("administrator", locale=locale)
        [line] = (await desk.get("/automation/runs?outcome=done")).json()["items"]
        asked = {"subject_kind": "task", "trigger": "task.assigned", "conditions": {"all": []}}
        found = (await desk.post("/automation/previews", asked)).json()
        log[locale] = line["title"]
        sample[locale] = [
            one["title"] for part in ("now", "facts") for one in found[part]["samples"]
        ]

    assert log == {"zh-CN": "水壶溢水", "en": "A kettle boils over"}
    assert sample == {"zh-CN": ["水壶溢水"] * 2, "en": ["A kettle boils over"] * 2}


@words_tasks("kettle_boils_over")
def in_both_languages(_: Mapping[str, Any], locale: str) -> Words:
    return Words("A kettle boils over" if locale == "en" else "水壶溢水")


async def test_words_for_a_group_and_a_mail_name_the_rule_and_no_customer() -> None:
    payload: Payload = {
        "key": "k1",
        "rule": "r",
        "name": "逾期提醒",
        "count": 3,
        "conversations": ["c1"],
        "params": {
            "maker": "wecom",
            "url": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1",
            "to": "desk@example.com",
            "subject": "逾期",
            "words": "请尽快处理",
        },
    }
    speaker, mailer = MemoryRobotSpeaker(), MemoryMailer()

    await say(payload, speaker, base_url="http://desk.test")
    await write(payload, mailer, base_url="http://desk.test")

    words = "请尽快处理\n\n逾期提醒 × 3\nhttp://desk.test/console/conversations/c1"
    assert speaker.said[0][1] == words
    assert (mailer.sent[0].to, mailer.sent[0].text) == ("desk@example.com", words)


async def test_the_reader_runs_rules_exactly_once_and_old_lines_are_forgotten(
    database_url: str,
) -> None:
    assert reactions_automation.look in [one.run for one in GROUPS["automation"]]
    database = Database(database_url)
    try:
        async with database.transaction() as db:
            agent = await an_agent(db)
            await a_rule(db, told(agent.id))
            await a_task(db)
        for group in ("automation", "automation"):
            await prepare(database, group, 8)
            reader = Reader(database, group)
            while await reader.step():
                pass
        async with database.transaction() as db:
            logged = await lines(db)
        await forget_before(database, datetime.now(UTC) + timedelta(minutes=1))
        async with database.transaction() as db:
            left = await lines(db)
    finally:
        await database.close()

    assert [line.outcome for line in logged] == ["done"]
    assert left == []
