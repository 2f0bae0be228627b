"""Who was promised an agent of their own comes to them, else to who stands in, never to nobody."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from kefu.conversations.assignment import claim
from kefu.conversations.dedicated import bring_home, welcome_back
from kefu.conversations.explaining import ways_of
from kefu.conversations.lifecycle import close, open_conversation, reopen
from kefu.conversations.model import Conversation, Status
from kefu.conversations.tests.factories import a_conversation, an_inbox
from kefu.conversations.tests.test_informing import facts_of, notices
from kefu.core.clock import frozen, now
from kefu.core.db import Session
from kefu.customers import Customer
from kefu.customers.dedicated_policy import change_policy
from kefu.customers.dedicated_reading import dedicated_to
from kefu.customers.dedicating import balance
from kefu.customers.tests.factories import a_customer
from kefu.identity.model import Agent, Team
from kefu.identity.tests.factories import a_team, an_actor, an_entry


class Service:
    """A team of two, a pool of one, and a VIP."""

    def __init__(self, team: Team, pool: Team, agents: dict[str, Agent], vip: Customer) -> None:
        self.team, self.pool, self.agents, self.vip = team, pool, agents, vip


@pytest.fixture
async def service(db: Session) -> Service:
    team, pool = await a_team(db), await a_team(db)
    both = [(await an_entry(db, teams=(team,), availability="online")).agent for _ in range(2)]
    third = (await an_entry(db, teams=(pool,), availability="online")).agent
    await change_policy(
        db, {"enabled": True, "team_id": team.id, "pool_id": pool.id}, by=both[0].id
    )
    vip = await a_customer(db, tier="vip")
    await balance(db)
    served = (await dedicated_to(db, [vip.id]))[vip.id]
    agents = {"owner" if one.id == served.owner else "backup": one for one in both}
    return Service(team, pool, agents | {"pool": third}, vip)


async def arrives(db: Session, service: Service, **more: Any) -> Conversation:
    conversation = await a_conversation(db, customer=service.vip, **more)
    await bring_home(db, await facts_of(db, "conversation.opened"))
    await db.refresh(conversation)
    return conversation


async def hows(db: Session, conversation: Conversation) -> list[str]:
    """How it came to whoever had it, as the workspace says."""
    return [one.how for one in (await ways_of(db, conversation))[0]]


async def goes(db: Session, *agents: Agent) -> None:
    for one in agents:
        one.availability = "away"
    await db.flush()


async def test_the_own_agent_gets_the_conversation(db: Session, service: Service) -> None:
    conversation = await arrives(db, service)

    owner = service.agents["owner"].id
    assert (conversation.assignee_id, conversation.status) == (owner, Status.ACTIVE)
    assert await notices(db) == [(str(owner), "dedicated.came")]
    assigned = (await facts_of(db, "conversation.assigned"))[0]
    assert assigned.details["reason"] == "dedicated"
    assert await hows(db, conversation) == ["dedicated"]


async def test_who_stands_in_gets_it_with_a_notice(db: Session, service: Service) -> None:
    await goes(db, service.agents["owner"])

    conversation = await arrives(db, service)

    backup = service.agents["backup"].id
    assert conversation.assignee_id == backup
    assert set(await notices(db)) == {
        (str(backup), "dedicated.stand_in"),
        (str(service.agents["owner"].id), "dedicated.missed"),
    }
    assert await hows(db, conversation) == ["backup"]


async def test_the_pool_gets_it_where_both_are_away(db: Session, service: Service) -> None:
    await goes(db, service.agents["owner"], service.agents["backup"])

    conversation = await arrives(db, service)

    assert conversation.assignee_id == service.agents["pool"].id
    assert conversation.team_id == service.pool.id
    assert await hows(db, conversation) == ["pool"]


async def test_it_never_goes_to_an_empty_desk(db: Session, service: Service) -> None:
    await goes(db, *service.agents.values())

    conversation = await arrives(db, service)

    assert (conversation.assignee_id, conversation.status) == (None, Status.WAITING)
    assert conversation.team_id == service.pool.id
    assert {kind for _, kind in await notices(db)} == {"dedicated.waited_for"}
    assert await hows(db, conversation) == ["dedicated_waits"]


async def test_who_forgot_to_sign_off_is_not_there(db: Session, service: Service) -> None:
    with frozen(now() + timedelta(hours=13)):
        conversation = await arrives(db, service)

    assert conversation.assignee_id is None


async def test_who_waited_comes_to_the_agent_who_is_back(db: Session, service: Service) -> None:
    await goes(db, *service.agents.values())
    conversation = await arrives(db, service)
    service.agents["owner"].availability = "online"
    await db.flush()

    await welcome_back(db, [service.agents["owner"].id])

    await db.refresh(conversation)
    assert conversation.assignee_id == service.agents["owner"].id


async def test_one_that_begins_again_before_an_empty_desk_goes_on(
    db: Session, service: Service
) -> None:
    conversation = await arrives(db, service)
    await close(db, conversation, by=None)
    await goes(db, service.agents["owner"])
    await reopen(db, conversation, by=None)

    await bring_home(db, await facts_of(db, "conversation.reopened"))

    await db.refresh(conversation)
    assert conversation.assignee_id == service.agents["backup"].id


async def test_what_a_colleague_begins_stays_with_them(db: Session, service: Service) -> None:
    colleague = await an_actor(db)
    conversation = await open_conversation(db, await an_inbox(db), service.vip, by=colleague.id)
    await claim(db, conversation, by=colleague)

    await bring_home(db, await facts_of(db, "conversation.opened"))

    await db.refresh(conversation)
    assert conversation.assignee_id == colleague.id


async def test_others_are_left_alone_by_one_query_more(db: Session, service: Service) -> None:
    other = await a_conversation(db, inbox=await an_inbox(db))

    await bring_home(db, await facts_of(db, "conversation.opened"))

    await db.refresh(other)
    assert other.assignee_id is None


async def test_nothing_is_twice_when_the_fact_is_read_again(db: Session, service: Service) -> None:
    await arrives(db, service)

    await bring_home(db, await facts_of(db, "conversation.opened"))

    assert await db.scalar(text("select sum(count) from notifications")) == 1
