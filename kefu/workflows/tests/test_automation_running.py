from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import select, text

from kefu.core.automation import ACTIONS, Action, Outcome
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Conflict
from kefu.core.ids import uuid7
from kefu.identity.tests.factories import an_agent
from kefu.identity.tests.visiting import counted, kinds_recorded
from kefu.promises import create_task
from kefu.workflows.model_automation import Rule, RuleHour
from kefu.workflows.tests.ruling import OPEN, a_rule, a_task, facts, lines, notices, run, told


@pytest.fixture
def failing_action() -> Any:
    """An action that refuses one subject and does the rest."""
    refused: list[Any] = []

    async def act(_: Session, hits: Any, __: Any) -> dict[Any, Outcome]:
        if any(hit.subject in refused for hit in hits):
            raise Conflict("It does not want to.", code="does_not_want")
        return {}

    ACTIONS["test.fail"] = Action("test.fail", "", "", (), {}, act)
    yield refused
    del ACTIONS["test.fail"]


async def test_a_fact_that_fits_is_acted_upon_and_written_down(db: Session) -> None:
    agent = await an_agent(db)
    rule = await a_rule(db, told(agent.id))
    task = await a_task(db)

    logged = await run(db)

    assert [(line.subject, line.outcome, line.version) for line in logged] == [(task.id, "done", 1)]
    assert logged[0].rule_id == rule.id
    assert logged[0].actions == [{"action": "notify", "result": "done"}]
    assert logged[0].fact_kind == "task.assigned"
    assert await notices(db) == [agent.id]


async def test_what_does_not_fit_says_which_condition_failed(db: Session) -> None:
    agent = await an_agent(db)
    conditions = {
        "all": [
            {"field": "open", "operator": "is", "value": True},
            {"any": [{"field": "owner", "operator": "is", "value": [str(agent.id)]}]},
        ]
    }
    await a_rule(db, told(agent.id), conditions=conditions)
    await a_task(db)

    logged = await run(db)

    assert logged[0].outcome == "not_matched"
    assert logged[0].reason is not None
    assert logged[0].reason["tests"] == [
        {
            "place": "conditions.all[1].any[0]",
            "field": "owner",
            "operator": "is",
            "value": [str(agent.id)],
        }
    ]
    assert await notices(db) == []


async def test_details_of_the_fact_and_the_clock_can_be_asked(db: Session) -> None:
    agent = await an_agent(db)
    late = {"field": "fact.late", "operator": "is", "value": True}
    any_hour = {"field": "now.hour", "operator": "at_least", "value": 0}
    by_nobody = {"field": "fact.actor", "operator": "is_empty", "value": None}
    given: dict[str, Any] = {"trigger": "task.done"}
    await a_rule(db, told(agent.id), conditions={"all": [late]}, **given)
    kept = {"all": [{"not": late}, any_hour, {"not": by_nobody}]}
    await a_rule(db, told(agent.id), conditions=kept, **given)
    task = await a_task(db)
    await db.execute(
        text(
            "insert into facts (kind, subject, actor, details, at) "
            "values ('task.done', :task, :agent, '{\"late\": false}', :at)"
        ),
        {"task": task.id, "agent": agent.id, "at": now()},
    )

    logged = await run(db, "task.done")

    assert [line.outcome for line in logged] == ["not_matched", "done"]


async def test_a_rule_that_is_off_or_paused_looks_at_nothing(db: Session) -> None:
    agent = await an_agent(db)
    await a_rule(db, told(agent.id), active=False)
    await a_rule(db, told(agent.id), paused_at=now())
    await a_task(db)

    assert await run(db) == []


async def test_what_was_before_the_rule_or_came_from_an_import_is_left_alone(
    db: Session,
) -> None:
    agent = await an_agent(db)
    await a_task(db)
    await a_rule(db, told(agent.id))
    await db.execute(
        text(
            "insert into facts (kind, subject, details, at) select kind, subject, "
            "details || '{\"historic\": true}', :at from facts where kind = 'task.assigned'"
        ),
        {"at": now()},
    )

    assert await run(db) == []


async def test_one_action_that_fails_stops_no_other(db: Session, failing_action: Any) -> None:
    agent = await an_agent(db)
    await a_rule(db, {"action": "test.fail", "params": {}}, told(agent.id))
    good, bad = await a_task(db), await a_task(db)
    failing_action.append(bad.id)

    logged = {line.subject: line for line in await run(db)}

    assert logged[good.id].outcome == "done"
    assert logged[bad.id].outcome == "failed"
    assert logged[bad.id].actions == [
        {"action": "test.fail", "result": "failed", "code": "does_not_want"},
        {"action": "notify", "result": "done"},
    ]
    assert len(await notices(db)) == 2
    hour = await db.scalar(select(RuleHour))
    assert hour is not None
    assert (hour.looked, hour.matched, hour.failed) == (2, 2, 1)


async def test_facts_that_a_rule_causes_carry_the_rule_and_end_its_circle(db: Session) -> None:
    agent = await an_agent(db)
    again = {"action": "create_task", "params": {"title": "再看一次", "agent": str(agent.id)}}
    rule = await a_rule(db, again)
    await a_task(db)
    await run(db)
    first = (await facts(db, "task.assigned"))[0].id
    caused = await db.execute(
        text("select cause from facts where kind = 'task.assigned' order by id")
    )
    causes = list(caused.scalars())

    logged = await run(db, after=first)

    assert causes == [
        None,
        {"rule": str(rule.id), "version": rule.version, "chain": [str(rule.id)]},
    ]
    assert [line.outcome for line in logged] == ["done", "refused"]
    assert logged[1].reason == {"code": "loop"}
    assert len(await facts(db, "task.assigned")) == 2


async def test_a_chain_of_rules_has_an_end(db: Session) -> None:
    agent = await an_agent(db)
    await a_rule(db, told(agent.id))
    task = await a_task(db)
    for length in (4, 5):
        chain = [str(uuid7()) for _ in range(length)]
        await db.execute(
            text(
                "insert into facts (kind, subject, details, at, cause) "
                "values ('task.assigned', :task, '{}', :at, cast(:cause as jsonb))"
            ),
            {"task": task.id, "at": now(), "cause": json.dumps({"chain": chain})},
        )

    logged = await run(db)

    assert sorted((line.depth, line.outcome) for line in logged) == [
        (0, "done"),
        (4, "done"),
        (5, "refused"),
    ]


async def test_the_same_rule_leaves_a_subject_alone_for_a_while(db: Session) -> None:
    agent = await an_agent(db)
    await a_rule(db, told(agent.id), again_after_seconds=600)
    task = await a_task(db)
    for _ in range(2):
        await db.execute(
            text(
                "insert into facts (kind, subject, details, at) "
                "select kind, subject, details, at from facts where kind = 'task.assigned' limit 1"
            )
        )

    logged = await run(db)

    assert [line.outcome for line in logged].count("done") == 1
    assert {line.reason["code"] for line in logged if line.reason} == {"too_soon"}
    assert {line.subject for line in logged} == {task.id}


async def test_a_rule_that_runs_wild_is_paused_and_its_keepers_hear_of_it(db: Session) -> None:
    keeper = await an_agent(db, role="administrator")
    agent = await an_agent(db)
    rule = await a_rule(db, told(agent.id), hourly_limit=2)
    for _ in range(4):
        await a_task(db)

    logged = await run(db)
    await db.refresh(rule)

    outcomes = [line.outcome for line in logged]
    assert (outcomes.count("done"), outcomes.count("refused")) == (2, 2)
    assert rule.paused_reason == "hourly_limit"
    assert keeper.id in await notices(db, "automation.paused")
    assert "automation_rule.paused" in await kinds_recorded(db)


async def test_a_rule_that_reads_no_more_is_paused_and_others_go_on(db: Session) -> None:
    agent = await an_agent(db)
    broken = await a_rule(
        db, told(agent.id), conditions={"all": [{"field": "gone", "operator": "is", "value": 1}]}
    )
    await a_rule(db, told(agent.id))
    await a_task(db)

    logged = await run(db)
    await db.refresh(broken)

    assert broken.paused_reason == "broken"
    assert [line.outcome for line in logged] == ["done"]


async def test_a_later_rule_sees_what_an_earlier_one_changed(db: Session) -> None:
    agent = await an_agent(db)

    async def finish(session: Session, hits: Any, _: Any) -> None:
        await session.execute(
            text("update tasks set done_at = now() where id = any(:ids)"),
            {"ids": [hit.subject for hit in hits]},
        )

    ACTIONS["test.finish"] = Action("test.finish", "", "", (), {}, finish)
    try:
        await a_rule(db, {"action": "test.finish", "params": {}}, position=1)
        await a_rule(db, told(agent.id), position=2)
        await a_task(db)
        logged = await run(db)
    finally:
        del ACTIONS["test.finish"]

    assert [line.outcome for line in logged] == ["done", "not_matched"]


async def test_many_facts_take_as_many_queries_as_one(db: Session) -> None:
    agent = await an_agent(db)
    other = {"all": [{"field": "owner", "operator": "is", "value": [str(agent.id)]}]}
    for conditions in (OPEN, other):
        await a_rule(db, told(agent.id), conditions=conditions)
    await a_task(db, owner=agent)
    one = await facts(db, "task.assigned")
    with counted(db) as few:
        await run(db)
    for _ in range(25):
        await create_task(db, {"title": "看看", "owner_id": agent.id}, by=None)
    with counted(db) as many:
        await run(db, after=one[-1].id)

    assert len(many) == len(few)


async def test_nothing_survives_a_rollback(db: Session) -> None:
    agent = await an_agent(db)
    await a_rule(db, told(agent.id))
    await a_task(db)
    savepoint = await db.begin_nested()
    await run(db)
    await savepoint.rollback()

    assert await lines(db) == []
    assert await notices(db) == []
    assert await db.scalar(select(Rule.version)) == 1
