from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from kefu.commerce.mismatching import mismatches_for
from kefu.commerce.model_orders import Order, OrderLine, Refund
from kefu.commerce.reactions_return_notices import carry_out_what_was_decided
from kefu.commerce.returns.amounts import Bought, paid_for, refundable
from kefu.commerce.returns.disputing import decide_dispute, dispute
from kefu.commerce.returns.reconciling import post_from_finance, postings_of
from kefu.commerce.returns.refunding import decide_refund, offer_for, refund
from kefu.commerce.tests.factories import an_order
from kefu.commerce.tests.factories_returns import a_policy, an_inspected_case
from kefu.commerce.tests.test_care_told import facts_so_far
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Conflict, Forbidden, Invalid
from kefu.identity.tests import clock
from kefu.identity.tests.factories import an_actor
from kefu.workflows import approvals_about, decide
from kefu.workflows.tests.factories import an_approval_policy

__all__ = ["clock"]


@pytest.fixture(autouse=True)
async def nothing_by_itself(db: Session) -> None:
    await a_policy(db)
    await a_refund_policy(db)


async def a_refund_policy(db: Session) -> None:
    """Leaders decide about what is below 3,000 yuan, heads about everything above."""
    tiers: list[tuple[str, dict[str, int]]] = [
        ("shift_leader", {"below_amount": 300_001}),
        ("department_head", {"from_amount": 300_001}),
    ]
    for place, (role, span) in enumerate(tiers, start=1):
        await an_approval_policy(
            db, position=place, kinds=["refund"], approver_role=role, deadline_seconds=3600, **span
        )


async def only_refund(db: Session) -> Refund:
    return (await db.scalars(select(Refund))).one()


def test_coupons_are_shared_out_and_parts_never_exceed_what_was_paid() -> None:
    line = Bought(units=3, price=10_000)

    parts = [paid_for(line, 1, discount=1_001, order_price=20_000) for _ in range(3)]

    assert parts == [3_166, 3_166, 3_166]
    assert paid_for(line, 3, discount=1_001, order_price=20_000) == 9_499
    assert paid_for(line, 1, discount=0, order_price=0) == 0


@pytest.mark.parametrize(
    ("given", "parts"),
    [
        ({"by_shop": True, "whole_order": True}, (9_000, 1_000, 0)),
        ({"by_shop": True, "whole_order": False}, (9_000, 0, 0)),
        ({"by_shop": False, "whole_order": True, "insurance": 1_200}, (9_000, 0, 1_200)),
        ({"by_shop": True, "whole_order": True, "insurance": 1_200}, (9_000, 1_000, 0)),
        ({"by_shop": True, "whole_order": True, "refunded_before": 2_000}, (8_000, 0, 0)),
        ({"by_shop": True, "whole_order": True, "refunded_before": 99_999}, (0, 0, 0)),
    ],
)
def test_what_goes_back_has_its_parts(given: dict[str, Any], parts: tuple[int, int, int]) -> None:
    found = refundable([5_000, 4_000], shipping_paid=1_000, order_paid=10_000, **given)

    assert (found.goods, found.shipping, found.insurance) == parts
    assert found.total == parts[0] + parts[1]


async def test_within_the_limit_an_agent_refunds_alone(db: Session) -> None:
    case = await an_inspected_case(db, order=await an_order(db, status="delivered", total=9_900))
    agent = await an_actor(db, role="agent")

    given = await refund(db, case, amount=9_900, note="", by=agent)

    order = await db.get_one(Order, case.order_id)
    line = (await db.scalars(select(OrderLine))).one()
    assert (given.status, case.status) == ("paid", "done")
    assert (order.refunded_amount, line.returned_quantity) == (9_900, 1)


async def test_above_the_limit_a_second_person_agrees(db: Session) -> None:
    case = await an_inspected_case(db)
    agent = await an_actor(db, role="agent")
    asked = await refund(db, case, amount=69_900, note="全额", by=agent)
    waiting = case.node

    with pytest.raises(Forbidden):
        await decide_refund(db, case, asked, agreed=True, note="", by=agent)
    leader = await an_actor(db, role="shift_leader")
    await decide_refund(db, case, asked, agreed=True, note="", by=leader)

    assert (waiting, asked.status, case.status) == ("refund", "paid", "done")


async def test_what_is_decided_in_the_list_of_approvals_is_carried_out_once(db: Session) -> None:
    case = await an_inspected_case(db)
    asked = await refund(db, case, amount=69_900, note="", by=await an_actor(db, role="agent"))
    (approval,) = (await approvals_about(db, [case.id]))[case.id]
    leader = await an_actor(db, role="shift_leader")
    await decide(db, approval, granted=True, comment="", by=leader)

    for _ in range(2):
        granted = [fact for fact in await facts_so_far(db) if fact.kind == "approval.granted"]
        await carry_out_what_was_decided(db, granted)

    assert (approval.amount, approval.limit_amount) == (69_900, 20_000)
    assert (asked.status, case.status) == ("paid", "done")
    told = [fact.kind for fact in await facts_so_far(db) if fact.subject == case.id]
    assert told.count("return.refund_decided") == 1


async def test_a_second_inspection_calls_off_what_waits_for_approval(db: Session) -> None:
    case = await an_inspected_case(db)
    agent, other = await an_actor(db, role="agent"), await an_actor(db, role="department_head")
    asked = await refund(db, case, amount=69_900, note="", by=agent)
    raised = await dispute(db, case, text="外壳有裂纹", complaint=False, by=agent.id)

    await decide_dispute(db, case, raised, decision="reinspect", grounds="需要复检", by=other.id)

    (approval,) = (await approvals_about(db, [case.id]))[case.id]
    assert (approval.state, asked.status, case.node) == ("withdrawn", "refused", "inspect")


async def test_whoever_agrees_is_whom_the_policy_names(db: Session) -> None:
    case = await an_inspected_case(db, order=await an_order(db, status="delivered", total=500_000))
    asked = await refund(db, case, amount=500_000, note="", by=await an_actor(db, role="agent"))
    leader = await an_actor(db, role="shift_leader")

    with pytest.raises(Forbidden) as refused:
        await decide_refund(db, case, asked, agreed=True, note="", by=leader)

    assert refused.value.code == "not_approver"
    assert case.is_open()


async def test_a_refused_refund_may_be_asked_for_anew(db: Session) -> None:
    case = await an_inspected_case(db)
    agent, head = await an_actor(db, role="agent"), await an_actor(db, role="shift_leader")
    asked = await refund(db, case, amount=69_900, note="", by=agent)
    with pytest.raises(Conflict) as waiting:
        await refund(db, case, amount=100, note="", by=agent)
    await decide_refund(db, case, asked, agreed=False, note="请核对", by=head)

    again = await refund(db, case, amount=20_000, note="", by=agent)

    assert waiting.value.code == "waits_for_approval"
    assert (asked.status, again.status, case.status) == ("refused", "paid", "done")


@pytest.mark.parametrize("amount", [0, -5, 69_901])
async def test_more_than_was_paid_or_nothing_is_refused(db: Session, amount: int) -> None:
    case = await an_inspected_case(db)

    with pytest.raises(Invalid) as refused:
        await refund(db, case, amount=amount, note="", by=await an_actor(db, role="agent"))

    assert refused.value.field == "amount"


async def test_a_refund_outside_its_node_is_refused(db: Session) -> None:
    case = await an_inspected_case(db, accepted=False, determination="misuse")

    with pytest.raises(Conflict):
        await refund(db, case, amount=1, note="", by=await an_actor(db, role="administrator"))


async def test_the_offer_says_what_one_may_give_alone(db: Session) -> None:
    case = await an_inspected_case(db, reason="quality")

    offer = await offer_for(db, case, await an_actor(db, role="agent"))

    assert (offer.parts.total, offer.limit, offer.needs_approval(20_001)) == (69_900, 20_000, True)


async def test_both_systems_keep_who_booked_what_and_when(db: Session, clock: Any) -> None:
    case = await an_inspected_case(db)
    head = await an_actor(db, role="department_head")
    await refund(db, case, amount=69_900, note="", by=head)
    given = await only_refund(db)
    clock.advance(timedelta(hours=3))

    for _ in range(2):
        await post_from_finance(
            db, given.id, status="paid", amount=69_900, operator="财务-陈", at=now()
        )

    order = await db.get_one(Order, case.order_id)
    assert order.refunded_amount == 69_900
    booked = (await postings_of(db, [given.id]))[given.id]
    assert [(one.system, one.status) for one in booked] == [
        ("crm", "requested"),
        ("crm", "paid"),
        ("finance", "paid"),
    ]
    assert (booked[1].agent_id, booked[2].operator, booked[2].at) == (head.id, "财务-陈", now())
    assert await reasons(db) == []


@pytest.mark.parametrize(
    ("posted", "hours", "why"),
    [
        (None, 23, None),
        (None, 25, "missing"),
        (("failed", 69_900), 1, "status"),
        (("paid", 69_800), 1, "amount"),
        (("paid", 69_900), 1, None),
    ],
)
async def test_what_the_systems_tell_otherwise_is_on_the_list(
    db: Session, clock: Any, posted: tuple[Any, int] | None, hours: int, why: str | None
) -> None:
    case = await an_inspected_case(db)
    await refund(db, case, amount=69_900, note="", by=await an_actor(db, role="department_head"))
    given = await only_refund(db)
    clock.advance(timedelta(hours=hours))
    if posted:
        status, amount = posted
        await post_from_finance(db, given.id, status=status, amount=amount, operator="W", at=now())

    assert await reasons(db) == ([why] if why else [])


async def reasons(db: Session) -> list[str]:
    """Why refunds are on the list."""
    actor = await an_actor(db, role="department_head")
    found, _ = await mismatches_for(db, actor, cursor=None, limit=25)
    return [one.why for one in found]
