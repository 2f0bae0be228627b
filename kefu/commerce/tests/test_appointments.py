from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text

from kefu.commerce.appointments import begin, book, end, move, note_late, remind
from kefu.commerce.care_profiles import RuleBroken
from kefu.commerce.model_appointments import Appointment, AppointmentSlot
from kefu.commerce.routes_appointments import router
from kefu.commerce.tests.care_factories import a_bought_order
from kefu.core.clock import FrozenClock
from kefu.core.db import Session
from kefu.core.errors import Conflict
from kefu.core.events import FactRow
from kefu.identity.tests.desk import Desk, desk_of
from kefu.identity.tests.factories import an_agent
from kefu.identity.tests.visiting import clock, counted
from kefu.promises import scan

__all__ = ["clock"]

NEXT_DAY = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)  # nine on a Tuesday in Shanghai


@pytest.fixture
async def desk(db: Session) -> AsyncIterator[Desk]:
    async with desk_of(db, router) as desk:
        yield desk


async def slots(db: Session, capacity: int = 1) -> None:
    for starts, ends in (("09:00", "11:00"), ("14:00", "16:00")):
        db.add(
            AppointmentSlot(
                kind="installation",
                mode="on_site",
                weekday=1,
                starts=starts,
                ends=ends,
                capacity=capacity,
            )
        )
    await db.flush()


async def booked(db: Session, **more: object) -> Appointment:
    order = await a_bought_order(db, status="delivered")
    return await book(db, order, kind="installation", mode="on_site", starts_at=NEXT_DAY, **more)  # type: ignore[arg-type]


async def kinds(db: Session) -> list[str]:
    rows = await db.scalars(
        select(FactRow.kind).where(FactRow.kind.like("appointment.%")).order_by(FactRow.id)
    )
    return list(rows)


async def test_a_slot_is_booked_until_it_is_full(db: Session, clock: FrozenClock) -> None:
    await slots(db)

    appointment = await booked(db)

    assert (appointment.ends_at - appointment.starts_at) == timedelta(hours=2)
    with pytest.raises(RuleBroken) as full:
        await booked(db)
    assert full.value.code == "slot_full"


async def test_nobody_comes_at_a_time_that_is_no_slot(db: Session, clock: FrozenClock) -> None:
    await slots(db)
    order = await a_bought_order(db, status="delivered")

    with pytest.raises(RuleBroken) as refused:
        await book(
            db,
            order,
            kind="installation",
            mode="on_site",
            starts_at=NEXT_DAY + timedelta(minutes=30),
        )

    assert refused.value.code == "no_slot"


async def test_a_moved_appointment_frees_its_slot(db: Session, clock: FrozenClock) -> None:
    await slots(db)
    appointment = await booked(db)

    await move(db, appointment, starts_at=NEXT_DAY + timedelta(hours=5), by=None)

    assert (await booked(db)).state == "booked"
    assert appointment.moves == 1


async def test_it_is_reminded_of_before_and_alarmed_about_when_nobody_came(
    db: Session, clock: FrozenClock
) -> None:
    leader, agent = await an_agent(db, role="shift_leader"), await an_agent(db)
    await slots(db)
    appointment = await booked(db, by=agent.id)
    clock.set(NEXT_DAY - timedelta(hours=3))
    first = await scan(db)
    await remind(db, [appointment.id])
    clock.set(NEXT_DAY + timedelta(minutes=15))
    second = await scan(db)
    await note_late(db, [appointment.id])
    await note_late(db, [appointment.id])

    assert (first, second) == (1, 1)
    assert await kinds(db) == ["appointment.booked", "appointment.reminded", "appointment.late"]
    (task,) = await db.execute(text("select owner_id, customer from tasks"))
    assert (task.owner_id, task.customer) == (agent.id, appointment.customer_id)
    told = await db.scalars(text("select agent_id from notifications"))
    assert leader.id in set(told)


async def test_who_came_in_time_is_not_late(db: Session, clock: FrozenClock) -> None:
    await slots(db)
    appointment = await booked(db)
    with pytest.raises(Conflict):
        await end(db, appointment, how="done", by=None)
    await begin(db, appointment, by=None)
    clock.set(NEXT_DAY + timedelta(minutes=15))

    fired = await scan(db)
    await note_late(db, [appointment.id])
    await end(db, appointment, how="done", by=None)

    assert (fired, appointment.state, appointment.late_at) == (0, "done", None)


async def test_free_times_are_those_with_places_left(
    db: Session, desk: Desk, clock: FrozenClock
) -> None:
    await slots(db)
    await booked(db)
    await desk.sign_in("agent")

    answer = await desk.get(
        "/appointments/free-times?kind=installation&mode=on_site&since=2026-03-02&days=7"
    )

    assert [one["starts_at"] for one in answer.json()] == ["2026-03-03T14:00:00+08:00"]


async def test_the_calendar_takes_as_many_queries_for_one_as_for_many(
    db: Session, desk: Desk, clock: FrozenClock
) -> None:
    await slots(db, capacity=100)
    await desk.sign_in("agent")
    counts = []
    for more in (1, 24):
        for _ in range(more):
            await booked(db)
        with counted(db) as statements:
            answer = await desk.get("/appointments?limit=20")
        counts.append(len(statements))
    rest = await desk.get(f"/appointments?limit=20&cursor={answer.json()['next_cursor']}")

    assert (len(answer.json()["items"]), len(rest.json()["items"])) == (20, 5)
    assert counts[0] == counts[1]


async def test_slots_are_set_by_heads(desk: Desk) -> None:
    slot = {
        "kind": "repair",
        "mode": "remote",
        "weekday": 2,
        "starts": "09:00",
        "ends": "10:00",
        "capacity": 2,
    }
    await desk.sign_in("agent")
    refused = await desk.post("/appointment-slots", slot)
    await desk.sign_in("department_head")

    made = await desk.post("/appointment-slots", slot)
    twice = await desk.post("/appointment-slots", slot)
    backwards = await desk.post("/appointment-slots", slot | {"ends": "08:00"})

    assert [one.status_code for one in (refused, made, twice, backwards)] == [403, 201, 409, 422]
    assert (await desk.delete(f"/appointment-slots/{made.json()['id']}")).status_code == 204
