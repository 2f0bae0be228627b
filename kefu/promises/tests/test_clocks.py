from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import event

from kefu.core.clock import frozen
from kefu.core.db import Session
from kefu.core.ids import uuid7
from kefu.promises import (
    Start,
    Stop,
    change_clocks,
    hand_over_clocks,
    next_due,
    pause_clocks,
    resume_clocks,
    scan,
    start_clock,
    stop_clock,
    stop_clocks,
)
from kefu.promises.tests.factories import (
    NOON,
    a_calendar,
    a_clock,
    a_policy,
    target,
    the_clock,
    told,
)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


async def test_a_warning_comes_at_80_percent_once_and_the_breach_once(db: Session) -> None:
    await a_policy(db, seconds=100)
    subject = await a_clock(db)
    said = {}

    with frozen(NOON) as clock:
        for second in (79, 80, 95, 100, 101, 300):
            clock.set(after(second))
            await scan(db)
            said[second] = await told(db, subject)

    assert said[79] == []
    assert said[80] == said[95] == ["clock.warned"]
    assert said[100] == said[101] == said[300] == ["clock.warned", "promise.broken"]


async def test_an_answer_in_time_says_nothing(db: Session) -> None:
    await a_policy(db, seconds=100)
    subject = await a_clock(db)

    await stop_clock(db, subject, "first_reply", after(70))
    with frozen(after(200)):
        await scan(db)

    assert await told(db, subject) == []
    assert (await the_clock(db, subject)).kept == 1


async def test_after_downtime_an_overdue_clock_fires_once_without_a_late_warning(
    db: Session,
) -> None:
    await a_policy(db, seconds=100)
    subject = await a_clock(db)

    with frozen(after(7200)):
        await scan(db)
        await scan(db)

    assert await told(db, subject) == ["promise.broken"]


async def test_a_late_answer_before_the_scanner_came_is_a_breach_too(db: Session) -> None:
    await a_policy(db, seconds=100)
    subject = await a_clock(db)

    await stop_clock(db, subject, "first_reply", after(101))
    with frozen(after(200)):
        await scan(db)

    assert await told(db, subject) == ["promise.broken"]
    clock = await the_clock(db, subject)
    assert (clock.kept, clock.broken) == (0, 1)


async def test_an_answer_in_time_that_was_read_late_restores_the_promise(db: Session) -> None:
    await a_policy(db, seconds=100)
    subject = await a_clock(db)
    with frozen(after(101)):
        await scan(db)

    await stop_clock(db, subject, "first_reply", after(99))

    assert await told(db, subject) == ["promise.broken", "promise.restored"]
    clock = await the_clock(db, subject)
    assert (clock.kept, clock.broken, clock.broken_at) == (1, 0, None)


async def test_a_running_clock_is_not_started_again_unless_told_to(db: Session) -> None:
    await a_policy(db, seconds=100)
    subject = await a_clock(db)

    await a_clock(db, subject=subject, at=after(50))
    unchanged = (await the_clock(db, subject)).due_at
    await a_clock(db, subject=subject, at=after(50), restart=True)

    assert unchanged == after(100)
    assert (await the_clock(db, subject)).due_at == after(150)


async def test_a_restarted_clock_warns_and_breaks_anew(db: Session) -> None:
    await a_policy(db, seconds=100)
    subject = await a_clock(db)
    with frozen(after(100)):
        await scan(db)

    await stop_clock(db, subject, "first_reply", after(110))
    await a_clock(db, subject=subject, at=after(200))
    with frozen(after(280)):
        await scan(db)

    assert await told(db, subject) == ["promise.broken", "clock.warned"]


async def test_business_time_waits_for_the_desk_to_open(db: Session) -> None:
    calendar = await a_calendar(db)
    targets = {"first_reply": target(3600, business_time=True)}
    await a_policy(db, calendar_id=calendar.id, targets=targets)

    subject = await a_clock(db, at=NOON - timedelta(minutes=10))

    clock = await the_clock(db, subject)
    assert clock.due_at == datetime(2026, 3, 2, 6, 20, tzinfo=UTC)  # 14:20, lunch in between
    assert clock.warn_at == datetime(2026, 3, 2, 6, 8, tzinfo=UTC)


async def test_the_first_policy_that_fits_and_has_the_target_wins(db: Session) -> None:
    inbox, team = uuid7(), uuid7()
    await a_policy(db, seconds=10, position=1, inboxes=[str(inbox)], priorities=[3])
    await a_policy(db, position=2, teams=[str(team)], targets={"idle": target(20)})
    await a_policy(db, seconds=30, position=3, teams=[str(team)])
    await a_policy(db, seconds=40, position=4)

    urgent = await a_clock(db, inbox=inbox, priority=3)
    ordinary = await a_clock(db, inbox=inbox, priority=1)
    of_team = await a_clock(db, inbox=inbox, team=team)

    assert (await the_clock(db, urgent)).due_at == after(10)
    assert (await the_clock(db, ordinary)).due_at == after(40)
    assert (await the_clock(db, of_team)).due_at == after(30)


async def test_what_nobody_promises_has_no_clock(db: Session) -> None:
    await start_clock(
        db, subject_kind="conversation", subject=(subject := uuid7()), kind="unknown", at=NOON
    )

    assert await next_due(db, [subject]) == {}


async def test_a_clock_with_its_own_due_time_says_that_it_is_due(db: Session) -> None:
    subject = await a_clock(db, kind="snooze", due_at=after(60))

    with frozen(after(60)):
        await scan(db)

    assert await told(db, subject) == ["clock.due"]


async def test_a_pause_keeps_what_was_left(db: Session) -> None:
    await a_policy(db, seconds=100)
    subject = await a_clock(db)

    await pause_clocks(db, [subject], after(30))
    with frozen(after(1000)):
        await scan(db)
    await resume_clocks(db, [subject], after(1000))

    clock = await the_clock(db, subject)
    assert await told(db, subject) == []
    assert (clock.warn_at, clock.due_at) == (after(1050), after(1070))


async def test_a_pause_in_business_time_keeps_business_time(db: Session) -> None:
    calendar = await a_calendar(db)
    targets = {"first_reply": target(3600, business_time=True)}
    await a_policy(db, calendar_id=calendar.id, targets=targets)
    subject = await a_clock(db, at=datetime(2026, 3, 2, 9, 30, tzinfo=UTC))  # 17:30

    await pause_clocks(db, [subject], datetime(2026, 3, 2, 9, 40, tzinfo=UTC))
    await resume_clocks(db, [subject], datetime(2026, 3, 3, 0, 0, tzinfo=UTC))  # 08:00

    due = (await the_clock(db, subject)).due_at
    assert due == datetime(2026, 3, 3, 1, 50, tzinfo=UTC)  # 50 minutes after 9:00


async def test_what_is_over_can_no_longer_be_paused(db: Session) -> None:
    await a_policy(db, seconds=100)
    subject = await a_clock(db)

    await pause_clocks(db, [subject], after(101))
    with frozen(after(102)):
        await scan(db)

    assert await told(db, subject) == ["promise.broken"]


async def test_next_due_is_the_earliest_and_stays_when_it_is_over(db: Session) -> None:
    targets = {"first_reply": target(100), "idle": target(50)}
    await a_policy(db, targets=targets)
    subject, other = uuid7(), uuid7()
    for kind in targets:
        await a_clock(db, subject=subject, kind=kind)

    with frozen(after(60)):
        await scan(db)
    over = await next_due(db, [subject, other])
    await stop_clock(db, subject, "idle", after(61))
    then = await next_due(db, [subject])

    assert (over[subject].kind, over[subject].at) == ("idle", after(50))
    assert (then[subject].kind, then[subject].at) == ("first_reply", after(100))
    assert other not in over


async def test_all_clocks_of_a_closed_conversation_stop(db: Session) -> None:
    await a_policy(db, targets={"first_reply": target(100), "idle": target(50)})
    subject = await a_clock(db)
    await a_clock(db, subject=subject, kind="idle")

    await stop_clocks(db, [subject], after(10))

    assert await next_due(db, [subject]) == {}


async def test_a_batch_is_applied_in_order(db: Session) -> None:
    await a_policy(db, seconds=100)
    subject = uuid7()

    def start(second: float) -> Start:
        return Start(
            subject_kind="conversation", subject=subject, kind="first_reply", at=after(second)
        )

    stop = Stop(subject, "first_reply", after(150))
    await change_clocks(db, [start(0), start(20), stop, start(160)])

    clock = await the_clock(db, subject)
    assert (clock.due_at, clock.stopped_at, clock.broken) == (after(260), None, 1)
    assert await told(db, subject) == ["promise.broken"]


async def test_whoever_takes_over_is_named_when_the_clock_fires(db: Session) -> None:
    await a_policy(db, seconds=100)
    subject, assignee, team = await a_clock(db), uuid7(), uuid7()

    await hand_over_clocks(db, {subject: (assignee, team)})

    clock = await the_clock(db, subject)
    assert (clock.assignee, clock.team) == (assignee, team)


@pytest.mark.parametrize("number", [1, 25, 200])
async def test_a_batch_takes_the_same_statements_for_any_number(db: Session, number: int) -> None:
    await a_policy(db, seconds=100)
    subjects = [uuid7() for _ in range(number)]
    statements: list[str] = []
    connection = (await db.connection()).sync_connection
    event.listen(connection, "before_cursor_execute", lambda *args: statements.append(args[2]))

    await change_clocks(db, [a_start(subject) for subject in subjects])
    await change_clocks(db, [Stop(subject, "first_reply", after(1)) for subject in subjects])

    assert len(statements) == 6


def a_start(subject: UUID) -> Start:
    return Start(subject_kind="conversation", subject=subject, kind="first_reply", at=NOON)


async def test_a_calendar_emptied_later_promises_nothing_and_fails_nothing(db: Session) -> None:
    calendar = await a_calendar(db, week=[[["09:00", "09:01"]]] + [[]] * 6)
    month = {"first_reply": target(90 * 86400, business_time=True)}
    await a_policy(db, calendar_id=calendar.id, targets=month)

    subject = await a_clock(db)

    assert await next_due(db, [subject]) == {}
