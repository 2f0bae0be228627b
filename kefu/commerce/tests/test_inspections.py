from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select, text

from kefu.commerce.model_inspections import Inspection
from kefu.commerce.model_returns import ReturnCost
from kefu.commerce.reactions_returns import tell_whom_it_concerns
from kefu.commerce.returns.checklists import Item, publish
from kefu.commerce.returns.disputing import decide_dispute, dispute
from kefu.commerce.returns.inspecting import Found, inspect, inspection_of_record
from kefu.commerce.returns.models import advice, models
from kefu.commerce.tests.factories_returns import (
    GOOD,
    a_checklist,
    a_policy,
    a_received_case,
    an_inspected_case,
)
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Conflict, Forbidden, Invalid, Refusal
from kefu.core.events import Fact, FactRow
from kefu.core.measures import Period
from kefu.identity.tests.factories import an_agent


@pytest.fixture(autouse=True)
async def nothing_by_itself(db: Session) -> None:
    await a_policy(db)


def found(checklist: Any, **more: Any) -> Found:
    given: dict[str, Any] = {"answers": GOOD, "determination": "as_new", "accepted": True} | more
    return Found(checklist=checklist.id, **given)


async def inspector(db: Session) -> Any:
    return (await an_agent(db, role="quality_inspector")).id


async def facts(db: Session, kind: str) -> list[Fact]:
    rows = await db.scalars(select(FactRow).where(FactRow.kind == kind).order_by(FactRow.id))
    names: Any = Fact.__slots__
    return [Fact(**{name: getattr(row, name) for name in names}) for row in rows]


async def test_a_result_flows_into_the_case_and_to_its_agent_without_a_step(db: Session) -> None:
    agent = await an_agent(db)
    case = await a_received_case(db, by=agent.id)

    await inspect(db, case, found(await a_checklist(db)), by=await inspector(db))
    told = await facts(db, "return.inspected")
    await tell_whom_it_concerns(db, told)

    assert case.node == "refund"
    assert (told[0].details["determination"], told[0].customer) == ("as_new", case.customer_id)
    rows = await db.execute(text("select agent_id, kind, params->>'accepted' from notifications"))
    assert [tuple(row) for row in rows] == [(agent.id, "return.inspected", "true")]


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"complete": True}, "answers.condition"),
        (GOOD | {"colour": True}, "answers.colour"),
        (GOOD | {"condition": "很旧"}, "answers.condition"),
        (GOOD | {"complete": "是"}, "answers.complete"),
    ],
)
async def test_a_checklist_is_filled_in_as_it_asks(
    db: Session, answers: dict[str, Any], field: str
) -> None:
    case, checklist = await a_received_case(db), await a_checklist(db)

    with pytest.raises(Invalid) as refused:
        await inspect(db, case, found(checklist, answers=answers), by=await inspector(db))

    assert (refused.value.field, case.node) == (field, "inspect")


async def test_an_old_version_of_a_checklist_is_refused(db: Session) -> None:
    case, old = await a_received_case(db), await a_checklist(db)
    new = await a_checklist(db)

    with pytest.raises(Conflict) as refused:
        await inspect(db, case, found(old), by=await inspector(db))

    assert (refused.value.code, old.version, new.version) == ("old_checklist", 1, 2)


async def test_a_category_with_its_own_checklist_is_inspected_by_it(db: Session) -> None:
    case, general = await a_received_case(db), await a_checklist(db)
    await publish(
        db, category="", name="新", items=[Item(key="ok", label="好")], by=await inspector(db)
    )

    with pytest.raises(Refusal):
        await inspect(db, case, found(general), by=await inspector(db))


async def test_a_second_inspection_needs_a_reason_costs_and_leaves_one_of_record(
    db: Session,
) -> None:
    case = await an_inspected_case(db, accepted=False, determination="misuse")
    raised = await dispute(db, case, text="并未使用", complaint=True, by=None)
    head = await an_agent(db, role="department_head")
    await decide_dispute(db, case, raised, decision="reinspect", grounds="照片不清", by=head.id)
    checklist = await a_checklist(db)

    with pytest.raises(Invalid) as refused:
        await inspect(db, case, found(checklist), by=await inspector(db))
    await inspect(db, case, found(checklist, reason="争议复检"), by=await inspector(db))

    assert (refused.value.field, case.node) == ("reason", "refund")
    rows = list(await db.scalars(select(Inspection).where(Inspection.case_id == case.id)))
    assert sorted(one.of_record for one in rows) == [False, True]
    cost = (await db.scalars(select(ReturnCost))).one()
    assert (cost.kind, cost.amount) == ("repeated_inspection", 3000)


async def test_an_overturned_result_lets_the_rejected_case_go_on(db: Session) -> None:
    case = await an_inspected_case(db, accepted=False, determination="misuse")
    raised = await dispute(db, case, text="签收时已破损", complaint=True, by=None)
    head = await an_agent(db, role="department_head")

    await decide_dispute(db, case, raised, decision="overturned", grounds="开箱视频", by=head.id)

    record = await inspection_of_record(db, case)
    assert (case.status, case.node, record.accepted) == ("open", "refund", True)  # type: ignore[union-attr]


async def test_an_upheld_result_stays(db: Session) -> None:
    case = await an_inspected_case(db, accepted=False, determination="misuse")
    raised = await dispute(db, case, text="不认可", complaint=True, by=None)
    head = await an_agent(db, role="department_head")

    await decide_dispute(db, case, raised, decision="upheld", grounds="照片清楚", by=head.id)
    with pytest.raises(Conflict) as twice:
        await decide_dispute(db, case, raised, decision="upheld", grounds="再看", by=head.id)

    assert (case.status, twice.value.code) == ("rejected", "decided_already")


async def test_the_inspector_does_not_decide_about_the_own_result(db: Session) -> None:
    case = await an_inspected_case(db, accepted=False, determination="misuse")
    raised = await dispute(db, case, text="不认可", complaint=False, by=None)
    record = await inspection_of_record(db, case)
    assert record is not None

    with pytest.raises(Forbidden):
        await decide_dispute(
            db, case, raised, decision="upheld", grounds="我看过", by=record.inspector_id
        )


async def test_a_result_is_disputed_once_at_a_time(db: Session) -> None:
    case = await an_inspected_case(db)
    await dispute(db, case, text="折旧过高", complaint=False, by=None)

    with pytest.raises(Conflict) as refused:
        await dispute(db, case, text="再说一次", complaint=False, by=None)

    assert refused.value.code == "disputed_already"


async def test_goods_without_a_checklist_are_not_inspected(db: Session) -> None:
    case = await a_received_case(db)
    other = await a_checklist(db, "灯具")

    with pytest.raises(Conflict) as refused:
        await inspect(db, case, found(other), by=await inspector(db))

    assert refused.value.code == "no_checklist"
    assert await db.scalar(select(func.count()).select_from(Inspection)) == 0


async def test_what_was_determined_appears_in_the_models_statistics(db: Session) -> None:
    for number in range(3):
        await an_inspected_case(db, determination="product_fault", tracking_number=f"SF{number}")

    rows = await models(db, Period(now().replace(year=2020), now().replace(year=2100)))

    assert [(row["units"], row["product_fault"], row["advice"]) for row in rows] == [(3, 3, "hold")]


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ({"product_fault": 2}, "watch"),
        ({"product_fault": 2, "as_new": 1}, "hold"),
        ({"transport": 3}, "pack_better"),
        ({"misuse": 2, "as_new": 2}, "explain_better"),
        ({"as_new": 4}, "restock"),
        ({"as_new": 2, "misuse": 2, "transport": 2}, "watch"),
    ],
)
def test_the_advice_follows_what_was_found_most(counts: dict[str, int], said: str) -> None:
    names = ("product_fault", "misuse", "transport", "as_new")

    assert advice({name: counts.get(name, 0) for name in names}) == said
