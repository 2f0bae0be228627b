from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text

from kefu.channels import health, jobs, registry
from kefu.channels.contract import Line
from kefu.channels.model import Health
from kefu.channels.signed_api import SignedApi
from kefu.channels.tests.conftest import House
from kefu.conversations import Conversation, Inbox, Message
from kefu.core.clock import frozen, now
from kefu.core.events import FactRow
from kefu.core.tests.other_side import OtherSide
from kefu.core.wire import Wire
from kefu.customers import Customer
from kefu.identity.tests.factories import an_agent


@dataclass(frozen=True)
class Brittle(SignedApi):
    """An adapter with a mistake in it."""

    name: str = "brittle"

    async def probe(self, line: Line, wire: Wire) -> None:  # noqa: ARG002 - the contract
        raise KeyError("token")


@pytest.fixture
def brittle() -> Iterator[None]:
    registry.register(Brittle())
    yield
    registry.unregister("brittle")


@pytest.fixture
def probing(house: House, monkeypatch: pytest.MonkeyPatch) -> House:
    allowed = house.chosen.model_copy(update={"webhook_private_addresses": True})
    monkeypatch.setattr(jobs, "settings", lambda: allowed)
    return house


async def probe(house: House, *inboxes: Inbox) -> dict[str, Any]:
    """Probe these inboxes and give their health by name."""
    await jobs.probe_all(house.database, list(inboxes))
    async with house.database.transaction() as db:
        rows = await health.channel_health(db)
    return {row["inbox"]["name"]: row for row in rows}


async def count(house: House, table: Any) -> int:
    async with house.database.transaction() as db:
        return await db.scalar(select(func.count()).select_from(table)) or 0


async def test_a_probe_goes_through_the_whole_house_and_leaves_no_trace(
    probing: House, other_side: OtherSide
) -> None:
    inbox = await probing.inbox(channel="api", settings={"callback_url": other_side.url})
    before = [await count(probing, table) for table in (Customer, Conversation, Message, FactRow)]
    probing.pushes.clear()

    found = await probe(probing, inbox)

    after = [await count(probing, table) for table in (Customer, Conversation, Message, FactRow)]
    assert found[inbox.name]["status"] == "ok"
    assert after == before
    assert probing.pushes == []
    assert other_side.asked[0].json["type"] == "probe"


async def test_one_broken_adapter_turns_red_and_leaves_the_others_green(
    probing: House, brittle: None
) -> None:
    web, broken = await probing.inbox(), await probing.inbox(channel="brittle")
    async with probing.database.transaction() as db:
        administrator = await an_agent(db, role="administrator")
        agent = await an_agent(db, role="agent")

    found = await probe(probing, broken, web)

    assert found[web.name]["status"] == "ok"
    assert (found[broken.name]["status"], found[broken.name]["failures"]) == ("broken", 1)
    assert "KeyError" in found[broken.name]["error"]
    assert len(probing.pushed("channel.broken")) == 1
    async with probing.database.transaction() as db:
        told = await db.execute(
            text("select agent_id from notifications where subject = :id"), {"id": broken.id}
        )
        agents = {row[0] for row in told}
    assert administrator.id in agents
    assert agent.id not in agents


async def test_a_line_that_stays_broken_is_told_once_and_its_return_too(
    probing: House, other_side: OtherSide
) -> None:
    inbox = await probing.inbox(channel="api", settings={"callback_url": other_side.url})
    other_side.answers.extend([(500, b""), (500, b"")])

    states = [(await probe(probing, inbox))[inbox.name] for _ in range(3)]

    assert [state["status"] for state in states] == ["broken", "broken", "ok"]
    assert [state["failures"] for state in states] == [1, 2, 0]
    mine = str(inbox.id)
    told = [*probing.pushed("channel.broken"), *probing.pushed("channel.recovered")]
    assert [frame["kind"] for frame in told if frame["subject"] == mine] == [
        "channel.broken",
        "channel.recovered",
    ]


async def test_the_operator_chooses_how_often_lines_are_probed(
    probing: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = await probing.inbox()
    await jobs.probe_lines({}, probing.database)
    rarely = probing.chosen.model_copy(update={"probe_minutes": 30})
    monkeypatch.setattr(jobs, "settings", lambda: rarely)

    async def checked_at(minutes: int) -> datetime:
        with frozen(now() + timedelta(minutes=minutes)):
            await jobs.probe_lines({}, probing.database)
        async with probing.database.transaction() as db:
            return (await db.get_one(Health, inbox.id)).checked_at

    first = await checked_at(0)
    assert await checked_at(20) == first
    assert await checked_at(31) > first


async def test_the_schedule_probes_what_was_not_probed_for_five_minutes(probing: House) -> None:
    inbox = await probing.inbox()

    await jobs.probe_lines({}, probing.database)
    async with probing.database.transaction() as db:
        soon = await health.due_for_probe(db)
    with frozen(now() + timedelta(minutes=6)):
        async with probing.database.transaction() as db:
            later = await health.due_for_probe(db)
            kept = await db.get(Health, inbox.id)

    assert soon == []
    assert inbox.id in {one.id for one in later}
    assert kept is not None
