"""Alarms: operators hear when the readers of facts wait too long for the oldest open write."""

from __future__ import annotations

import asyncio
from uuid import NAMESPACE_URL, uuid5

import structlog
from sqlalchemy.exc import DBAPIError

from kefu.core.ceiling import Ceiling
from kefu.core.db import Database, Session
from kefu.identity import agents_who_may
from kefu.notifications import Ways, Why, announce, notify

log = structlog.get_logger(__name__)
DELAYED = "facts.delayed"
OPERATORS = "facts.replay"
SUBJECT_KIND = "operations"
SUBJECT = uuid5(NAMESPACE_URL, "kefu:facts")
LIMIT_SECONDS = 10.0
EVERY_SECONDS = 2.0

announce(
    DELAYED,
    zh="事件处理停滞：有写入事务超过 10 秒未结束",
    en="Reactions wait: a write has been open for more than 10 seconds",
    ways=Ways(mail=True),
    why=Why(
        zh="有一个写入事务开了 {seconds} 秒；超过 10 秒就会提醒运维。",
        en="A write was open for {seconds} seconds; operators hear of more than 10.",
        setting="set-aside",
    ),
)


class CeilingWatch:
    """Raises the alarm once for each time that the ceiling stands still."""

    def __init__(self, database: Database, ceiling: Ceiling) -> None:
        self._database, self._ceiling = database, ceiling
        self._raised = False

    async def run(self) -> None:
        """Look for ever."""
        while True:
            await self.look()
            await asyncio.sleep(EVERY_SECONDS)

    async def look(self) -> None:
        """While the database is away nothing is known of its writes, and nothing is raised."""
        try:
            await self._ceiling.reach()
        except (DBAPIError, OSError):
            return
        age = self._ceiling.age()
        if age > LIMIT_SECONDS and not self._raised:
            log.error("facts_delayed", seconds=round(age, 1))
            async with self._database.transaction() as db:
                await tell_operators(db, age)
        elif self._raised and age <= LIMIT_SECONDS:
            log.info("facts_go_on")
        self._raised = age > LIMIT_SECONDS


async def tell_operators(db: Session, age: float) -> None:
    """A line in the centre, and a mail to those who look after the installation."""
    await notify(
        db,
        await agents_who_may(db, OPERATORS),
        DELAYED,
        subject_kind=SUBJECT_KIND,
        subject=SUBJECT,
        params={"seconds": round(age)},
    )
