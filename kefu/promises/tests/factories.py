"""Things a test of promises begins with."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from kefu.core.db import Session
from kefu.core.ids import uuid7
from kefu.identity.tests.factories import an_agent
from kefu.promises import automation, create_task
from kefu.promises.clocks import Clock, locked, start_clock
from kefu.promises.model import Calendar, Policy, Task

OFFERED = automation

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # a Monday, 12:00 in Shanghai
OFFICE = [[["09:00", "12:00"], ["13:30", "18:00"]]] * 5 + [[], []]


async def a_calendar(db: Session, **given: Any) -> Calendar:
    calendar = Calendar(
        **{"name": f"Desk {uuid7()}", "timezone": "Asia/Shanghai", "week": OFFICE} | given
    )
    db.add(calendar)
    await db.flush()
    return calendar


async def a_policy(db: Session, *, seconds: float = 100, **given: Any) -> Policy:
    policy = Policy(
        **{
            "name": f"Promise {uuid7()}",
            "position": 1,
            "targets": {"first_reply": target(seconds)},
        }
        | given
    )
    db.add(policy)
    await db.flush()
    return policy


def target(
    seconds: float, *, business_time: bool = False, warn_percent: int | None = 80
) -> dict[str, Any]:
    return {"seconds": seconds, "business_time": business_time, "warn_percent": warn_percent}


async def a_task(db: Session, **given: Any) -> Task:
    owner = given.pop("owner", None) or await an_agent(db)
    return await create_task(db, {"title": "回电张女士", "owner_id": owner.id} | given, by=None)


async def a_clock(db: Session, **given: Any) -> UUID:
    """Start a first-reply clock at noon and return its subject."""
    subject: UUID = given.pop("subject", None) or uuid7()
    start = {"subject_kind": "conversation", "kind": "first_reply", "at": NOON}
    await start_clock(db, subject=subject, **start | given)
    return subject


async def the_clock(db: Session, subject: UUID, kind: str = "first_reply") -> Clock:
    return (await locked(db, [(subject, kind)]))[subject, kind]


async def told(db: Session, subject: UUID) -> list[str]:
    """Kinds of the facts about this subject, in order."""
    rows = await db.execute(
        text("select kind from facts where subject = :subject order by id"), {"subject": subject}
    )
    return [row.kind for row in rows]
