from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from kefu.commerce.demo_returns import CALENDAR, load_demo_returns
from kefu.commerce.model_returns import ReturnCase, ReturnCost, ReturnStep
from kefu.commerce.returns.example_cases import EXAMPLES
from kefu.commerce.returns.policy import policy
from kefu.core.clock import FrozenClock, now
from kefu.core.db import Session
from kefu.customers.tests.factories import a_customer
from kefu.identity.tests import clock
from kefu.identity.tests.factories import an_agent
from kefu.promises.tests.factories import a_calendar

__all__ = ["clock"]


@pytest.mark.parametrize("moment", ["2026-03-02T09:00", "2026-03-07T20:00", "2026-10-04T01:00"])
async def test_the_demo_has_cases_in_all_places_and_is_loaded_once(
    db: Session, clock: FrozenClock, moment: str
) -> None:
    clock.set(datetime.fromisoformat(moment).replace(tzinfo=UTC))
    calendar = await a_calendar(db, name=CALENDAR, chinese_holidays=True)
    for role in ("agent", "senior_agent", "quality_inspector", "other_department"):
        await an_agent(db, role=role)
    await an_agent(db, role="administrator")
    for _ in range(7):
        await a_customer(db)

    await load_demo_returns(db)
    await load_demo_returns(db)

    cases = list(await db.scalars(select(ReturnCase)))
    assert len(cases) == len(EXAMPLES)
    assert {case.kind for case in cases} == {
        *("return", "exchange", "repair", "installation", "refund_only")
    }
    assert {case.status for case in cases} == {"open", "done", "rejected", "withdrawn"}
    assert sum(case.is_open() and case.is_overdue(now()) for case in cases) >= 4
    assert await db.scalar(select(func.count()).select_from(ReturnCost)) == 2
    assert (await policy(db)).calendar == calendar.id
    counts = set(await db.scalars(select(ReturnStep.counts)))
    assert counts == {"plain", "business"}


async def test_a_desk_without_anybody_gets_no_cases(db: Session) -> None:
    await load_demo_returns(db)

    assert await db.scalar(select(func.count()).select_from(ReturnCase)) == 0
