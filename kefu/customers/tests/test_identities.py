from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from kefu.core.db import Session
from kefu.core.errors import Invalid
from kefu.core.ids import uuid7
from kefu.customers import add_claims, customer_by_identity, identify
from kefu.customers.model import Customer, Identity, MergeCandidate
from kefu.customers.tests.factories import an_attribute

SHOP, OTHER_SHOP = uuid7(), uuid7()


async def candidates(db: Session) -> list[MergeCandidate]:
    return list(await db.scalars(select(MergeCandidate)))


async def test_a_stranger_gets_a_friendly_name_and_is_known_again(db: Session, facts: Any) -> None:
    first = await identify(db, identities=[("visitor", "v-1", False)], scope=SHOP)
    again = await identify(db, identities=[("visitor", "v-1", False)], scope=SHOP)

    assert first.id == again.id
    assert first.name.startswith("访客 ")
    assert len(first.name) == len("访客 K7Q2")
    assert [fact.kind for fact in await facts()] == ["customer.created"]


async def test_the_same_visitor_id_in_another_inbox_is_another_visitor(db: Session) -> None:
    one = await identify(db, identities=[("visitor", "v-1", False)], scope=SHOP)
    other = await identify(db, identities=[("visitor", "v-1", False)], scope=OTHER_SHOP)

    assert one.id != other.id


async def test_a_name_that_is_given_replaces_the_made_up_one(db: Session) -> None:
    await identify(db, identities=[("visitor", "v-1", False)], scope=SHOP)

    customer = await identify(db, identities=[("visitor", "v-1", False)], scope=SHOP, name=" 李雷 ")

    assert (customer.name, customer.name_pinyin) == ("李雷", "li lei")


async def test_what_a_visitor_says_does_not_overwrite_what_is_known(db: Session) -> None:
    visitor = [("visitor", "v-1", False)]
    await identify(db, identities=visitor, name="李雷", phone="13800138000")

    customer = await identify(db, identities=visitor, name="老板", phone="13900139000")

    assert (customer.name, customer.phone) == ("李雷", "+8613800138000")


async def test_what_the_shop_vouches_for_corrects_what_is_known(db: Session) -> None:
    member = [("external_id", "42", True)]
    await identify(db, identities=member, scope=SHOP, name="李雷")

    customer = await identify(db, identities=member, scope=SHOP, name="李蕾", email="Li@Shop.cn")

    assert (customer.name, customer.email) == ("李蕾", "li@shop.cn")


async def test_a_typed_e_mail_address_opens_nobody_elses_history(db: Session) -> None:
    owner = await identify(db, identities=[("email", "owner@example.com", True)], name="机主")

    stranger = await identify(
        db, identities=[("visitor", "v-9", False)], scope=SHOP, email="owner@example.com"
    )

    assert stranger.id != owner.id
    assert await customer_by_identity(db, "email", "OWNER@example.com") is owner
    assert [(one.kind, one.verified) for one in await candidates(db)] == [("email", False)]


async def test_who_proves_an_address_gets_it_from_who_only_said_it(db: Session) -> None:
    squatter = await identify(
        db, identities=[("visitor", "v-9", False)], scope=SHOP, email="owner@example.com"
    )

    owner = await identify(db, identities=[("email", "owner@example.com", True)])

    assert owner.id != squatter.id
    assert (await customer_by_identity(db, "email", "owner@example.com")) is owner
    assert len(await candidates(db)) == 1


async def test_the_strongest_identity_decides_and_the_clash_is_kept(db: Session) -> None:
    anonymous = await identify(db, identities=[("visitor", "v-1", False)], scope=SHOP)
    member = await identify(db, identities=[("external_id", "42", True)], scope=SHOP)

    both = [("visitor", "v-1", False), ("external_id", "42", True)]
    found = await identify(db, identities=both, scope=SHOP)
    await identify(db, identities=both, scope=SHOP)

    assert found.id == member.id
    pairs = [(one.one_id, one.other_id) for one in await candidates(db)]
    assert pairs == [tuple(sorted((anonymous.id, member.id)))]


async def test_two_members_at_one_computer_stay_two_persons(db: Session) -> None:
    first = await identify(
        db, identities=[("visitor", "v-1", False), ("external_id", "42", True)], scope=SHOP
    )

    second = await identify(
        db, identities=[("visitor", "v-1", False), ("external_id", "43", True)], scope=SHOP
    )

    assert first.id != second.id
    assert await candidates(db) == []


async def test_further_identities_are_attached_and_told(db: Session, facts: Any) -> None:
    customer = await identify(db, identities=[("external_id", "42", True)], scope=SHOP)

    await identify(
        db, identities=[("external_id", "42", True), ("unionid", "u-1", True)], scope=SHOP
    )

    assert await customer_by_identity(db, "unionid", "u-1") is customer
    told = (await facts())[-1]
    assert (told.kind, told.details["identity_kind"]) == ("customer.identified", "unionid")
    assert "u-1" not in str(told.details)


async def test_an_identity_said_first_and_proven_later_becomes_proof(db: Session) -> None:
    customer = await identify(db, identities=[("external_id", "1", True)], phone="13800138000")
    assert await customer_by_identity(db, "phone", "13800138000") is None

    await add_claims(db, customer, [("phone", "138 0013 8000", True)])

    assert await customer_by_identity(db, "phone", "13800138000") is customer


async def test_two_people_with_one_telephone_stay_two(db: Session) -> None:
    for member in ("1", "2"):
        await identify(
            db, identities=[("external_id", member, True)], scope=SHOP, phone="13800138000"
        )

    assert await db.scalar(select(func.count()).select_from(Customer)) == 2
    assert len(await candidates(db)) == 1


async def test_attributes_a_page_sends_are_checked_and_unknown_ones_left_out(db: Session) -> None:
    await an_attribute(db, "level", "number")

    customer = await identify(
        db, identities=[("visitor", "v", False)], attributes={"level": 3, "junk": "x"}
    )

    assert customer.attributes == {"level": 3}
    with pytest.raises(Invalid) as refused:
        await identify(db, identities=[("visitor", "v", False)], attributes={"level": "high"})
    assert refused.value.field == "attributes.level"


@pytest.mark.parametrize(
    ("kind", "value", "field"),
    [
        ("phone", "12", "phone"),
        ("email", "nobody", "email"),
        ("fax", "1", "identities"),
        ("visitor", "", "visitor"),
        ("visitor", "x" * 321, "visitor"),
    ],
)
async def test_an_impossible_identity_is_refused_by_name(
    db: Session, kind: str, value: str, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        await identify(db, identities=[(kind, value, True)])

    assert refused.value.field == field
    assert await db.scalar(select(func.count()).select_from(Identity)) == 0


async def test_finding_a_customer_takes_one_query(db: Session, counting: Any) -> None:
    claims = [("visitor", "v-1", False), ("external_id", "42", True)]
    await identify(db, identities=claims, scope=SHOP)

    with counting() as statements:
        await identify(db, identities=claims, scope=SHOP)

    assert len(statements) == 1
