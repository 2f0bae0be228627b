from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from kefu.commerce import automation_returns
from kefu.commerce.model_returns import ReturnCase
from kefu.commerce.tests.factories import an_order
from kefu.commerce.tests.factories_returns import a_case, a_policy, an_approved_case
from kefu.commerce.tests.test_care_told import facts_so_far
from kefu.core.automation import ACTIONS, About, Hit, Outcome
from kefu.core.condition_fields import Asking
from kefu.core.db import Session
from kefu.core.ids import uuid7
from kefu.workflows.tests.factories import a_rule, run_on_facts

OFFERED = automation_returns


@pytest.fixture(autouse=True)
async def nothing_by_itself(db: Session) -> None:
    await a_policy(db)


async def take(db: Session, action: str, case: ReturnCase, **params: Any) -> Outcome:
    hit = Hit(uuid7(), uuid7(), "规则", "return", case.id, About())
    return (await ACTIONS[action].run(db, [hit], params) or {})[hit.run]


async def test_a_rule_approves_small_applications_for_a_wrong_item(db: Session) -> None:
    rule = await a_rule(
        db,
        {"action": "return.approve", "params": {}},
        subject_kind="return",
        trigger="return.applied",
        conditions={
            "all": [
                {"field": "kind", "operator": "is", "value": ["return"]},
                {"field": "fact.reason", "operator": "is", "value": ["wrong_item"]},
                {"field": "amount", "operator": "at_most", "value": 100_000},
            ]
        },
    )
    fits = await a_case(db, reason="wrong_item")
    other = await a_case(db, reason="other", order=await an_order(db, status="delivered"))

    await run_on_facts(db, [fact for fact in await facts_so_far(db) if fact.actor is None])

    assert rule.active
    await db.refresh(fits)
    assert (fits.node, other.node) == ("send_back", "review")


async def test_a_refusal_needs_a_case_that_is_reviewed(db: Session) -> None:
    case, gone_on = await a_case(db), await an_approved_case(db)

    done = await take(db, "return.refuse", case, grounds="已超过期限。")
    skipped = await take(db, "return.refuse", gone_on, grounds="已超过期限。")

    assert (case.status, case.decision_note, done.result) == ("refused", "已超过期限。", "done")
    assert skipped.result != "done"


async def test_customers_are_reminded_only_while_the_goods_are_with_them(db: Session) -> None:
    case = await an_approved_case(db)
    first = await take(db, "return.remind", case)
    case.tracking_number = "SF1"
    second = await take(db, "return.remind", case)

    kinds = [fact.kind for fact in await facts_so_far(db)]
    assert (first.result, kinds.count("return.reminded")) == ("done", 1)
    assert second.result != "done"


async def test_every_field_asks_the_database(db: Session) -> None:
    case = await a_case(db)
    found = OFFERED.RETURN_FIELDS["overdue"].operators["is"]
    assert found.clause is not None
    clause = found.clause(False, Asking(at=case.applied_at))

    assert list(await db.scalars(select(ReturnCase.id).where(clause))) == [case.id]
