"""The demo shop's one-to-one service and feedback are there once, however often they are loaded."""

from __future__ import annotations

from sqlalchemy import func, select

from kefu.core.db import Session
from kefu.customers.dedicated_reading import capacity
from kefu.customers.demo import load_demo
from kefu.customers.demo_dedicated import load_dedicated
from kefu.customers.demo_feedback import SAID, load_feedback
from kefu.customers.demo_segments import load_segments
from kefu.customers.model_dedicated import DedicatedCustomer
from kefu.customers.model_feedback import DeskFeedback
from kefu.identity.demo import load_demo as load_people


async def count(db: Session, table: type[DedicatedCustomer | DeskFeedback]) -> int:
    return await db.scalar(select(func.count()).select_from(table)) or 0


async def test_more_is_promised_than_three_agents_can_keep(db: Session) -> None:
    await load_people(db)
    await load_demo(db)
    await load_segments(db)

    await load_dedicated(db)
    first = await count(db, DedicatedCustomer)
    await load_dedicated(db)

    report = await capacity(db)
    assert await count(db, DedicatedCustomer) == first == report.served > 0
    assert len(report.loads) == 3
    assert report.promised >= report.served


async def test_feedback_is_loaded_once(db: Session) -> None:
    await load_people(db)

    await load_feedback(db)
    await load_feedback(db)

    assert await count(db, DeskFeedback) == len(SAID)
