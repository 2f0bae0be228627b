from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from kefu.core.clock import frozen
from kefu.core.db import Session
from kefu.core.ids import uuid7
from kefu.identity.tests.factories import an_agent
from kefu.notifications import Notice, mark_read, notify, notify_all, withdraw
from kefu.notifications.inbox import notifications, unread_count
from kefu.notifications.preferences import prefer
from kefu.notifications.tests.factories import a_kind, a_notification, counted, pushed

NIGHT = datetime(2026, 3, 2, 15, 30, tzinfo=UTC)  # 23:30 in Shanghai
QUIET = {"from": "22:00", "to": "08:00", "timezone": "Asia/Shanghai"}
MAILS = text("select count(*) from jobs.pgqueuer where entrypoint = 'notifications.mail'")


@pytest.fixture(autouse=True)
def kind() -> Iterator[str]:
    with a_kind() as kind:
        yield kind


async def test_an_agent_is_told_and_the_screen_hears_of_it(db: Session) -> None:
    agent = await an_agent(db)

    subject = await a_notification(db, agent.id, params={"seconds": 60})

    [frame] = pushed(db, "notification.created")
    assert frame["data"]["subject"] == str(subject)
    assert frame["data"]["params"] == {"seconds": 60}
    assert frame["data"]["alert"] == {"sound": True, "desktop": True}
    assert await unread_count(db, agent.id) == 1


async def test_what_happens_again_to_an_unread_subject_is_counted(db: Session) -> None:
    agent = await an_agent(db)
    subject = await a_notification(db, agent.id, params={"seq": 1})
    other = await a_notification(db, agent.id)

    await a_notification(db, agent.id, subject=subject, params={"seq": 2})

    rows, _ = await notifications(db, agent.id, unread=True, cursor=None, limit=10)
    found = {row.subject: (row.count, row.params) for row in rows}
    assert found == {subject: (2, {"seq": 2}), other: (1, {})}


async def test_after_reading_it_is_a_new_notification(db: Session) -> None:
    agent = await an_agent(db)
    subject = await a_notification(db, agent.id)
    await mark_read(db, agent.id)

    await a_notification(db, agent.id, subject=subject)

    rows, _ = await notifications(db, agent.id, unread=False, cursor=None, limit=10)
    assert [row.count for row in rows] == [1, 1]


async def test_whoever_did_it_is_not_told(db: Session, kind: str) -> None:
    mine, other = await an_agent(db), await an_agent(db)

    await notify(db, [mine.id, other.id], kind, subject_kind="task", subject=uuid7(), by=mine.id)

    assert await unread_count(db, mine.id) == 0
    assert await unread_count(db, other.id) == 1


async def test_an_unwanted_kind_is_not_told_at_all(db: Session, kind: str) -> None:
    agent = await an_agent(db)
    never = {"in_app": False, "sound": False, "desktop": False, "mail": False}
    await prefer(db, agent.id, ways={kind: never}, quiet=None)

    await a_notification(db, agent.id)

    rows, _ = await notifications(db, agent.id, unread=False, cursor=None, limit=10)
    assert rows == []
    assert pushed(db, "notification.created") == []


async def test_nothing_rings_in_quiet_hours_and_the_mail_waits_for_their_end(
    db: Session, kind: str
) -> None:
    agent = await an_agent(db)
    ways = {"in_app": True, "sound": True, "desktop": True, "mail": True}
    await prefer(db, agent.id, ways={kind: ways}, quiet=QUIET)

    with frozen(NIGHT):
        await a_notification(db, agent.id)

    [frame] = pushed(db, "notification.created")
    waits = await db.scalar(
        text("select execute_after - now() from jobs.pgqueuer where entrypoint like '%mail'")
    )
    assert frame["data"]["alert"] == {"sound": False, "desktop": False}
    assert waits is not None
    assert abs(waits - timedelta(hours=8.5)) < timedelta(minutes=1)


async def test_a_repeat_is_not_mailed_again(db: Session, kind: str) -> None:
    agent = await an_agent(db)
    mail_only = {"in_app": True, "sound": False, "desktop": False, "mail": True}
    await prefer(db, agent.id, ways={kind: mail_only}, quiet=None)

    subject = await a_notification(db, agent.id)
    await a_notification(db, agent.id, subject=subject)

    assert await db.scalar(MAILS) == 1


async def test_reading_marks_some_those_of_a_conversation_or_all(db: Session) -> None:
    agent = await an_agent(db)
    conversation = uuid7()
    await a_notification(db, agent.id, conversation=conversation)
    for _ in range(3):
        await a_notification(db, agent.id)
    rows, _ = await notifications(db, agent.id, unread=True, cursor=None, limit=10)
    some = next(row.id for row in rows if row.conversation is None)

    left = [
        await mark_read(db, agent.id, conversation=conversation),
        await mark_read(db, agent.id, ids=[some]),
        await mark_read(db, agent.id),
        await mark_read(db, agent.id),
    ]

    assert left == [3, 2, 0, 0]
    assert [frame["data"]["unread"] for frame in pushed(db, "notification.read")] == [3, 2, 0]


async def test_nobody_reads_another_agents_notifications_away(db: Session) -> None:
    agent, other = await an_agent(db), await an_agent(db)
    await a_notification(db, agent.id)
    rows, _ = await notifications(db, agent.id, unread=True, cursor=None, limit=10)

    await mark_read(db, other.id, ids=[rows[0].id])

    assert await unread_count(db, agent.id) == 1


async def test_pages_follow_each_other_without_gap_or_repeat(db: Session) -> None:
    agent = await an_agent(db)
    subjects = [await a_notification(db, agent.id) for _ in range(7)]

    seen, cursor = [], None
    for _ in range(3):
        rows, cursor = await notifications(db, agent.id, unread=False, cursor=cursor, limit=3)
        seen += [row.subject for row in rows]

    assert seen == subjects[::-1]
    assert cursor is None


async def test_what_was_not_so_is_taken_back_unless_it_was_read(db: Session, kind: str) -> None:
    agent = await an_agent(db)
    read = await a_notification(db, agent.id)
    await mark_read(db, agent.id)
    unread = await a_notification(db, agent.id)

    await withdraw(db, kind, [read, unread])

    rows, _ = await notifications(db, agent.id, unread=False, cursor=None, limit=10)
    assert [row.subject for row in rows] == [read]


@pytest.mark.parametrize("number", [1, 25, 100])
async def test_any_number_of_notices_takes_two_statements(
    db: Session, kind: str, number: int
) -> None:
    agent = await an_agent(db)
    notices = [
        Notice(agent=agent.id, kind=kind, subject_kind="task", subject=uuid7())
        for _ in range(number)
    ]

    with counted(db) as statements:
        await notify_all(db, notices)

    assert len(statements) == 2
    assert await unread_count(db, agent.id) == number
