from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from lxml import etree
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
from kefu.identity.tests import clock
from kefu.identity.tests.factories import an_agent
from kefu.workflows import Case, complete_task, publish_process

__all__ = ["clock"]

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"


@pytest.fixture
async def drawn(db: Session) -> Session:
    """A desk on which all drawings are in force."""
    for key in NAMES:
        await publish_process(db, key, xml_of(key), by=None)
    return db


def xml_of(key: str) -> str:
    return (FOLDER / f"{key}.bpmn").read_text(encoding="utf-8")


def ways_drawn(xml: str) -> dict[tuple[str, str], str]:
    """Where each outcome of each task leads, gateways left out."""
    root = etree.fromstring(xml.encode())
    gateways = {one.get("id") for one in root.iter(f"{BPMN}exclusiveGateway")}
    targets: dict[str, list[tuple[str, str]]] = {}
    for flow in root.iter(f"{BPMN}sequenceFlow"):
        name = flow.get("id").removeprefix(f"{flow.get('sourceRef')}_")
        targets.setdefault(flow.get("sourceRef"), []).append((name, flow.get("targetRef")))
    found: dict[tuple[str, str], str] = {}
    for task in root.iter(f"{BPMN}userTask"):
        ((_, target),) = targets[task.get("id")]
        outcomes = [one.split("=")[0] for one in field_of(task).get("options").split(";")]
        ways = targets[target] if target in gateways else [(outcomes[0], target)]
        assert [outcome for outcome, _ in ways] == outcomes
        found |= {(task.get("id"), outcome): to for outcome, to in ways}
    return found


def field_of(task: Any) -> Any:
    return task.find(f"{BPMN}extensionElements/{{urn:kefu:bpmn}}field")


@pytest.mark.parametrize("kind", KINDS)
async def test_the_drawings_are_sound_and_say_what_the_rules_say(db: Session, kind: str) -> None:
    await publish_process(db, kind, xml_of(kind), by=None)

    assert ways_drawn(xml_of(kind)) == {
        key: to for key, to in WAYS[kind].items() if key[0] != APPLY
    }


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
