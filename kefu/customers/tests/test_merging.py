from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from kefu.core.db import Session
from kefu.core.errors import Conflict, Invalid
from kefu.customers import Grounds, customer_for, merge, unmerge
from kefu.customers.consents import Proof, consents_of, give_consent, has_consent
from kefu.customers.identities import identities_of
from kefu.customers.labels import label_customer, labels_named
from kefu.customers.model import Customer, Identity
from kefu.customers.notes import note, notes_of
from kefu.customers.personal_data import erase_customer
from kefu.customers.tests.factories import a_customer, a_label, an_identity
from kefu.identity import actor_for_agent
from kefu.identity.tests.factories import an_agent

BY_HAND = Grounds(by=None)


async def values_of(db: Session, customer: Customer) -> list[str]:
    return [one.value for one in await identities_of(db, customer.id)]


async def test_identities_notes_and_labels_follow_and_come_back(db: Session) -> None:
    head = await an_agent(db, role="department_head")
    kept, gone = await a_customer(db, name="李雷"), await a_customer(db, name="李雷")
    await an_identity(db, kept, "external_id", "42")
    await an_identity(db, gone, "openid", "o-1")
    both, his = await a_label(db), await a_label(db)
    await label_customer(db, kept, [both.id], by=head.id)
    await label_customer(db, gone, [both.id, his.id], by=head.id)
    await note(db, gone, text="要开发票", by=head.id)

    merged = await merge(db, gone, into=kept, grounds=BY_HAND)

    assert sorted(await values_of(db, kept)) == ["42", "o-1"]
    assert {one.id for one in (await labels_named(db, [kept.id]))[kept.id]} == {both.id, his.id}
    assert [one.text for one in (await notes_of(db, kept, cursor=None, limit=9))[0]] == ["要开发票"]
    assert merged.moved == {"identities": 1, "notes": 1, "labels": 1}

    await unmerge(db, merged, reason="mistake", by=head.id)

    assert (await values_of(db, kept), await values_of(db, gone)) == (["42"], ["o-1"])
    labels = await labels_named(db, [kept.id, gone.id])
    assert [one.id for one in labels[kept.id]] == [both.id]
    assert {one.id for one in labels[gone.id]} == {both.id, his.id}
    assert (await notes_of(db, kept, cursor=None, limit=9))[0] == []


async def test_an_unmerge_in_the_middle_takes_only_its_own(db: Session) -> None:
    head = await an_agent(db, role="department_head")
    people = [await a_customer(db) for _ in range(3)]
    for number, one in enumerate(people):
        await an_identity(db, one, "openid", f"o-{number}")
    grandchild, child, root = people
    first = await merge(db, grandchild, into=child, grounds=BY_HAND)
    await merge(db, child, into=root, grounds=BY_HAND)

    await unmerge(db, first, reason="mistake", by=head.id)

    assert await values_of(db, grandchild) == ["o-0"]
    assert sorted(await values_of(db, root)) == ["o-1", "o-2"]
    assert (grandchild.merged_into, child.merged_into) == (None, root.id)


async def test_the_one_who_stays_says_what_both_said_and_forgets_it_again(db: Session) -> None:
    head = await an_agent(db, role="department_head")
    kept = await a_customer(db, phone="+8613800138000", attributes={"city": "上海"})
    gone = await a_customer(
        db, email="li@example.com", tier="gold", attributes={"city": "北京", "size": "m"}
    )
    merged = await merge(db, gone, into=kept, grounds=BY_HAND)
    together = (kept.phone, kept.email, kept.tier, kept.attributes)

    await unmerge(db, merged, reason="mistake", by=head.id)

    assert together == ("+8613800138000", "li@example.com", "gold", {"city": "上海", "size": "m"})
    assert (kept.phone, kept.email, kept.tier, kept.attributes, kept.own) == (
        "+8613800138000", None, "standard", {"city": "上海"}, {},
    )  # fmt: skip


async def test_what_was_written_onto_the_one_who_stays_remains(db: Session) -> None:
    head = await an_agent(db, role="department_head")
    kept, gone = await a_customer(db), await a_customer(db, email="old@example.com")
    merged = await merge(db, gone, into=kept, grounds=BY_HAND)
    kept.email = "new@example.com"

    await unmerge(db, merged, reason="mistake", by=head.id)

    assert (kept.email, gone.email) == ("new@example.com", "old@example.com")


async def test_a_consent_of_both_is_there_twice_again(db: Session) -> None:
    head = await an_agent(db, role="department_head")
    kept, gone = await a_customer(db), await a_customer(db)
    for one in (kept, gone):
        await give_consent(db, one, "care", proof=Proof("phone", "口头"))
    await give_consent(db, gone, "survey", proof=Proof("phone", "口头"))
    merged = await merge(db, gone, into=kept, grounds=BY_HAND)
    agreed = await has_consent(db, kept.id, "survey")

    await unmerge(db, merged, reason="mistake", by=head.id)

    assert agreed
    assert [one.purpose for one in await consents_of(db, kept.id)] == ["care"]
    assert {one.purpose for one in await consents_of(db, gone.id)} == {"care", "survey"}


async def test_the_id_of_one_merged_away_leads_to_the_one_who_stays(db: Session) -> None:
    head = await an_agent(db, role="department_head")
    actor = await actor_for_agent(db, head.id)
    assert actor is not None
    first, second, last = [await a_customer(db) for _ in range(3)]
    await merge(db, first, into=second, grounds=BY_HAND)
    await merge(db, second, into=last, grounds=BY_HAND)

    found = [await customer_for(db, actor, one.id) for one in (first, second, last)]

    assert found == [last, last, last]


async def test_a_circle_of_three_is_refused_by_its_field_and_changes_nothing(db: Session) -> None:
    first, second, third = [await a_customer(db, name="王") for _ in range(3)]
    await merge(db, first, into=second, grounds=BY_HAND)
    await merge(db, second, into=third, grounds=BY_HAND)

    for into in (first, second):
        with pytest.raises(Conflict) as refused:
            await merge(db, third, into=into, grounds=BY_HAND)
        assert (refused.value.field, refused.value.code) == ("into", "merge_cycle")

    await db.flush()
    assert (first.merged_into, second.merged_into, third.merged_into) == (third.id, third.id, None)


async def test_what_makes_no_sense_is_refused_by_its_field(db: Session) -> None:
    head = await an_agent(db, role="department_head")
    kept, gone, other, erased = [await a_customer(db, name="王") for _ in range(4)]
    await erase_customer(db, erased, name="王", reason="mistake", by=head.id)
    merged = await merge(db, gone, into=kept, grounds=BY_HAND)
    wrong: list[tuple[Customer, Customer, str]] = [
        (kept, kept, "into"),
        (kept, gone, "into"),
        (gone, kept, "into"),
        (gone, other, "customer"),
        (other, gone, "into"),
        (erased, other, "customer"),
        (other, erased, "into"),
    ]

    for one, into, field in wrong:
        with pytest.raises((Conflict, Invalid)) as refused:
            await merge(db, one, into=into, grounds=BY_HAND)
        assert refused.value.field == field
    await unmerge(db, merged, reason="mistake", by=head.id)
    with pytest.raises(Conflict) as again:
        await unmerge(db, merged, reason="mistake", by=head.id)

    assert again.value.code == "undone"


async def test_a_merge_is_told_without_personal_data(db: Session, facts: Any) -> None:
    kept, gone = await a_customer(db, name="李雷"), await a_customer(db, name="李雷")

    merged = await merge(db, gone, into=kept, grounds=Grounds("same_person", 0.8))

    told = (await facts())[-1]
    assert (told.kind, told.subject, told.customer) == ("customer.merged", kept.id, kept.id)
    assert told.details == {
        "other": str(gone.id),
        "merge": str(merged.id),
        "automatic": True,
        "reason": "same_person",
        "confidence": 0.8,
    }


async def test_nothing_of_a_merge_survives_a_rollback(db: Session) -> None:
    kept, gone = await a_customer(db), await a_customer(db)
    await an_identity(db, gone, "openid", "o-1")
    identifier = gone.id

    attempt = await db.begin_nested()
    await merge(db, gone, into=kept, grounds=BY_HAND)
    await attempt.rollback()

    into = await db.scalar(select(Customer.merged_into).where(Customer.id == identifier))
    owner = await db.scalar(select(Identity.customer_id).where(Identity.value == "o-1"))
    assert (into, owner) == (None, identifier)
