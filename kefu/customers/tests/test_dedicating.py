"""VIPs and core members have exactly one agent of their own and one who stands in, evenly."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from kefu.core.db import Session
from kefu.core.ids import uuid7
from kefu.customers.dedicated_placing import Held, placed
from kefu.customers.dedicated_policy import change_policy, dedicated_policy
from kefu.customers.dedicated_reading import capacity, dedicated_to
from kefu.customers.dedicating import balance, follow
from kefu.customers.merging import Grounds, merge, unmerge
from kefu.customers.model import Customer
from kefu.customers.model_dedicated import DedicatedCustomer
from kefu.customers.tests.factories import a_customer
from kefu.identity.tests.factories import a_team, an_agent


async def a_service(db: Session, agents: int, **more: Any) -> list[Any]:
    """One-to-one service by a team of so many agents."""
    team = await a_team(db)
    people = [await an_agent(db, teams=(team,)) for _ in range(agents)]
    changes = {"enabled": True, "team_id": team.id, "served": ["tier.vip"], **more}
    await change_policy(db, changes, by=people[0].id)
    return people


async def vips(db: Session, amount: int) -> list[Customer]:
    return [await a_customer(db, tier="vip") for _ in range(amount)]


async def rows(db: Session) -> list[DedicatedCustomer]:
    found = await db.scalars(select(DedicatedCustomer).execution_options(populate_existing=True))
    return list(found)


async def owners(db: Session) -> Counter[Any]:
    return Counter(one.owner_id for one in await rows(db))


AGENTS = [uuid7() for _ in range(6)]
WHO = st.one_of(st.none(), st.sampled_from(AGENTS))


@given(st.lists(st.tuples(WHO, WHO), max_size=60), st.integers(1, 5))
def test_any_start_ends_evenly_with_one_owner_and_another_backup(
    start: list[tuple[Any, Any]], amount: int
) -> None:
    agents = AGENTS[:amount]
    held = [Held(uuid7(), owner, backup) for owner, backup in start]

    after = placed(held, agents)

    load = Counter(dict.fromkeys(agents, 0)) + Counter(one.owner for one in after)
    assert [one.customer for one in after] == [one.customer for one in held]
    assert all(one.owner in agents for one in after)
    assert all(one.backup != one.owner for one in after)
    assert all((one.backup in agents) == (amount > 1) for one in after)
    assert max(load.values(), default=0) <= -(-len(held) // amount)
    assert placed(after, agents) == after


def test_five_thousand_vips_are_333_each_for_fifteen_agents() -> None:
    agents = [uuid7() for _ in range(15)]

    after = placed([Held(uuid7()) for _ in range(5000)], agents)

    assert {*Counter(one.owner for one in after).values()} == {333, 334}
    assert {*Counter(one.backup for one in after).values()} == {333, 334}


async def test_each_vip_has_one_owner_and_one_backup(db: Session) -> None:
    await a_service(db, 3)
    await vips(db, 10)
    await a_customer(db, tier="gold")

    await balance(db)

    found = await rows(db)
    assert sorted((await owners(db)).values()) == [3, 3, 4]
    assert len({one.customer_id for one in found}) == len(found) == 10
    assert all(one.backup_id not in (None, one.owner_id) for one in found)


async def test_a_second_run_moves_nobody(db: Session) -> None:
    await a_service(db, 3)
    await vips(db, 10)
    await balance(db)
    before = {one.customer_id: (one.owner_id, one.backup_id) for one in await rows(db)}

    await balance(db)

    assert {one.customer_id: (one.owner_id, one.backup_id) for one in await rows(db)} == before


async def test_who_leaves_gives_their_customers_to_those_who_stood_in(db: Session) -> None:
    people = await a_service(db, 3)
    await vips(db, 9)
    await balance(db)
    stood_in = {
        one.customer_id: one.backup_id for one in await rows(db) if one.owner_id == people[0].id
    }

    people[0].status = "left"
    await balance(db)

    after = {one.customer_id: one.owner_id for one in await rows(db)}
    assert sorted((await owners(db)).values()) == [4, 5]
    kept = sum(after[customer] == backup for customer, backup in stood_in.items())
    assert kept >= len(stood_in) - 1


async def test_above_the_ceiling_the_pool_serves_and_it_is_reported(db: Session) -> None:
    pool = await a_team(db, "会员服务池")
    await a_service(db, 2, ceiling=3, pool_id=pool.id)
    people = await vips(db, 8)

    await balance(db)

    report = await capacity(db)
    assert (report.promised, report.places, report.served) == (8, 6, 6)
    assert report.per_agent == 4
    assert (await dedicated_policy(db)).over_capacity
    served = await dedicated_to(db, [one.id for one in people])
    assert sum(one.owner is None and one.pool == pool.id for one in served.values()) == 2


async def test_those_of_the_first_group_come_first_where_places_are_short(db: Session) -> None:
    await a_service(db, 2, ceiling=2, served=["tier.vip", "tier.gold"])
    [await a_customer(db, tier="gold") for _ in range(4)]
    await balance(db)
    first = await vips(db, 3)

    await balance(db)

    assert {one.id for one in first} < {one.customer_id for one in await rows(db)}
    assert len(await rows(db)) == 4


async def test_in_the_mode_pool_nobody_has_an_own_agent(db: Session) -> None:
    pool = await a_team(db)
    people = await a_service(db, 2, pool_id=pool.id)
    customer = (await vips(db, 1))[0]
    await balance(db)

    await change_policy(db, {"mode": "pool"}, by=people[0].id)
    await balance(db)

    assert await rows(db) == []
    assert (await dedicated_to(db, [customer.id]))[customer.id].pool == pool.id


async def test_who_becomes_a_vip_gets_an_agent_at_once_and_loses_them_again(db: Session) -> None:
    await a_service(db, 2)
    customer = await a_customer(db)
    customer.tier = "vip"
    await follow(db, [customer.id])

    assert [one.customer_id for one in await rows(db)] == [customer.id]

    customer.tier = "standard"
    await follow(db, [customer.id])

    assert await rows(db) == []


async def test_the_agent_goes_with_a_merge_and_comes_back(db: Session) -> None:
    people = await a_service(db, 2)
    known, gone = await a_customer(db), await a_customer(db, tier="vip")
    await balance(db)
    before = (await rows(db))[0].owner_id

    merged = await merge(db, gone, into=known, grounds=Grounds(by=people[0].id))
    assert [(one.customer_id, one.owner_id) for one in await rows(db)] == [(known.id, before)]

    await unmerge(db, merged, reason="mistake", by=people[0].id)
    assert [(one.customer_id, one.owner_id) for one in await rows(db)] == [(gone.id, before)]


async def test_the_same_queries_for_a_large_team(db: Session, counting: Any) -> None:
    counts = set()
    for amount in (1, 12):
        await a_service(db, amount)
        await balance(db)
        with counting() as asked:
            await capacity(db)
        counts.add(len(asked))

    assert len(counts) == 1


async def test_without_a_team_nothing_is_promised(db: Session) -> None:
    await vips(db, 2)

    await balance(db)

    assert await rows(db) == []
    assert (await capacity(db)).per_agent is None


async def test_where_no_group_is_named_nobody_is_promised_anything(db: Session) -> None:
    await a_service(db, 2, served=[])
    some = await vips(db, 3)

    await balance(db)

    assert (await capacity(db)).promised == 0
    assert await rows(db) == []
    assert await dedicated_to(db, [one.id for one in some]) == {}
