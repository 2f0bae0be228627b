"""A tier says who gave it, and a segment which rule, by which conditions, on which figures."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.events import record
from kefu.customers import PurchaseFigures, note_purchases
from kefu.customers.events import CustomerChanged, CustomerCreated
from kefu.customers.model import Customer
from kefu.customers.profiles import change_profile
from kefu.customers.reasons import segment_reasons, tier_reason
from kefu.customers.routes_segments import router
from kefu.customers.segment_rules import change_rule, create_rule
from kefu.customers.segmenting import resegment
from kefu.customers.tests.factories import a_customer, an_attribute
from kefu.identity.tests.desk import desk_of
from kefu.identity.tests.factories import an_actor
from kefu.identity.tests.visiting import counted

MANY = {"field": "orders", "operator": "at_least", "value": 3}
RULE = {"dimension": "persona", "value": "gifts", "name": "送礼型", "conditions": MANY}


def bought(orders: int) -> PurchaseFigures:
    at = now() - timedelta(days=3)
    return PurchaseFigures(orders=orders, first_order_at=at, last_order_at=at, spent=30_000)


async def persona_of(db: Session, customer: Customer) -> Any:
    found = await segment_reasons(db, customer)
    return next(one for one in found if one.dimension == "persona")


async def test_a_segment_names_rule_version_conditions_and_what_was_found(db: Session) -> None:
    customer, agent = await a_customer(db), await an_actor(db)
    rule = await create_rule(db, RULE, by=agent.id)
    await note_purchases(db, {customer.id: bought(4)})

    found = await persona_of(db, customer)

    assert (found.value, found.rule_id, found.rule_name, found.rule_version) == (
        "gifts",
        rule.id,
        "送礼型",
        1,
    )
    assert found.conditions == MANY
    assert [(one.field, one.value, one.holds, one.found) for one in found.evidence] == [
        ("orders", 3, True, 4)
    ]


async def test_the_conditions_are_those_of_the_version_that_decided(db: Session) -> None:
    customer, agent = await a_customer(db), await an_actor(db)
    rule = await create_rule(db, RULE, by=agent.id)
    await note_purchases(db, {customer.id: bought(4)})
    await change_rule(db, rule, {"conditions": MANY | {"value": 9}}, by=agent.id)

    found = await persona_of(db, customer)

    assert (rule.version, found.rule_version, found.conditions) == (2, 1, MANY)


async def test_a_test_that_holds_no_more_says_so(db: Session) -> None:
    customer, agent = await a_customer(db), await an_actor(db)
    either = {"any": [MANY, {"not": {"field": "returns", "operator": "at_least", "value": 1}}]}
    await create_rule(db, RULE | {"conditions": either}, by=agent.id)
    await resegment(db, [customer.id])

    found = await persona_of(db, customer)

    assert [(one.field, one.holds, one.found) for one in found.evidence] == [
        ("orders", False, 0),
        ("returns", False, 0),
    ]


async def test_where_no_rule_holds_none_is_named(db: Session) -> None:
    customer = await a_customer(db)
    await resegment(db, [customer.id])

    assert all(
        (one.rule_id is None, one.evidence) == (True, [])
        for one in await segment_reasons(db, customer)
        if one.value == "other"
    )


async def test_a_sensitive_attribute_stays_masked_in_the_evidence(db: Session) -> None:
    await an_attribute(db, key="id_card", kind="text", sensitive=True)
    customer = await a_customer(db, attributes={"id_card": "330102199001011234"})
    agent = await an_actor(db)
    known = {"field": "attributes.id_card", "operator": "is_set", "value": None}
    await create_rule(db, RULE | {"conditions": known}, by=agent.id)
    await resegment(db, [customer.id])

    [evidence] = (await persona_of(db, customer)).evidence

    assert evidence.holds
    assert evidence.found
    assert "199001" not in evidence.found


async def test_a_tier_says_which_agent_gave_it(db: Session) -> None:
    customer, agent = await a_customer(db), await an_actor(db, name="林晓")

    usual = await tier_reason(db, customer)
    await change_profile(db, customer, {"tier": "vip"}, by=agent.id)
    await change_profile(db, customer, {"name": "王小明"}, by=agent.id)
    given = await tier_reason(db, customer)

    assert (usual.value, usual.how, usual.by) == ("standard", "usual", None)
    assert (given.value, given.how, given.by and given.by.name) == ("vip", "agent", "林晓")
    assert given.at


@pytest.mark.parametrize(
    "event", [CustomerCreated, CustomerChanged], ids=["came with a file", "changed by a file"]
)
async def test_a_tier_from_a_file_says_so(db: Session, event: Any) -> None:
    customer = await a_customer(db, tier="gold")
    more = {"way": "phone"} if event is CustomerCreated else {"changed": ("tier",)}
    await record(db, event(subject=customer.id, customer=customer.id, historic=True, **more))

    assert (await tier_reason(db, customer)).how == "import"


async def test_a_tier_of_somebody_they_were_merged_with_says_so(db: Session) -> None:
    customer = await a_customer(db, tier="vip", own={"tier": "standard"})

    assert (await tier_reason(db, customer)).how == "merged"


async def test_a_tier_that_nobody_is_known_to_have_given_is_not_called_usual(db: Session) -> None:
    customer = await a_customer(db, tier="gold")

    assert (await tier_reason(db, customer)).how == "unrecorded"


async def test_it_is_shown_to_whoever_may_see_the_customer_in_few_queries(db: Session) -> None:
    customer = await a_customer(db)
    await note_purchases(db, {customer.id: bought(4)})

    async with desk_of(db, router) as desk:
        nobody = await desk.get(f"/customers/{customer.id}/standing")
        await desk.sign_in("administrator")
        with counted(db) as statements:
            shown = (await desk.get(f"/customers/{customer.id}/standing")).json()
        await desk.sign_in("agent")
        stranger = await desk.get(f"/customers/{customer.id}/standing")

    assert (nobody.status_code, stranger.status_code) == (401, 404)
    assert shown["tier"] == {"value": "standard", "how": "usual", "at": None, "by": None}
    assert "core" in {one["value"] for one in shown["segments"]}
    assert len(statements) <= 9
