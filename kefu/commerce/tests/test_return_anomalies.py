from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from kefu.commerce.model_inspections import ReturnInvestigation
from kefu.commerce.model_returns import ReturnCase, ReturnLine
from kefu.commerce.returns.anomalies import Figures, close_investigation, look
from kefu.commerce.returns.policy import Anomaly
from kefu.commerce.tests.factories import a_line, a_product, an_order
from kefu.commerce.tests.factories_returns import a_policy
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Conflict
from kefu.core.ids import uuid7
from kefu.identity.tests.factories import a_department, an_agent


@pytest.mark.parametrize(
    ("returned", "rise", "jumps"),
    [(134, 34.0, False), (135, 35.0, True), (136, 36.0, True), (100, 0.0, False)],
)
def test_a_rise_of_35_percent_is_a_jump_and_34_is_none(
    returned: int, rise: float, jumps: bool
) -> None:
    found = Figures("M", "帐篷", returned, 1000, 100, 1000)

    assert found.rise_percent() == rise
    assert found.is_jump(Anomaly()) is jumps


def test_the_threshold_is_a_setting_and_few_returns_are_no_jump() -> None:
    assert Figures("M", "帐篷", 134, 1000, 100, 1000).is_jump(Anomaly(rise_percent=34))
    assert not Figures("M", "帐篷", 4, 100, 1, 100).is_jump(Anomaly())
    assert not Figures("M", "帐篷", 9, 100, 0, 100).is_jump(Anomaly())
    assert Figures("M", "帐篷", 9, 0, 1, 100).rise_percent() is None


async def sold_and_returned(db: Session, *, returned: int, before: int) -> None:
    """A hundred units sold in each of the two last fortnights, and so many that came back."""
    product = await a_product(db, model="TENT-2")
    for days, units in ((20, before), (5, returned)):
        at = now() - timedelta(days=days)
        order = await an_order(db, status="delivered", placed_at=at, lines=0)
        line = await a_line(db, order, product_id=product.id, quantity=100)
        case = ReturnCase(
            id=uuid7(),
            number=f"X{uuid7().hex}",
            kind="return",
            reason="quality",
            order_id=order.id,
            applied_at=at,
        )
        db.add(case)
        await db.flush()
        db.add(
            ReturnLine(
                case_id=case.id,
                order_line_id=line.id,
                model="TENT-2",
                title="帐篷",
                quantity=units,
                amount=0,
                created_at=at,
            )
        )
    await db.flush()


async def departments(db: Session) -> Any:
    quality, product = await a_department(db, "质检部"), await a_department(db, "产品部")
    rule = Anomaly(quality_department=quality.id, product_department=product.id)
    await a_policy(db, anomaly=rule)
    return quality, product


async def test_a_jump_opens_one_investigation_with_a_task_for_quality_and_product(
    db: Session,
) -> None:
    quality, product = await departments(db)
    await sold_and_returned(db, returned=27, before=20)

    opened = await look(db)
    again = await look(db)

    assert [(one.model, one.rise_percent) for one in opened] == [("TENT-2", 35.0)]
    assert again == []
    tasks = (await db.execute(text("select department_id, subject from tasks"))).all()
    assert {task.department_id for task in tasks} == {quality.id, product.id}
    assert {task.subject for task in tasks} == {opened[0].id}


async def test_34_percent_opens_nothing(db: Session) -> None:
    await departments(db)
    await sold_and_returned(db, returned=67, before=50)

    assert await look(db) == []


async def test_a_closed_investigation_may_be_followed_by_another(db: Session) -> None:
    await departments(db)
    await sold_and_returned(db, returned=30, before=20)
    first = (await look(db))[0]
    agent = await an_agent(db, role="quality_inspector")

    await close_investigation(db, first, finding="product", note="批次缝线", by=agent.id)
    with pytest.raises(Conflict):
        await close_investigation(db, first, finding="nothing", note="", by=agent.id)

    assert len(await look(db)) == 1
    assert len(list(await db.scalars(select(ReturnInvestigation)))) == 2
