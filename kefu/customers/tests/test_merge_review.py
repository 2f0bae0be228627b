from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from kefu.core.db import Session
from kefu.core.events import Fact, FactRow
from kefu.core.ids import uuid7
from kefu.customers import Customer, identify
from kefu.customers.deciding import merge_sure
from kefu.customers.model import MergeCandidate
from kefu.customers.tests.conftest import Desk
from kefu.customers.tests.factories import a_customer, an_identity

SHOP = uuid7()


async def matches(db: Session) -> list[Fact]:
    rows = await db.scalars(
        select(FactRow).where(FactRow.kind == "customer.match_found").order_by(FactRow.id)
    )
    return [
        Fact(one.id, one.kind, one.subject, None, one.customer, None, one.details, one.at)
        for one in rows
    ]


async def a_pair(db: Session) -> tuple[Customer, Customer]:
    """Two customers, one of whom types the telephone number that the other proved."""
    one = await identify(
        db, identities=[("openid", str(uuid7()), True), ("phone", "13800138000", True)], name="李雷"
    )
    other = await identify(
        db,
        identities=[("visitor", str(uuid7()), False)],
        scope=SHOP,
        name="李雷",
        phone="138 0013 8000",
    )
    return one, other


async def test_three_customers_who_prove_one_telephone_are_merged(db: Session) -> None:
    phone = ("phone", "13800138000", True)
    member = await identify(db, identities=[("external_id", "42", True)], scope=SHOP)
    follower = await identify(db, identities=[("openid", "o-1", True)], scope=SHOP)
    writer = await identify(db, identities=[("email", "li@example.com", True)])
    for proven in (("external_id", "42", True), ("openid", "o-1", True)):
        await identify(db, identities=[proven, phone], scope=SHOP)
    await identify(db, identities=[("email", "li@example.com", True), phone])

    merged = await merge_sure(db, await matches(db))

    assert {one.gone_id for one in merged} == {follower.id, writer.id}
    assert follower.merged_into == writer.merged_into == member.id
    assert all(one.automatic and one.confidence >= 0.9 for one in merged)


async def test_who_contradicts_stays_for_review(db: Session) -> None:
    phone = ("phone", "13800138000", True)
    one = await identify(db, identities=[("external_id", "1", True), phone], scope=SHOP)
    other = await identify(db, identities=[("external_id", "2", True), phone], scope=SHOP)

    merged = await merge_sure(db, await matches(db))

    candidate = (await db.scalars(select(MergeCandidate))).one()
    assert (merged, one.merged_into, other.merged_into) == ([], None, None)
    assert (candidate.decided_at, candidate.confidence) == (None, 0.097)
    assert candidate.evidence[0]["agrees"] is False


async def test_a_pair_is_shown_side_by_side_with_its_reasons(db: Session, desk: Desk) -> None:
    one, other = await a_pair(db)
    await desk.sign_in()

    [row] = (await desk.get("/merge-candidates")).json()["items"]
    page = (await desk.get(f"/merge-candidates/{row['id']}")).json()

    assert {row["one"]["id"], row["other"]["id"]} == {str(one.id), str(other.id)}
    assert row["confidence"] == 0.79
    assert [(sign["sign"], sign["proof"]) for sign in row["signs"]] == [
        ("phone", "one"),
        ("name", "said"),
    ]
    assert {detail["id"] for detail in page["details"]} == {str(one.id), str(other.id)}
    assert (page["suggested"], page["allowed"]) == (str(one.id), ["merge", "reject"])
    assert "13800138000" not in str(page)


async def test_a_pair_is_merged_and_undone_and_then_kept_apart(db: Session, desk: Desk) -> None:
    one, other = await a_pair(db)
    agent = await desk.sign_in()
    [row] = (await desk.get("/merge-candidates")).json()["items"]
    path = f"/merge-candidates/{row['id']}"

    done = (await desk.post(f"{path}/merger", {"kept": str(other.id)})).json()

    assert (done["status"], done["decided_by"]["id"]) == ("merged", str(agent.id))
    assert (await desk.get(f"/customers/{one.id}")).json()["id"] == str(other.id)
    assert (await desk.get("/merge-candidates")).json()["items"] == []
    [made] = (await desk.get(f"/customers/{other.id}/merges")).json()["items"]
    assert (made["id"], made["gone"]["id"], made["allowed"]) == (
        done["merge"],
        str(one.id),
        ["undo"],
    )

    undone = await desk.post(f"/customer-merges/{made['id']}/reversal", {"reason": "shared_phone"})

    assert (undone.json()["undone_reason"], undone.json()["allowed"]) == ("shared_phone", [])
    assert (await desk.get(f"/customers/{one.id}")).json()["id"] == str(one.id)
    again = (await desk.get(path)).json()
    assert (again["status"], again["why"], again["allowed"]) == (
        "rejected",
        "shared_phone",
        ["reopen"],
    )


async def test_two_people_are_not_merged_by_the_product_any_more(db: Session, desk: Desk) -> None:
    one, other = await a_pair(db)
    await desk.sign_in()
    [row] = (await desk.get("/merge-candidates")).json()["items"]
    path = f"/merge-candidates/{row['id']}"
    rejected = await desk.post(f"{path}/rejection", {"reason": "different_people"})
    facts = await matches(db)

    assert (rejected.json()["status"], rejected.json()["why"]) == ("rejected", "different_people")
    assert (await desk.post(f"{path}/merger", {})).status_code == 409
    assert await merge_sure(db, facts) == []
    assert one.merged_into is other.merged_into is None

    await desk.delete(f"{path}/rejection")

    assert [one["id"] for one in (await desk.get("/merge-candidates")).json()["items"]] == [
        row["id"]
    ]


async def test_a_merge_by_hand_names_the_field_that_is_wrong(db: Session, desk: Desk) -> None:
    one, other = await a_customer(db), await a_customer(db)
    await desk.sign_in()
    path = f"/customers/{one.id}/merger"

    done = await desk.post(path, {"into": str(other.id), "reason": "duplicate_import"})
    wrong = [
        await desk.post(path, {"into": str(uuid7())}),
        await desk.post(path, {"into": str(other.id)}),
        await desk.post(f"/customers/{other.id}/merger", {"into": str(one.id)}),
        await desk.post(f"/customers/{other.id}/merger", {"into": str(other.id)}),
        await desk.post(f"/customers/{other.id}/merger", {"into": "x"}),
    ]

    assert done.json()["id"] == str(other.id)
    assert [(answer.status_code, answer.json()["field"]) for answer in wrong] == [
        (404, "into"), (409, "into"), (409, "into"), (422, "into"), (422, "into"),
    ]  # fmt: skip


@pytest.mark.parametrize(("role", "status"), [("agent", 403), ("senior_agent", 200)])
async def test_only_some_roles_merge(db: Session, desk: Desk, role: str, status: int) -> None:
    agent = await desk.sign_in(role)
    one, other = [await a_customer(db, served_by=agent.id) for _ in range(2)]

    answer = await desk.post(f"/customers/{one.id}/merger", {"into": str(other.id)})

    assert answer.status_code == status


async def test_pairs_of_strangers_are_not_shown(db: Session, desk: Desk) -> None:
    one, other = await a_pair(db)
    await desk.sign_in("agent")
    [candidate] = (await db.scalars(select(MergeCandidate))).all()

    assert (await desk.get("/merge-candidates")).json()["items"] == []
    assert (await desk.get(f"/merge-candidates/{candidate.id}")).status_code == 404
    assert (await desk.get(f"/customers/{one.id}/merges")).status_code == 404
    assert {one.id, other.id} == {candidate.one_id, candidate.other_id}


async def some_candidates(db: Session, amount: int) -> None:
    for number in range(amount):
        one, other = sorted([await a_customer(db), await a_customer(db)], key=lambda one: one.id)
        await an_identity(db, one, "openid", f"o-{number}")
        db.add(
            MergeCandidate(
                one_id=one.id, other_id=other.id, kind="phone", verified=True, confidence=0.5
            )
        )
    await db.flush()


@pytest.mark.parametrize("amount", [1, 25, 100])
async def test_a_page_of_pairs_takes_the_same_number_of_queries(
    db: Session, desk: Desk, counting: Any, amount: int
) -> None:
    await some_candidates(db, amount)
    await desk.sign_in()

    with counting() as statements:
        answer = await desk.get("/merge-candidates", params={"limit": 100})

    assert len(answer.json()["items"]) == amount, answer.text
    assert len(statements) == 4


async def test_pages_of_pairs_follow_each_other(db: Session, desk: Desk) -> None:
    await some_candidates(db, 7)
    await desk.sign_in()

    seen: list[UUID] = []
    cursor: str | None = ""
    while cursor is not None:
        page = (await desk.get("/merge-candidates", params={"limit": 3, "cursor": cursor})).json()
        seen += [row["id"] for row in page["items"]]
        cursor = page["next_cursor"]

    assert len(seen) == len(set(seen)) == 7
