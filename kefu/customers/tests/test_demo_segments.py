"""The demo's segments are loaded once, and everything about them is there to be seen."""

from __future__ import annotations

from sqlalchemy import func, select

from kefu.core.db import Session
from kefu.customers.demo import load_demo
from kefu.customers.demo_segments import load_segments
from kefu.customers.model_care import CareCourse, CarePlan
from kefu.customers.model_points import PointsEntry, Redemption
from kefu.customers.model_portraits import PortraitTrait
from kefu.customers.model_segments import Standing
from kefu.identity.tests.factories import an_agent


async def test_the_demo_has_segments_care_portraits_and_points(db: Session) -> None:
    await an_agent(db, role="department_head")
    await load_demo(db)

    await load_segments(db)
    await load_segments(db)

    counts = [
        await db.scalar(select(func.count()).select_from(table))
        for table in (CarePlan, Standing, PointsEntry, Redemption)
    ]
    assert counts == [5, 40, 20, 4]
    assert len(set(await db.scalars(select(Standing.lifecycle)))) >= 3
    assert (await db.scalars(select(PortraitTrait))).first() is not None
    assert (await db.scalars(select(CareCourse))).first() is not None
