from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from kefu.commerce.reactions_return_processes import FOLDER, NAMES, follow_what_is_drawn
from kefu.commerce.returns.moving import advance, reopen
from kefu.commerce.returns.nodes import APPLY, KINDS, WAYS
from kefu.commerce.returns.running import standing, tasks_of
from kefu.commerce.returns.undoing import undo
from kefu.commerce.tests.factories import an_order
from kefu.commerce.tests.factories_returns import a_case, a_policy, an_approved_case
from kefu.core.db import Session
from kefu.core.events import Fact, FactRow
from kefu.identity.tests.factories import an_agent
from kefu.identity.tests.visiting import clock
from kefu.workflows import Case, complete_task, publish_process
from kefu.workflows.checking import check_plan
from kefu.workflows.drawing import read_drawing, read_xml
from kefu.workflows.plan import Plan

__all__ = ["clock"]


@pytest.fixture
async def drawn(db: Session) -> Session:
    """A desk on which all drawings are in force."""
    for key in NAMES:
        await publish_process(db, key, xml_of(key), by=None)
    return db


def xml_of(key: str) -> str:
    return (FOLDER / f"{key}.bpmn").read_text(encoding="utf-8")


def ways_drawn(plan: Plan) -> Iterator[tuple[str, str, str]]:
    """Node, outcome and target of every way, gateways left out."""
    for node in plan.nodes.values():
        if node.kind != "user":
            continue
        target = plan.nodes[plan.outgoing[node.id][0].target]
        if target.kind != "choice":
            yield node.id, node.fields[0].options[0][0], target.id
            continue
        for flow in plan.outgoing[target.id]:
            yield node.id, flow.id.removeprefix(f"{target.id}_"), flow.target


@pytest.mark.parametrize("kind", KINDS)
def test_the_drawings_are_sound_and_say_what_the_rules_say(kind: str) -> None:
    plan, findings = read_drawing(read_xml(xml_of(kind)))

    drawn = {(node, outcome): target for node, outcome, target in ways_drawn(plan)}

    assert (findings, check_plan(plan)) == ([], [])
    assert drawn == {key: to for key, to in WAYS[kind].items() if key[0] != APPLY}


async def test_a_case_runs_on_its_drawing_from_application_to_end(drawn: Session) -> None:
    db = drawn
    await a_policy(db)
    case = await a_case(db)
    agent = await an_agent(db)

    for outcome in ("approved", "received", "accepted", "refunded"):
        await advance(db, case, outcome, by=agent.id)

    process = await db.get_one(Case, case.process_id)
    assert (case.status, process.state, process.outcome) == ("done", "ended", "done")


async def test_the_fast_track_starts_behind_the_review(drawn: Session) -> None:
    db = drawn
    case = await a_case(db, order=await an_order(db, status="delivered", total=9900))

    assert (case.node, [task.node for task in await tasks_of(db, case)]) == (
        "send_back",
        ["send_back"],
    )


async def test_a_withdrawn_case_ends_its_process(drawn: Session) -> None:
    db = drawn
    case = await an_approved_case(db)

    await undo(db, case, way="withdrawn", by=None)

    process = await db.get_one(Case, case.process_id)
    assert (case.status, process.outcome) == ("withdrawn", "withdrawn")


async def test_a_reopened_case_runs_again_from_where_it_goes_on(drawn: Session) -> None:
    db = drawn
    case = await an_approved_case(db)
    agent = await an_agent(db)
    for outcome in ("received", "rejected"):
        await advance(db, case, outcome, by=agent.id)
    former = case.process_id

    await reopen(db, case, "inspect", by=agent.id)

    assert case.process_id != former
    assert (case.node, await standing(db, case)) == ("inspect", "inspect")


async def test_a_task_that_an_administrator_drew_is_waited_for(drawn: Session) -> None:
    db = drawn
    await a_policy(db)
    await publish_process(db, "refund_only", with_a_second_look(xml_of("refund_only")), by=None)
    case = await a_case(db, kind="refund_only", order=await an_order(db, status="paid"))
    agent = await an_agent(db)
    await advance(db, case, "approved", by=agent.id)
    before = case.node

    await complete_task(db, (await tasks_of(db, case))[0].id, {}, by=agent.id)
    await follow_what_is_drawn(db, await facts_of(db))

    assert (before, case.node) == ("second_look", "refund")


def with_a_second_look(xml: str) -> str:
    old = 'sourceRef="review_result" targetRef="refund"'
    task = '<bpmn:userTask id="second_look" name="复核" />'
    flow = '<bpmn:sequenceFlow id="looked" sourceRef="second_look" targetRef="refund" />'
    changed = xml.replace(old, 'sourceRef="review_result" targetRef="second_look"')
    return changed.replace("</bpmn:process>", f"{task}{flow}</bpmn:process>")


async def facts_of(db: Session) -> list[Fact]:
    rows = await db.scalars(
        select(FactRow).where(FactRow.kind == "case_task.done").order_by(FactRow.id)
    )
    names: Any = Fact.__slots__
    return [Fact(**{name: getattr(row, name) for name in names}) for row in rows]


async def test_a_running_case_stays_on_its_version(drawn: Session, clock: Any) -> None:
    db = drawn
    await a_policy(db)
    order = await an_order(db, status="paid", placed_at=clock.now() - timedelta(days=1))
    case = await a_case(db, kind="refund_only", order=order)
    await publish_process(db, "refund_only", with_a_second_look(xml_of("refund_only")), by=None)

    await advance(db, case, "approved", by=(await an_agent(db)).id)

    assert case.node == "refund"
