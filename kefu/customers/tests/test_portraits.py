"""A portrait is learned from counts with the customer's consent; an agent's word wins."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Conflict, Invalid
from kefu.core.ids import uuid7
from kefu.customers import Proof, give_consent
from kefu.customers.merging import Grounds, merge, unmerge
from kefu.customers.model import Customer
from kefu.customers.portraits import (
    apply_portrait,
    correct,
    erase_portrait,
    export_portrait,
    forget_learned,
    note_talk,
    portrait_of,
)
from kefu.customers.preferring import preferred_channels
from kefu.customers.talk import TalkCount
from kefu.customers.tests.factories import a_customer
from kefu.identity.tests.factories import an_agent


async def one_who_agreed(db: Session) -> Customer:
    customer = await a_customer(db)
    await give_consent(db, customer, "profiling", proof=Proof("web_chat", "勾选"))
    return customer


def talk(customer: UUID, channel: str = "wechat", **more: Any) -> TalkCount:
    counts = {"messages": 20, "characters": 200, "evening": 18, "morning": 2} | more
    return TalkCount(uuid7(), customer, channel, now(), **counts)


async def shown(db: Session, customer: Customer) -> dict[str, str | None]:
    traits = await portrait_of(db, customer.id)
    return {one.attribute: one.given or one.learned for one in traits}


async def test_what_somebody_writes_changes_the_portrait(db: Session) -> None:
    customer = await one_who_agreed(db)
    await note_talk(db, [talk(customer.id)])
    before = await shown(db, customer)

    await note_talk(db, [talk(customer.id, "web", messages=80, characters=6400, technical=60)])

    assert before == {
        "style": "terse",
        "expertise": "plain",
        "patience": "patient",
        "channel": "wechat",
        "hours": "evening",
    }
    after = await shown(db, customer)
    assert (after["style"], after["expertise"], after["channel"]) == (
        "detailed",
        "technical",
        "web",
    )


async def test_every_attribute_comes_with_its_counts_and_how_sure_it_is(db: Session) -> None:
    customer = await one_who_agreed(db)
    await note_talk(db, [talk(customer.id, messages=5, characters=140)])
    few = {one.attribute: one for one in await portrait_of(db, customer.id)}
    unsure = few["style"].confidence

    await note_talk(db, [talk(customer.id, messages=200, characters=1600, pressing=90)])

    many = {one.attribute: one for one in await portrait_of(db, customer.id)}
    assert 0 < unsure < many["style"].confidence <= 95
    assert many["patience"].learned == "pressing"
    assert many["patience"].evidence == {"messages": 205, "pressing": 90}
    assert many["channel"].evidence == {"wechat": 205}


async def test_too_few_messages_say_nothing(db: Session) -> None:
    customer = await one_who_agreed(db)

    await note_talk(db, [talk(customer.id, messages=4, evening=4, morning=0)])

    assert await shown(db, customer) == {}


async def test_nothing_is_learned_of_who_has_not_agreed(db: Session) -> None:
    customer = await a_customer(db)

    await note_talk(db, [talk(customer.id)])

    assert await shown(db, customer) == {}


async def test_a_correction_wins_is_recorded_and_may_be_taken_back(db: Session, facts: Any) -> None:
    agent = await an_agent(db)
    customer = await one_who_agreed(db)
    await note_talk(db, [talk(customer.id)])

    await correct(db, customer, "style", "warm", by=agent.id)
    await note_talk(db, [talk(customer.id, messages=100)])
    corrected = await shown(db, customer)
    await correct(db, customer, "style", None, by=agent.id)

    assert corrected["style"] == "warm"
    assert (await shown(db, customer))["style"] == "terse"
    said = [one for one in await facts() if one.kind == "portrait.corrected"]
    assert [(one.actor, one.details) for one in said] == [
        (agent.id, {"attribute": "style", "value": "warm", "learned": "terse"}),
        (agent.id, {"attribute": "style", "learned": "terse"}),
    ]


async def test_a_correction_of_nothing_learned_stands_alone(db: Session) -> None:
    agent = await an_agent(db)
    customer = await a_customer(db)

    await correct(db, customer, "channel", "email", by=agent.id)
    preferred = await preferred_channels(db, [customer.id])
    await correct(db, customer, "channel", None, by=agent.id)

    assert preferred == {customer.id: "email"}
    assert await shown(db, customer) == {}
    with pytest.raises(Conflict):
        await correct(db, customer, "channel", None, by=agent.id)
    with pytest.raises(Invalid):
        await correct(db, customer, "style", "rude", by=agent.id)


async def test_what_was_said_of_one_merged_away_holds_for_who_stays(db: Session) -> None:
    agent = await an_agent(db)
    stays, gone = await one_who_agreed(db), await a_customer(db)
    await note_talk(db, [talk(stays.id)])
    await correct(db, gone, "style", "warm", by=agent.id)
    merged = await merge(db, gone, into=stays, grounds=Grounds(by=agent.id))
    together = await shown(db, stays)

    await unmerge(db, merged, reason="mistake", by=agent.id)
    apart = (await shown(db, stays))["style"], (await shown(db, gone))["style"]
    await merge(db, gone, into=stays, grounds=Grounds(by=agent.id))
    await correct(db, stays, "style", None, by=agent.id)

    assert together["style"] == "warm"
    assert apart == ("terse", "warm")
    assert (await shown(db, stays))["style"] == "terse"


async def test_without_consent_nothing_learned_stays(db: Session) -> None:
    agent = await an_agent(db)
    customer = await one_who_agreed(db)
    await note_talk(db, [talk(customer.id)])
    await correct(db, customer, "hours", "night", by=agent.id)

    await forget_learned(db, [customer.id])

    assert await shown(db, customer) == {"hours": "night"}


async def test_a_portrait_is_exported_and_erased(db: Session) -> None:
    customer = await one_who_agreed(db)
    await note_talk(db, [talk(customer.id)])

    exported = await export_portrait(db, customer.id)
    await erase_portrait(db, customer.id)

    assert {one["attribute"]: one["learned"] for one in exported}["style"] == "terse"
    assert await shown(db, customer) == {}
    with pytest.raises(Conflict):
        await apply_portrait(db, customer, None, by=customer.id)
