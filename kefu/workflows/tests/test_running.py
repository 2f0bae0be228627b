from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from kefu.core.clock import FrozenClock
from kefu.core.db import Session
from kefu.core.errors import Conflict, Invalid
from kefu.core.events import FactRow
from kefu.identity.tests.factories import an_agent
from kefu.workflows import (
    awaits,
    cancel_case,
    case_of,
    claim_task,
    complete_task,
    open_tasks,
    publish_process,
    release_task,
    send_message,
    send_signal,
)
from kefu.workflows.firing import fire_next_due
from kefu.workflows.model_processes import Case, CaseTask, CaseVisit, CaseWait
from kefu.workflows.offering import OFFERED, Step
from kefu.workflows.tests.drawings import (
    END,
    START,
    boundary,
    choice,
    drawing,
    parallel,
    receive,
    step,
    sub,
    timer,
    user,
)
from kefu.workflows.tests.factories import KEY, a_case, done, failures, names
from kefu.workflows.waiting import repeat_case

GONE = '<bpmn:endEvent id="gone"/>'
REVIEW = drawing(
    START,
    END,
    user("review", "approved:boolean!", "reason", hours="4"),
    choice("ok", "ok_end"),
    step("pay", "test.note", [("word", "paid")]),
    flows=["start>review", "review>ok", "ok>pay:approved", "ok>end", "pay>end"],
)


@pytest.fixture(autouse=True)
def _empty_handed() -> Iterator[None]:
    done.clear()
    failures.clear()
    yield
    failures.clear()


async def facts(db: Session, kind: str) -> list[FactRow]:
    return list(await db.scalars(select(FactRow).where(FactRow.kind == kind).order_by(FactRow.id)))


async def test_a_case_waits_for_a_person_and_goes_on_by_what_was_filled_in(
    db: Session, clock: FrozenClock
) -> None:
    agent = await an_agent(db)
    case = await a_case(db, REVIEW, by=agent.id)
    (task,) = await open_tasks(db, case.subject)
    assert task.node == "review"
    assert task.due_at == clock.now() + timedelta(hours=4)

    clock.advance(timedelta(hours=1))
    await claim_task(db, task.id, by=agent.id)
    clock.advance(timedelta(minutes=30))
    await complete_task(db, task.id, {"approved": True}, by=agent.id)

    assert (case.state, case.outcome, done) == ("ended", "end", ["paid"])
    assert case.data["noted"] is True
    assert await open_tasks(db, case.subject) == []
    (told,) = await facts(db, "case_task.done")
    assert told.details["waited"] == 3600
    assert told.details["worked"] == 1800
    assert told.details["late"] is False
    (ended,) = await facts(db, "case.ended")
    assert ended.details["seconds"] == 5400
    assert [fact.details["node"] for fact in await facts(db, "case.node_left")] == ["review", "pay"]


async def test_the_other_way_is_taken_when_no_condition_holds(db: Session) -> None:
    case = await a_case(db, REVIEW)
    (task,) = await open_tasks(db, case.subject)

    await complete_task(db, task.id, {"approved": False}, by=None)

    assert (case.state, done) == ("ended", [])


async def test_a_form_is_refused_by_its_field_and_nothing_changes(db: Session) -> None:
    case = await a_case(db, REVIEW)
    (task,) = await open_tasks(db, case.subject)

    for form, field in (
        ({}, "form.approved"),
        ({"approved": "yes"}, "form.approved"),
        ({"approved": True, "reason": "x" * 501}, "form.reason"),
        ({"approved": True, "surprise": 1}, "form.surprise"),
    ):
        with pytest.raises(Invalid) as refused:
            await complete_task(db, task.id, form, by=None)
        assert refused.value.field == field

    assert names(await open_tasks(db, case.subject)) == ["review"]


async def test_a_task_is_done_once(db: Session) -> None:
    case = await a_case(db, REVIEW)
    (task,) = await open_tasks(db, case.subject)
    await complete_task(db, task.id, {"approved": False}, by=None)

    with pytest.raises(Conflict) as refused:
        await complete_task(db, task.id, {"approved": False}, by=None)

    assert refused.value.code == "already_done"


async def test_a_task_is_taken_by_one_and_given_back(db: Session) -> None:
    case = await a_case(db, REVIEW)
    (task,) = await open_tasks(db, case.subject)
    first, second = await an_agent(db), await an_agent(db)
    await claim_task(db, task.id, by=first.id)

    with pytest.raises(Conflict) as refused:
        await claim_task(db, task.id, by=second.id)
    await release_task(db, task.id, by=first.id)

    assert refused.value.code == "already_claimed"
    assert task.claimed_at is None


async def test_branches_are_awaited_before_the_join(db: Session) -> None:
    xml = drawing(
        START,
        END,
        parallel("split"),
        user("a"),
        user("b"),
        parallel("join"),
        flows=["start>split", "split>a", "split>b", "a>join", "b>join", "join>end"],
    )
    case = await a_case(db, xml)
    first, second = await open_tasks(db, case.subject)

    await complete_task(db, first.id, {}, by=None)
    assert case.state == "running"
    await complete_task(db, second.id, {}, by=None)

    assert case.state == "ended"


async def test_a_timer_is_a_row_that_fires_by_the_clock(db: Session, clock: FrozenClock) -> None:
    xml = drawing(START, END, timer("rest", "PT2H"), flows=["start>rest", "rest>end"])
    case = await a_case(db, xml)
    clock.advance(timedelta(hours=1, minutes=59))
    assert not await fire_next_due(db)

    clock.advance(timedelta(minutes=1))
    assert await fire_next_due(db)

    assert case.state == "ended"
    assert not await fire_next_due(db)
    visit = await db.scalar(select(CaseVisit).where(CaseVisit.node == "rest"))
    assert visit is not None
    assert visit.left_at == clock.now()


async def test_a_timer_waits_for_a_date_among_the_data(db: Session, clock: FrozenClock) -> None:
    xml = drawing(
        START, END, timer("rest", "promised"), flows=["start>rest", "rest>end"], data="promised"
    )
    due = clock.now() + timedelta(days=2)
    case = await a_case(db, xml, promised=due.isoformat())

    clock.set(due)
    assert await fire_next_due(db)

    assert case.state == "ended"


async def test_a_boundary_timer_takes_the_task_away_or_only_reminds(
    db: Session, clock: FrozenClock
) -> None:
    xml = drawing(
        START,
        END,
        user("a"),
        boundary("remind", "a", "PT1H", interrupting=False),
        boundary("give_up", "a", "PT2H"),
        user("chase"),
        GONE,
        '<bpmn:endEvent id="chased"/>',
        flows=["start>a", "a>end", "remind>chase", "chase>chased", "give_up>gone"],
    )
    case = await a_case(db, xml)
    clock.advance(timedelta(hours=1))
    assert await fire_next_due(db)
    assert names(await open_tasks(db, case.subject)) == ["a", "chase"]

    clock.advance(timedelta(hours=1))
    assert await fire_next_due(db)

    assert names(await open_tasks(db, case.subject)) == ["chase"]
    closed = await db.scalar(select(CaseTask.closed).where(CaseTask.node == "a"))
    assert closed == "interrupted"


async def test_a_message_cancels_what_is_open_and_goes_the_way_back(db: Session) -> None:
    xml = drawing(
        START,
        END,
        sub(
            "work",
            '<bpmn:startEvent id="s"/>',
            '<bpmn:endEvent id="e"/>',
            user("a"),
            receive("parcel"),
            flows=["s>a", "a>parcel", "parcel>e"],
        ),
        boundary("called_off", "work", "message:cancel"),
        step("undo", "test.note", [("word", "undone")]),
        GONE,
        flows=["start>work", "work>end", "called_off>undo", "undo>gone"],
    )
    case = await a_case(db, xml)
    assert await awaits(db, case.id) == {"cancel"}
    (task,) = await open_tasks(db, case.subject)
    await complete_task(db, task.id, {}, by=None)
    assert await awaits(db, case.id) == {"cancel", "arrived"}

    await send_message(db, case.id, "cancel", {"why": "changed_mind"})

    assert (case.state, case.outcome, done) == ("ended", "gone", ["undone"])
    assert case.data["why"] == "changed_mind"
    with pytest.raises(Conflict):
        await send_message(db, case.id, "arrived")


async def test_what_nobody_waits_for_is_refused(db: Session) -> None:
    case = await a_case(db, REVIEW)

    with pytest.raises(Conflict) as refused:
        await send_message(db, case.id, "arrived")

    assert refused.value.code == "not_awaited"


async def test_a_signal_reaches_every_case_that_waits_for_it(db: Session) -> None:
    xml = drawing(
        START,
        END,
        user("a"),
        boundary("recalled", "a", "signal:recall"),
        GONE,
        flows=["start>a", "a>end", "recalled>gone"],
    )
    cases = [await a_case(db, xml) for _ in range(3)]
    (task,) = await open_tasks(db, cases[0].subject)
    await complete_task(db, task.id, {}, by=None)

    assert await send_signal(db, "recall") == 2

    assert [case.outcome for case in cases] == ["end", "gone", "gone"]


async def test_a_case_is_ended_from_outside(db: Session) -> None:
    case = await a_case(db, REVIEW)

    await cancel_case(db, case.id, by=None)

    assert case.state == "cancelled"
    assert await open_tasks(db, case.subject) == []
    with pytest.raises(Conflict):
        await cancel_case(db, case.id, by=None)


async def test_a_running_case_stays_on_its_version(db: Session) -> None:
    case = await a_case(db, REVIEW)
    await publish_process(
        db, KEY, drawing(START, END, user("other"), flows=["start>other", "other>end"]), by=None
    )
    (task,) = await open_tasks(db, case.subject)

    await complete_task(db, task.id, {"approved": True}, by=None)

    assert (case.state, done) == ("ended", ["paid"])
    found = await case_of(db, case.subject, KEY)
    assert found is not None
    assert found.id == case.id


STEP = drawing(START, END, step("pay", "test.note"), flows=["start>pay", "pay>end"])


async def test_a_step_that_fails_is_tried_again_later(db: Session, clock: FrozenClock) -> None:
    failures.append(RuntimeError("the till jams"))
    case = await a_case(db, STEP)
    assert (case.state, done) == ("running", [])
    assert not await fire_next_due(db)

    clock.advance(timedelta(seconds=10))
    assert await fire_next_due(db)

    assert (case.state, done) == ("ended", ["noted"])


async def test_a_step_that_keeps_failing_is_set_aside_and_repeated(
    db: Session, clock: FrozenClock
) -> None:
    failures.extend([RuntimeError("the till jams")] * 5)
    case = await a_case(db, STEP)
    for _ in range(4):
        clock.advance(timedelta(minutes=15))
        assert await fire_next_due(db)
    assert case.state == "stuck"
    assert case.error == "RuntimeError: the till jams"
    assert [fact.details["node"] for fact in await facts(db, "case.set_aside")] == ["pay"]
    assert not await fire_next_due(db)

    await repeat_case(db, case.id, by=None)

    assert (case.state, done) == ("ended", ["noted"])


async def test_what_a_failing_step_wrote_is_taken_back(db: Session) -> None:
    async def half(db: Session, case: Case, _params: object) -> None:
        case.data = {"half": True}
        await db.flush()
        raise RuntimeError("half done")

    step_before = OFFERED.steps["test.note"]
    OFFERED.steps["test.note"] = Step("test.note", half, "半", "Half")
    try:
        case = await a_case(db, STEP, amount=5)
    finally:
        OFFERED.steps["test.note"] = step_before

    assert case.data == {"amount": 5}


async def test_a_refused_step_goes_its_drawn_way_or_is_set_aside_at_once(db: Session) -> None:
    with_edge = drawing(
        START,
        END,
        step("pay", "test.refuse"),
        boundary("broken", "pay", "error:broke"),
        GONE,
        flows=["start>pay", "pay>end", "broken>gone"],
    )
    without = drawing(
        START,
        END,
        step("pay", "test.refuse", [("how", "conflict")]),
        flows=["start>pay", "pay>end"],
    )

    case = await a_case(db, with_edge)
    stuck = await a_case(db, without)

    assert (case.outcome, case.data["step_error"]) == ("gone", "broke")
    assert stuck.state == "stuck"


async def test_nothing_is_left_waiting_when_a_case_is_over(db: Session) -> None:
    case = await a_case(
        db,
        drawing(
            START,
            END,
            user("a"),
            boundary("late", "a", "PT1H"),
            GONE,
            flows=["start>a", "a>end", "late>gone"],
        ),
    )
    (task,) = await open_tasks(db, case.subject)
    await complete_task(db, task.id, {}, by=None)

    assert await db.scalar(select(func.count()).select_from(CaseWait)) == 0
    assert await db.scalar(select(CaseVisit).where(CaseVisit.left_at.is_(None))) is None
