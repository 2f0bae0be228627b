from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from kefu.core.db import Session
from kefu.core.ids import uuid7
from kefu.identity.tests.desk import Desk, desk_of
from kefu.identity.tests.factories import a_department, a_team, an_agent
from kefu.identity.tests.visiting import counted, kinds_recorded
from kefu.workflows.model_automation import Rule
from kefu.workflows.routes_automation import router
from kefu.workflows.tests.ruling import OPEN, a_rule, a_task, run, told

PRESSING = {"all": [{"field": "overdue", "operator": "is", "value": True}]}


@pytest.fixture
async def desk(db: Session) -> AsyncIterator[Desk]:
    async with desk_of(db, router) as desk:
        yield desk


def a_body(agent: Any, **more: Any) -> dict[str, Any]:
    return {
        "name": "新任务通知",
        "subject_kind": "task",
        "trigger": "task.assigned",
        "conditions": OPEN,
        "actions": [told(agent.id)],
    } | more


async def test_a_rule_is_made_changed_and_removed_with_its_versions(
    db: Session, desk: Desk
) -> None:
    head = await desk.sign_in("department_head")
    made = await desk.post("/automation/rules", a_body(head))
    path = f"/automation/rules/{made.json()['id']}"
    on = await desk.patch(path, {"active": True})
    changed = await desk.patch(path, {"note": "夜班用", "again_after_seconds": 0})
    versions = (await desk.get(f"{path}/versions")).json()
    removed = await desk.delete(path)

    assert made.status_code == 201
    assert not made.json()["active"]
    assert (on.json()["active"], on.json()["version"]) == (True, 1)
    assert (changed.json()["note"], changed.json()["version"]) == ("夜班用", 2)
    assert [(one["version"], one["content"]["note"]) for one in versions] == [
        (2, "夜班用"),
        (1, ""),
    ]
    assert versions[0]["by"] == head.name
    assert removed.status_code == 204
    assert [kind for kind in await kinds_recorded(db) if kind.startswith("automation")] == [
        "automation_rule.created",
        "automation_rule.switched",
        "automation_rule.changed",
        "automation_rule.removed",
    ]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": " "}, "name"),
        ({"subject_kind": "planet"}, "subject_kind"),
        ({"trigger": "moon.rises"}, "trigger"),
        ({"timing": {"every_minutes": 5}}, "trigger"),
        ({"trigger": None}, "trigger"),
        ({"trigger": None, "timing": {"every_minutes": 7}}, "timing.Every.every_minutes"),
        ({"trigger": None, "timing": {"daily_at": "25:00"}}, "timing.Every.every_minutes"),
        ({"trigger": None, "timing": {"daily_at": "09:00", "zone": "Moon"}}, "timing.zone"),
        (
            {"conditions": {"all": [{"field": "colour", "operator": "is"}]}},
            "conditions.all[0].field",
        ),
        (
            {"conditions": {"all": [{"field": "open", "operator": "is", "value": 1}]}},
            "conditions.all[0].value",
        ),
        ({"actions": []}, "actions"),
        ({"actions": [{"action": "fly"}]}, "actions[0].action"),
        ({"actions": [{"action": "notify"}]}, "actions[0].params.to"),
        (
            {"actions": [{"action": "notify", "params": {"to": "agent"}}]},
            "actions[0].params.agent",
        ),
        (
            {"actions": [{"action": "notify", "params": {"to": "assignee", "x": 1}}]},
            "actions[0].params.x",
        ),
        (
            {"actions": [{"action": "create_task", "params": {"title": "看", "agent": "1"}}]},
            "actions[0].params.agent",
        ),
        (
            {"actions": [{"action": "mail", "params": {"to": "a", "subject": "b", "words": "c"}}]},
            "actions[0].params.to",
        ),
        ({"hourly_limit": 0}, "hourly_limit"),
        ({"again_after_seconds": -1}, "again_after_seconds"),
    ],
)
async def test_an_odd_rule_is_refused_by_its_field(
    db: Session, desk: Desk, change: dict[str, Any], field: str
) -> None:
    head = await desk.sign_in("department_head")

    refused = await desk.post("/automation/rules", a_body(head, **change))

    assert refused.status_code == 422, refused.text
    assert refused.json()["field"] == field
    assert "automation_rule.created" not in await kinds_recorded(db)


async def test_a_name_is_taken_once(desk: Desk) -> None:
    head = await desk.sign_in("administrator")
    await desk.post("/automation/rules", a_body(head))

    assert (await desk.post("/automation/rules", a_body(head))).status_code == 409


async def test_a_robots_address_never_leaves_and_stays_when_hidden(db: Session, desk: Desk) -> None:
    head = await desk.sign_in("administrator")
    url = "https://oapi.dingtalk.com/robot/send?access_token=abc"
    robot = {"maker": "dingtalk", "url": url, "words": "有逾期任务"}
    elsewhere = robot | {"url": "https://127.0.0.1/robot"}
    refused = await desk.post(
        "/automation/rules", a_body(head, actions=[{"action": "robot", "params": elsewhere}])
    )
    made = await desk.post(
        "/automation/rules", a_body(head, actions=[{"action": "robot", "params": robot}])
    )
    shown = made.json()["actions"][0]["params"]
    again = [{"action": "robot", "params": shown | {"words": "请处理逾期任务"}}]
    changed = await desk.patch(f"/automation/rules/{made.json()['id']}", {"actions": again})
    versions = await desk.get(f"/automation/rules/{made.json()['id']}/versions")

    rule = await db.get(Rule, made.json()["id"])
    assert refused.json()["field"] == "actions[0].params.url"
    assert shown["url"] == "••••••"
    assert changed.status_code == 200
    assert "access_token" not in changed.text + versions.text
    assert rule is not None
    assert rule.actions[0]["params"] == robot | {"words": "请处理逾期任务"}


async def test_what_is_offered_has_names_in_the_readers_language(desk: Desk) -> None:
    await desk.sign_in("department_head")
    offered = (await desk.get("/automation/offers")).json()

    task = next(one for one in offered["subjects"] if one["kind"] == "task")
    done = next(one for one in offered["triggers"] if one["name"] == "task.done")
    notify = next(one for one in offered["actions"] if one["name"] == "notify")
    assert task["label"] == "任务"
    assert {"name", "label", "kind", "operators", "choices", "limits"} == set(task["fields"][0])
    assert [field["label"] for field in done["fields"]] == ["逾期完成", "触发人"]
    assert [param["name"] for param in notify["params"]] == [
        *("to", "agent", "team", "department", "words")
    ]


async def test_a_preview_counts_and_carries_nothing_out(db: Session, desk: Desk) -> None:
    head = await desk.sign_in("administrator")
    mine = {"all": [{"field": "owner", "operator": "is", "value": [str(head.id)]}]}
    await a_task(db, owner=head, title="给张女士回电")
    await a_task(db)
    before = await kinds_recorded(db)

    found = await desk.post(
        "/automation/previews",
        {"subject_kind": "task", "trigger": "task.assigned", "conditions": mine},
    )

    assert found.json()["now"]["count"] == 1
    assert found.json()["now"]["samples"][0]["title"] == "给张女士回电"
    assert (found.json()["facts"]["looked"], found.json()["facts"]["matched"]) == (2, 1)
    assert found.json()["facts"]["reasons"] == [{"place": "conditions.all[0]", "count": 1}]
    assert await kinds_recorded(db) == before


async def test_a_preview_of_the_facts_details_has_no_count_of_now(desk: Desk) -> None:
    await desk.sign_in("administrator")
    late = {"all": [{"field": "fact.late", "operator": "is", "value": True}]}

    found = await desk.post(
        "/automation/previews",
        {"subject_kind": "task", "trigger": "task.done", "conditions": late},
    )

    assert found.json() == {
        "now": None,
        "facts": {"looked": 0, "matched": 0, "samples": [], "reasons": []},
    }


async def test_a_subject_is_explained_step_by_step(db: Session, desk: Desk) -> None:
    await desk.sign_in("administrator")
    task = await a_task(db)
    conditions = {"all": [*OPEN["all"], *PRESSING["all"]]}
    asked = {"subject_kind": "task", "trigger": "task.assigned", "conditions": conditions}

    found = await desk.post("/automation/explanations", asked | {"subject": str(task.id)})
    nobody = await desk.post("/automation/explanations", asked | {"subject": str(uuid7())})

    assert not found.json()["matches"]
    assert [(one["place"], one["holds"]) for one in found.json()["tests"]] == [
        ("conditions.all[0]", True),
        ("conditions.all[1]", False),
    ]
    assert found.json()["because"][0]["field"] == "overdue"
    assert nobody.status_code == 404


async def test_samples_show_only_what_the_reader_may_see(db: Session, desk: Desk) -> None:
    await desk.sign_in("shift_leader")
    await a_task(db, title="别人的任务")

    found = await desk.post("/automation/previews", {"subject_kind": "task", "conditions": OPEN})

    assert found.json()["now"]["count"] == 0


async def test_lists_ask_the_same_number_of_queries(db: Session, desk: Desk) -> None:
    head = await desk.sign_in("administrator")
    await a_rule(db, told(head.id))
    await a_task(db)
    await run(db)
    figures = []
    for rules in (0, 24):
        for _ in range(rules):
            await a_rule(db, told(head.id))
            await a_task(db)
        with counted(db) as statements:
            listed = (await desk.get("/automation/rules")).json()
        figures.append((len(listed), len(statements)))
        with counted(db) as statements:
            await desk.get("/automation/runs")
        figures.append((0, len(statements)))

    assert [figure[0] for figure in figures[::2]] == [1, 25]
    assert figures[0][1] == figures[2][1]
    assert figures[1][1] == figures[3][1]


async def test_the_list_says_how_each_rule_fared(db: Session, desk: Desk) -> None:
    head = await desk.sign_in("administrator")
    await a_rule(db, told(head.id))
    await a_rule(db, told(head.id), conditions=PRESSING)
    await a_task(db)
    await run(db)

    listed = (await desk.get("/automation/rules")).json()

    assert sorted((one["looked"], one["matched"]) for one in listed) == [(1, 0), (1, 1)]
    assert {one["last_matched_at"] is None for one in listed} == {True, False}


@pytest.mark.parametrize("to", ["team", "department_head", "assignee"])
async def test_a_notice_reaches_a_team_a_head_or_whoever_answers(
    db: Session, desk: Desk, to: str
) -> None:
    head = await desk.sign_in("administrator")
    team = await a_team(db)
    department = await a_department(db, head_id=head.id)
    params = {"to": to, "team": str(team.id), "department": str(department.id)}
    await a_rule(db, {"action": "notify", "params": params})
    await a_task(db, owner=head)

    logged = await run(db)

    expected = "skipped" if to == "team" else "done"
    assert logged[0].actions[0]["result"] == expected


async def test_agents_neither_read_nor_write_rules(desk: Desk) -> None:
    await desk.sign_in("agent")
    read = await desk.get("/automation/rules")
    await desk.sign_in("shift_leader")
    leader = await an_agent(desk._db)  # noqa: SLF001 - somebody to name
    written = await desk.post("/automation/rules", a_body(leader))

    assert (read.status_code, written.status_code) == (403, 403)
