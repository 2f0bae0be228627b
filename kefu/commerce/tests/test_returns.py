from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from kefu.commerce.model_returns import ReturnStep
from kefu.commerce.returns.applying import Units, Wanted, apply
from kefu.commerce.returns.moving import advance
from kefu.commerce.returns.nodes import ENDS, KINDS, NODES, WAYS, next_node
from kefu.commerce.returns.refunding import refund
from kefu.commerce.returns.reviewing import review
from kefu.commerce.returns.undoing import undo
from kefu.commerce.tests.factories import an_order, lines_of
from kefu.commerce.tests.factories_returns import (
    a_case,
    a_policy,
    a_received_case,
    an_approved_case,
    an_inspected_case,
)
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Conflict, Invalid, Refusal
from kefu.core.events import FactRow
from kefu.identity.tests import clock
from kefu.identity.tests.factories import an_actor, an_agent

__all__ = ["clock"]

OUTCOMES = sorted({outcome for ways in WAYS.values() for _, outcome in ways})


async def stays(db: Session, case: Any) -> list[ReturnStep]:
    query = select(ReturnStep).where(ReturnStep.case_id == case.id).order_by(ReturnStep.turn)
    return list(await db.scalars(query))


@pytest.mark.parametrize("kind", KINDS)
def test_every_step_out_of_order_is_refused(kind: str) -> None:
    allowed = set(WAYS[kind])

    for node in (*NODES, *ENDS):
        for outcome in OUTCOMES:
            if (node, outcome) not in allowed:
                with pytest.raises(Conflict) as refused:
                    next_node(kind, node, outcome)
                assert refused.value.code == "out_of_order"


async def test_a_return_goes_through_five_nodes_and_keeps_their_times(
    db: Session, clock: Any
) -> None:
    await a_policy(db)
    case = await an_inspected_case(db)
    clerk = await an_actor(db, role="department_head")
    clock.advance(timedelta(hours=2))

    await refund(db, case, amount=case.amount, note="", by=clerk)

    steps = await stays(db, case)
    assert [step.node for step in steps] == ["apply", "review", "send_back", "inspect", "refund"]
    assert all(step.left_at is not None for step in steps)
    assert steps[-1].left_at - steps[-1].entered_at == timedelta(hours=2)  # type: ignore[operator]
    assert (case.status, case.ended_at) == ("done", now())


async def test_each_walk_of_a_case_refuses_what_is_not_next(db: Session) -> None:
    await a_policy(db)
    case = await a_case(db)

    for outcome in OUTCOMES:
        if (case.node, outcome) not in WAYS[case.kind]:
            with pytest.raises(Conflict):
                await advance(db, case, outcome, by=None)

    assert case.node == "review"
    assert len(await stays(db, case)) == 2


async def test_a_harmless_application_is_approved_at_once_with_its_grounds(db: Session) -> None:
    case = await a_case(db, order=await an_order(db, status="delivered", total=9900))

    assert (case.fast_track, case.node) == (True, "send_back")
    assert {one["name"]: one["holds"] for one in case.explanation} == {
        "enabled": True,
        "within_days": True,
        "value_below": True,
        "reasons": True,
        "return_rate_below": True,
        "kind": True,
    }
    assert case.due_at == case.applied_at + timedelta(hours=24)


async def test_whoever_returns_much_is_looked_at(db: Session) -> None:
    order = await an_order(db, status="delivered", total=60000)

    case = await a_case(db, order=order)

    assert (case.fast_track, case.node) == (False, "review")
    failed = [one for one in case.explanation if not one["holds"]]
    assert [(one["name"], one["value"], one["limit"]) for one in failed] == [
        ("value_below", 60000, 50000)
    ]
    assert case.node_due_at is not None


async def test_the_fast_track_ends_within_a_day(db: Session, clock: Any) -> None:
    order = await an_order(db, status="delivered", total=9900)
    case = await an_approved_case(db, order=order)
    clock.advance(timedelta(hours=16))
    await walked_on(db, case, clock)

    assert case.status == "done"
    assert case.cycle() == timedelta(hours=22)
    assert not case.is_overdue(now())
    assert not any(step.cause for step in await stays(db, case))


async def walked_on(db: Session, case: Any, clock: Any) -> None:
    agent = await an_agent(db)
    for outcome, hours in (("received", 4), ("accepted", 2)):
        await advance(db, case, outcome, by=agent.id)
        clock.advance(timedelta(hours=hours))
    clerk = await an_actor(db, role="department_head")
    await refund(db, case, amount=case.amount, note="", by=clerk)


async def test_a_case_that_leaves_a_node_late_says_whose_time_it_was(
    db: Session, clock: Any
) -> None:
    await a_policy(db)
    case = await an_approved_case(db)
    clock.advance(timedelta(hours=24, seconds=1))
    agent = await an_agent(db)

    await advance(db, case, "received", by=agent.id)

    assert (await stays(db, case))[2].cause == "logistics"


async def test_an_application_can_be_withdrawn_until_the_goods_arrive(db: Session) -> None:
    await a_policy(db)
    early, late = await an_approved_case(db), await a_received_case(db, tracking_number="SF7")

    await undo(db, early, way="withdrawn", by=None)
    with pytest.raises(Conflict) as refused:
        await undo(db, late, way="cancelled", by=None)

    assert early.status == "withdrawn"
    assert refused.value.code == "too_late_to_undo"


async def test_withdrawn_units_may_come_back_after_all(db: Session) -> None:
    await a_policy(db)
    order = await an_order(db, status="delivered")
    first = await a_case(db, order=order)
    with pytest.raises(Invalid) as refused:
        await a_case(db, order=order)
    await undo(db, first, way="withdrawn", by=None)

    second = await a_case(db, order=order)

    assert refused.value.field == "lines.0.quantity"
    assert (second.node, second.number != first.number) == ("review", True)


async def test_a_refusal_needs_grounds_and_ends_the_case(db: Session) -> None:
    await a_policy(db)
    case = await a_case(db)
    agent = await an_agent(db)

    with pytest.raises(Invalid) as refused:
        await review(db, case, approved=False, grounds=" ", by=agent.id)
    await review(db, case, approved=False, grounds="超出退货范围", by=agent.id)

    assert refused.value.field == "grounds"
    assert (case.status, case.decision_note) == ("refused", "超出退货范围")


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"status": "shipped"}, "not_delivered"),
        ({"status": "delivered", "placed_at": timedelta(days=30)}, "too_late"),
    ],
)
async def test_what_cannot_come_back_is_refused(
    db: Session, given: dict[str, Any], code: str
) -> None:
    if "placed_at" in given:
        given = given | {"placed_at": now() - given["placed_at"]}
    order = await an_order(db, **given)

    with pytest.raises(Refusal) as refused:
        await a_case(db, order=order)

    assert refused.value.code == code
    assert await db.scalar(select(func.count()).select_from(ReturnStep)) == 0


@pytest.mark.parametrize(
    ("meant", "field"),
    [
        ([], "lines"),
        ([("other", 1)], "lines.0.line_id"),
        ([("own", 2)], "lines.0.quantity"),
        ([("own", 0)], "lines.0.quantity"),
        ([("own", 1), ("own", 1)], "lines"),
    ],
)
async def test_goods_that_are_not_there_are_refused_by_their_field(
    db: Session, meant: list[tuple[str, int]], field: str
) -> None:
    order, another = await an_order(db, status="delivered"), await an_order(db)
    lines = {"own": (await lines_of(db, order))[0].id, "other": (await lines_of(db, another))[0].id}
    units = [Units(lines[which], quantity) for which, quantity in meant]

    with pytest.raises(Invalid) as refused:
        await apply(db, order, Wanted(kind="return", units=units, reason="no_reason"), by=None)

    assert refused.value.field == field


async def test_what_happens_is_told_in_order(db: Session) -> None:
    await a_policy(db)
    case = await an_inspected_case(db)
    clerk = await an_actor(db, role="department_head")

    await refund(db, case, amount=case.amount, note="", by=clerk)

    rows = await db.scalars(select(FactRow).where(FactRow.subject == case.id).order_by(FactRow.id))
    assert [fact.kind for fact in rows] == [
        "return.applied",
        "return.moved",
        "return.taken",
        "return.moved",
        "return.approved",
        "return.sent",
        "return.moved",
        "return.inspected",
        "return.moved",
        "return.taken",
        "return.moved",
        "return.refunded",
    ]
