from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from kefu.core.clock import frozen
from kefu.core.db import Session
from kefu.core.events import Fact
from kefu.core.ids import uuid7
from kefu.identity.tests.desk import Desk, desk_of
from kefu.identity.tests.factories import a_department, an_agent
from kefu.identity.tests.visiting import counted, kinds_recorded
from kefu.promises import scan
from kefu.workflows import Approval, approvals_with
from kefu.workflows.reactions_approvals import escalate, forget_words
from kefu.workflows.routes_approvals import policies_router, router
from kefu.workflows.tests.asking import a_policy, an_approval

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


@pytest.fixture
async def desk(db: Session) -> AsyncIterator[Desk]:
    async with desk_of(db, router, policies_router) as desk:
        yield desk


async def notices(db: Session, approval: Approval, kind: str) -> set[UUID]:
    rows = await db.execute(
        text("select agent_id from notifications where subject = :id and kind = :kind"),
        {"id": approval.id, "kind": kind},
    )
    return set(rows.scalars())


async def waiting(desk: Desk) -> list[str]:
    items: list[dict[str, Any]] = (await desk.get("/approvals")).json()["items"]
    return [item["id"] for item in items]


async def facts_of(db: Session, kind: str) -> list[Fact]:
    rows = await db.execute(
        text(
            "select id, kind, subject, conversation, customer, actor, details, at "
            "from facts where kind = :kind order by id"
        ),
        {"kind": kind},
    )
    return [Fact(*row) for row in rows]


async def test_the_policy_of_the_amount_says_who_decides(db: Session) -> None:
    leader = await an_agent(db, role="shift_leader")
    head = await an_agent(db, role="department_head")
    await a_policy(db, kinds=["refund"], below_amount=100_000, approver_role="shift_leader")
    await a_policy(db, kinds=["refund"], from_amount=100_000, approver_id=head.id)

    small = await an_approval(db, amount=99_999)
    large = await an_approval(db, amount=100_000)
    foreign = await an_approval(db, amount=100_000, currency="USD")

    assert await notices(db, small, "approval.requested") == {leader.id}
    assert await notices(db, large, "approval.requested") == {head.id}
    assert foreign.names_nobody()
    assert await notices(db, foreign, "approval.requested") >= {head.id}
    assert leader.id not in await notices(db, foreign, "approval.requested")


async def test_asking_twice_with_one_key_asks_once(db: Session) -> None:
    first = await an_approval(db, key="refund:1")
    again = await an_approval(db, key="refund:1")

    assert again.id == first.id
    assert (await kinds_recorded(db)).count("approval.requested") == 1


async def test_the_named_approver_decides_once(db: Session, desk: Desk) -> None:
    asker = await an_agent(db)
    leader = await desk.sign_in("shift_leader")
    await a_policy(db, approver_role="shift_leader")
    approval = await an_approval(db, by=asker.id, payload={"refund": uuid7()})

    listed = await waiting(desk)
    path = f"/approvals/{approval.id}/decision"
    granted = await desk.put(path, {"granted": True, "comment": "同意"})
    same = await desk.put(path, {"granted": True, "comment": "同意"})
    other = await desk.put(path, {"granted": False, "comment": "不"})

    assert listed == [str(approval.id)]
    assert granted.status_code == same.status_code == 200
    assert granted.json()["state"] == "granted"
    assert granted.json()["decided_by"]["id"] == str(leader.id)
    assert [line["kind"] for line in granted.json()["history"]] == [
        "approval.requested",
        "approval.granted",
    ]
    assert other.status_code == 409
    assert (await kinds_recorded(db)).count("approval.granted") == 1
    assert await waiting(desk) == []
    assert await notices(db, approval, "approval.requested") == set()
    assert await notices(db, approval, "approval.decided") == {asker.id}
    assert (await approvals_with(db, [approval.id]))[approval.id].payload["refund"]


async def test_nobody_decides_about_their_own_question(db: Session, desk: Desk) -> None:
    head = await desk.sign_in("department_head")
    approval = await an_approval(db, by=head.id)

    refused = await desk.put(f"/approvals/{approval.id}/decision", {"granted": True})

    assert refused.status_code == 403
    assert refused.json()["code"] == "own"
    assert await waiting(desk) == []
    assert approval.state == "pending"


async def test_who_is_not_named_neither_sees_nor_decides(db: Session, desk: Desk) -> None:
    await a_policy(db, approver_role="shift_leader")
    approval = await an_approval(db)
    await desk.sign_in("agent")
    hidden = await desk.get(f"/approvals/{approval.id}")
    await desk.sign_in("administrator")
    seen = await desk.get(f"/approvals/{approval.id}")
    refused = await desk.put(f"/approvals/{approval.id}/decision", {"granted": True})

    assert hidden.status_code == 404
    assert seen.status_code == 200
    assert refused.status_code == 403
    assert refused.json()["code"] == "not_approver"


async def test_a_role_in_a_department_means_both(db: Session, desk: Desk) -> None:
    finance = await a_department(db, name="财务部")
    await a_policy(db, approver_role="shift_leader", approver_department_id=finance.id)
    approval = await an_approval(db)
    await desk.sign_in("shift_leader")
    elsewhere = await waiting(desk)
    await desk.sign_in("shift_leader", department_id=finance.id)

    assert elsewhere == []
    assert await waiting(desk) == [str(approval.id)]


async def test_a_denial_says_why(db: Session, desk: Desk) -> None:
    await desk.sign_in("department_head")
    approval = await an_approval(db)

    without = await desk.put(f"/approvals/{approval.id}/decision", {"granted": False})
    denied = await desk.put(
        f"/approvals/{approval.id}/decision", {"granted": False, "comment": "请先补充照片"}
    )

    assert without.status_code == 422
    assert without.json()["field"] == "comment"
    assert denied.json()["comment"] == "请先补充照片"
    assert "照片" not in str((await facts_of(db, "approval.denied"))[0].details)


async def test_who_asked_takes_it_back_and_nobody_else(db: Session, desk: Desk) -> None:
    approval = await an_approval(db)
    await desk.sign_in("department_head")
    refused = await desk.put(f"/approvals/{approval.id}/withdrawal")
    asker = await desk.sign_in("agent")
    own = await an_approval(db, by=asker.id)

    withdrawn = await desk.put(f"/approvals/{own.id}/withdrawal")

    assert refused.status_code == 403
    assert withdrawn.json()["state"] == "withdrawn"
    assert not withdrawn.json()["may_withdraw"]


async def test_a_colleague_decides_instead(db: Session, desk: Desk) -> None:
    await a_policy(db, approver_role="shift_leader")
    asker = await an_agent(db)
    expert = await an_agent(db, role="expert")
    await desk.sign_in("shift_leader")
    approval = await an_approval(db, by=asker.id)
    path = f"/approvals/{approval.id}/delegation"

    to_asker = await desk.put(path, {"agent_id": str(asker.id)})
    delegated = await desk.put(path, {"agent_id": str(expert.id)})

    assert to_asker.status_code == 422
    assert delegated.json()["delegated_to"]["id"] == str(expert.id)
    assert not delegated.json()["may_decide"]
    assert await notices(db, approval, "approval.requested") == {expert.id}


async def test_what_nobody_decided_in_time_comes_to_the_head_once(db: Session, desk: Desk) -> None:
    head = await desk.sign_in("department_head")
    finance = await a_department(db, name="财务部", head_id=head.id)
    await a_policy(db, approver_department_id=finance.id, deadline_seconds=3600)
    with frozen(NOON) as clock:
        approval = await an_approval(db)
        before = await waiting(desk)
        clock.advance(timedelta(hours=1))
        await scan(db)
        due = await facts_of(db, "clock.due")
        await escalate(db, due)
        await escalate(db, due)

    assert before == []
    assert await waiting(desk) == [str(approval.id)]
    assert await notices(db, approval, "approval.escalated") == {head.id}
    assert (await kinds_recorded(db)).count("approval.escalated") == 1


async def test_a_decision_stops_the_deadline(db: Session, desk: Desk) -> None:
    await a_policy(db, approver_role="department_head", deadline_seconds=3600)
    await desk.sign_in("department_head")
    with frozen(NOON) as clock:
        approval = await an_approval(db)
        await desk.put(f"/approvals/{approval.id}/decision", {"granted": True})
        clock.advance(timedelta(hours=2))
        await scan(db)

    assert "clock.due" not in await kinds_recorded(db)


async def test_a_list_asks_the_same_number_of_queries(db: Session, desk: Desk) -> None:
    await desk.sign_in("department_head")
    await an_approval(db, by=(await an_agent(db)).id)
    with counted(db) as one:
        await waiting(desk)
    for _ in range(24):
        await an_approval(db, by=(await an_agent(db)).id)
    with counted(db) as many:
        listed = await waiting(desk)

    assert len(listed) == 25
    assert len(many) == len(one)


async def test_a_policy_names_somebody_who_exists(desk: Desk) -> None:
    await desk.sign_in("administrator")
    nobody = await desk.post("/approval-policies", {"name": "退款"})
    unknown = await desk.post("/approval-policies", {"name": "退款", "approver_role": "king"})
    between = {"name": "退款", "approver_role": "expert", "from_amount": 5, "below_amount": 5}
    empty = await desk.post("/approval-policies", between)
    made = await desk.post("/approval-policies", between | {"below_amount": None})
    taken = await desk.post("/approval-policies", between | {"below_amount": None})
    path = f"/approval-policies/{made.json()['id']}"
    changed = await desk.patch(path, {"deadline_seconds": 7200})
    removed = await desk.delete(path)

    assert (nobody.status_code, nobody.json()["field"]) == (422, "approver_id")
    assert (unknown.status_code, unknown.json()["field"]) == (422, "approver_role")
    assert (empty.status_code, empty.json()["field"]) == (422, "below_amount")
    assert made.status_code == 201
    assert taken.status_code == 409
    assert changed.json()["deadline_seconds"] == 7200
    assert removed.status_code == 204


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"amount": -1}, "amount"),
        ({"amount": 5, "currency": None}, "currency"),
        ({"amount": 5, "currency": "yuan"}, "currency"),
        ({"what": "Refund it"}, "what"),
        ({"reason": "长" * 1001}, "reason"),
        ({"reason": "a\x00b"}, "reason"),
        ({"payload": {"text": "x" * 9000}}, "payload"),
    ],
)
async def test_an_odd_request_is_refused_by_its_field(
    db: Session, given: dict[str, Any], field: str
) -> None:
    with pytest.raises(Exception) as refused:  # noqa: PT011 - its field is looked at
        await an_approval(db, **given)

    assert getattr(refused.value, "field", None) == field


async def test_no_word_about_an_erased_customer_is_kept(db: Session) -> None:
    customer = uuid7()
    approval = await an_approval(db, customer=customer)
    erased = Fact(1, "customer.erased", customer, None, customer, None, {}, NOON)

    await forget_words(db, [erased])
    await db.refresh(approval)

    assert approval.reason == ""
    assert approval.state == "pending"
