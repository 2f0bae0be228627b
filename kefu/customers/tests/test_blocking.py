from __future__ import annotations

from typing import Any

import pytest

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.ids import uuid7
from kefu.customers import Grounds, block_customer, merge, shutting, unblock_customer, unmerge
from kefu.customers.merging import gather_strays
from kefu.customers.model import Customer
from kefu.customers.tests.conftest import Desk
from kefu.customers.tests.factories import a_customer
from kefu.identity.tests.factories import an_agent

ALLOWED = {"senior_agent", "expert", "shift_leader", "department_head", "administrator"}
REFUSED = {"agent", "quality_inspector", "trainer", "other_department", "auditor"}


async def test_a_customer_is_blocked_once_and_unblocked(
    db: Session, desk: Desk, facts: Any
) -> None:
    customer = await a_customer(db)
    agent = await desk.sign_in()

    blocked = [await desk.put(f"/customers/{customer.id}/block") for _ in range(2)]
    opened = [await desk.delete(f"/customers/{customer.id}/block") for _ in range(2)]

    assert {answer.status_code for answer in blocked + opened} == {200}
    assert [bool(answer.json()["blocked_at"]) for answer in blocked + opened] == [
        *(True, True),
        *(False, False),
    ]
    told = [(fact.kind, fact.actor) for fact in await facts() if fact.subject == customer.id]
    assert told == [("customer.blocked", agent.id), ("customer.unblocked", agent.id)]


@pytest.mark.parametrize("role", sorted(ALLOWED | REFUSED))
async def test_whoever_may_block_a_conversation_may_block_its_customer(
    db: Session, desk: Desk, role: str
) -> None:
    agent = await desk.sign_in(role)
    customer = await a_customer(db, served_by=agent.id)

    answers = [
        await desk.put(f"/customers/{customer.id}/block"),
        await desk.delete(f"/customers/{customer.id}/block"),
    ]
    page = (await desk.get(f"/customers/{customer.id}")).json()

    wanted = 200 if role in ALLOWED else 403
    assert [answer.status_code for answer in answers] == [wanted, wanted]
    assert ("block" in page["allowed"]) == (role in ALLOWED)


async def test_a_customer_whom_one_does_not_serve_is_not_there(db: Session, desk: Desk) -> None:
    customer = await a_customer(db)
    await desk.sign_in("senior_agent")

    assert (await desk.put(f"/customers/{customer.id}/block")).status_code == 404
    assert customer.blocked_at is None


async def test_what_is_no_customer_is_not_blocked(db: Session, desk: Desk) -> None:
    erased = await a_customer(db, erased_at=now())
    await desk.sign_in()

    answers = [await desk.put(f"/customers/{one}/block") for one in ("no-id", uuid7(), erased.id)]

    assert [answer.status_code for answer in answers] == [422, 404, 409]
    assert (answers[0].json()["field"], erased.blocked_at) == ("customer_id", None)


async def test_one_who_was_merged_away_is_blocked_as_who_stays(db: Session, desk: Desk) -> None:
    kept, gone = await a_customer(db), await a_customer(db)
    await merge(db, gone, into=kept, grounds=Grounds())
    await desk.sign_in()

    answer = await desk.put(f"/customers/{gone.id}/block")

    assert answer.json()["id"] == str(kept.id)
    assert (kept.blocked_at is not None, gone.blocked_at) == (True, None)


async def test_a_block_comes_with_a_merge_and_goes_with_its_undoing(db: Session) -> None:
    head = await an_agent(db, role="department_head")
    kept, gone = await a_customer(db), await a_customer(db)
    await block_customer(db, gone, by=head.id)

    merged = await merge(db, gone, into=kept, grounds=Grounds())
    during = kept.blocked_at
    await unmerge(db, merged, reason="mistake", by=head.id)

    assert during == gone.blocked_at
    assert (kept.blocked_at, gone.blocked_at is not None) == (None, True)


async def test_who_was_let_in_is_not_blocked_again_by_another_merge(db: Session) -> None:
    head = await an_agent(db, role="department_head")
    kept, gone, third = [await a_customer(db) for _ in range(3)]
    await block_customer(db, gone, by=head.id)
    await merge(db, gone, into=kept, grounds=Grounds())

    await unblock_customer(db, kept, by=head.id)
    await merge(db, third, into=kept, grounds=Grounds())

    assert kept.blocked_at is None


async def test_the_undoing_gives_back_the_block_of_who_was_let_in_meanwhile(db: Session) -> None:
    head = await an_agent(db, role="department_head")
    kept, gone = [await a_customer(db) for _ in range(2)]
    for one in (kept, gone):
        await block_customer(db, one, by=head.id)
    before = gone.blocked_at
    merged = await merge(db, gone, into=kept, grounds=Grounds())

    await unblock_customer(db, kept, by=head.id)
    during = kept.blocked_at
    await unmerge(db, merged, reason="mistake", by=head.id)

    assert (during, kept.blocked_at, gone.blocked_at) == (None, None, before)


@pytest.mark.parametrize("is_blocked", [True, False])
async def test_what_strays_to_a_blocked_customer_after_a_merge_is_shut(
    db: Session, monkeypatch: pytest.MonkeyPatch, is_blocked: bool
) -> None:
    head = await an_agent(db, role="department_head")
    kept, gone = await a_customer(db), await a_customer(db)
    await merge(db, gone, into=kept, grounds=Grounds())
    if is_blocked:
        await block_customer(db, kept, by=head.id)
    shut: list[Any] = []

    async def follow(_: Session, customer: Customer, *, by: Any) -> None:
        shut.append((customer.id, by))

    monkeypatch.setattr(shutting, "FOLLOWING", [follow])
    await gather_strays(db, {gone.id})

    assert shut == ([(kept.id, None)] if is_blocked else [])
