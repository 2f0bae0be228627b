from __future__ import annotations

from datetime import timedelta

import pytest

from kefu.core.clock import FrozenClock
from kefu.core.db import Session
from kefu.core.measures import Period
from kefu.identity.tests.factories import an_agent
from kefu.workflows import (
    case_map,
    claim_task,
    complete_task,
    open_tasks,
    process_map,
    publish_process,
)
from kefu.workflows.tests.drawings import END, START, drawing, receive, user
from kefu.workflows.tests.factories import KEY, a_case

FIVE = drawing(
    START,
    END,
    *(user(name, hours="2") for name in ("apply", "review", "inspect", "refund")),
    receive("send_back"),
    flows=[
        *("start>apply", "apply>review", "review>send_back", "send_back>inspect"),
        *("inspect>refund", "refund>end"),
    ],
)


async def test_a_case_shows_where_it_has_been_and_where_it_is(
    db: Session, clock: FrozenClock
) -> None:
    agent = await an_agent(db)
    case = await a_case(db, FIVE)
    (task,) = await open_tasks(db, case.subject)
    clock.advance(timedelta(minutes=10))
    await complete_task(db, task.id, {}, by=agent.id)

    shown = await case_map(db, case)

    assert shown.version == 1
    assert [(stay.node, stay.how) for stay in shown.stays] == [
        ("start", "done"),
        ("apply", "done"),
        ("review", None),
    ]
    assert shown.stays[1].by == agent.id


async def test_the_map_of_all_cases_shows_where_they_wait_work_and_come_too_late(
    db: Session, clock: FrozenClock
) -> None:
    agent = await an_agent(db)
    since = clock.now()
    for waits, works in ((30, 30), (90, 90)):
        case = await a_case(db, FIVE)
        (task,) = await open_tasks(db, case.subject)
        clock.advance(timedelta(minutes=waits))
        await claim_task(db, task.id, by=agent.id)
        clock.advance(timedelta(minutes=works))
        await complete_task(db, task.id, {}, by=agent.id)

    shown = await process_map(db, KEY, Period(since, clock.now() + timedelta(seconds=1)))
    figures = {node.node: node for node in shown.nodes}
    apply, review = figures["apply"], figures["review"]

    assert (shown.cases, shown.running, shown.ended) == (2, 2, 0)
    assert (apply.stays, apply.open, apply.with_due, apply.overdue) == (2, 0, 2, 1)
    assert apply.waiting_seconds == 60 * 60
    assert apply.working_seconds == 60 * 60
    assert apply.late_seconds == 60 * 60
    assert apply.overdue_percent == 50
    assert (review.open, review.open_overdue, review.waiting_seconds) == (2, 1, None)
    assert review.total_seconds == 180 * 60
    assert apply.time_percent == pytest.approx(240 / 420 * 100)
    assert apply.late_percent == pytest.approx(50)
    assert figures["refund"].stays == 0
    assert figures["refund"].overdue_percent is None


async def test_nodes_of_former_versions_are_counted_too(db: Session, clock: FrozenClock) -> None:
    await a_case(db, FIVE)
    await publish_process(
        db, KEY, drawing(START, END, user("other"), flows=["start>other", "other>end"]), by=None
    )

    shown = await process_map(db, KEY, Period(clock.now(), clock.now() + timedelta(seconds=1)))

    assert shown.version == 2
    assert [(node.node, node.kind) for node in shown.nodes][-1] == ("apply", "former")
