"""VIP figures give what a hand reckons: 15 s, 98 %, 4.9 and half the time of others."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kefu.conversations.measures_dedicated import (
    vip_first_response,
    vip_handling_ratio,
    vip_resolution,
    vip_satisfaction,
)
from kefu.conversations.model import Conversation, Inbox
from kefu.conversations.rating import rate
from kefu.conversations.tests.factories import an_inbox
from kefu.core.clock import frozen
from kefu.core.db import Session
from kefu.core.measures import MEASURES, Period
from kefu.customers import Customer
from kefu.customers.tests.factories import a_customer

SINCE = datetime(2026, 10, 1, tzinfo=UTC)
OCTOBER = Period(SINCE, SINCE + timedelta(days=31))
BEGAN = SINCE + timedelta(days=3)


async def closed(
    db: Session, inbox: Inbox, customer: Customer, *, reply: int, minutes: int, reopened: int = 0
) -> Conversation:
    replied = BEGAN + timedelta(seconds=reply)
    conversation = Conversation(
        inbox_id=inbox.id,
        customer_id=customer.id,
        customer_tier=customer.tier,
        status="closed",
        created_at=BEGAN,
        first_replied_at=replied,
        closed_at=replied + timedelta(minutes=minutes),
        reopened=reopened,
    )
    db.add(conversation)
    await db.flush()
    return conversation


async def a_month(db: Session) -> None:
    """Fifty conversations of VIPs, one taken up again, and ten of others."""
    inbox, vip = await an_inbox(db), await a_customer(db, tier="vip")
    other = await a_customer(db)
    for number in range(50):
        one = await closed(
            db, inbox, vip, reply=10 + 10 * (number % 2), minutes=6, reopened=int(number == 0)
        )
        if number < 10:
            with frozen(BEGAN):
                await rate(db, one, 2, None, by=vip.id)
                await rate(db, one, 4 if number == 0 else 5, None, by=vip.id)
    for _ in range(10):
        await closed(db, inbox, other, reply=60, minutes=12)


async def test_vip_figures_are_those_of_the_fixture(db: Session) -> None:
    await a_month(db)

    assert (await vip_first_response(db, OCTOBER)).value == 15
    resolution = await vip_resolution(db, OCTOBER)
    assert (resolution.value, resolution.numerator, resolution.denominator) == (98, 49, 50)
    assert (await vip_satisfaction(db, OCTOBER)).value == pytest.approx(4.9)
    ratio = await vip_handling_ratio(db, OCTOBER)
    assert ratio.value == pytest.approx(0.5)
    assert {name: one.value for name, one in ratio.parts.items()} == {"vip": 360, "others": 720}


async def test_each_has_its_target(db: Session) -> None:
    targets = {
        name: (MEASURES[name].target, MEASURES[name].better)
        for name in ("vip_first_response", "vip_resolution", "vip_satisfaction")
    }

    assert targets == {
        "vip_first_response": (15, "down"),
        "vip_resolution": (98, "up"),
        "vip_satisfaction": (4.9, "up"),
    }
    assert MEASURES["vip_handling_ratio"].target == 0.5
    assert db.is_active


async def test_without_a_base_there_is_a_reason(db: Session) -> None:
    for compute in (vip_first_response, vip_resolution, vip_satisfaction, vip_handling_ratio):
        measured = await compute(db, OCTOBER)
        assert (measured.value, measured.reason) == (None, "nothing_to_count")
    await closed(db, await an_inbox(db), await a_customer(db, tier="vip"), reply=5, minutes=5)

    assert (await vip_handling_ratio(db, OCTOBER)).reason == "nothing_to_compare_with"
