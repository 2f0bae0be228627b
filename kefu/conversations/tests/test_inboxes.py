from kefu.conversations.inboxes import inboxes_open_by
from kefu.conversations.tests.factories import an_inbox
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.promises.tests.factories import a_calendar


async def test_a_calendar_is_named_by_the_inboxes_that_are_in_use(db: Session) -> None:
    calendar, other = await a_calendar(db), await a_calendar(db, name="另一个")
    await an_inbox(db, name="官网", calendar_id=calendar.id)
    await an_inbox(db, name="旧官网", calendar_id=calendar.id, archived_at=now())

    assert await inboxes_open_by(db, calendar) == ["官网"]
    assert await inboxes_open_by(db, other) == []
