"""For every verb: a screen that applies the pushed events shows what a fresh snapshot shows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from kefu.channels.delivering import delivery_failed
from kefu.conversations import Message, locked_conversation
from kefu.conversations.model import Label
from kefu.core.ids import uuid7
from kefu.identity import permissions_table
from kefu.identity.tests.factories import a_team
from tests.contracts.screens import Watch, differences
from tests.house import Guest, House, a_text

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class Scene:
    """A conversation, an agent who acts, and others to hand it to."""

    house: House
    guest: Guest
    token: str
    agent: str
    colleague: str
    team: str
    label: str
    said: list[str] = field(default_factory=list)

    async def ask(self, method: str, path: str = "", body: Any = None) -> None:
        address = f"/conversations/{self.guest.conversation}{path}"
        answer = await self.house.ask(self.token, method, address, body)
        assert answer.is_success, f"{method} {path}: {answer.text}"

    async def ask_of_customer(self, method: str, path: str) -> None:
        answer = await self.house.ask(self.token, method, f"/customers/{self.guest.customer}{path}")
        assert answer.is_success, f"{method} {path}: {answer.text}"

    async def say(self, text: str = "您好,请讲。", **more: Any) -> None:
        body = {"id": str(uuid7()), "text": text} | more
        self.said.append(body["id"])
        await self.ask("POST", "/messages", body)

    async def customer_says(self, text: str = "什么时候发货?") -> None:
        body = a_text(self.guest, text)
        del body["t"]
        answer = await self.house.ask(
            self.guest.token, "POST", f"/widget/{self.guest.inbox}/messages", body
        )
        assert answer.is_success, answer.text

    async def customer_sees(self, seq: int = 2) -> None:
        async with self.house.line(self.guest.token, self.guest.conversation) as line:
            seen = {"t": "seen", "conversation": self.guest.conversation, "seq": seq}
            await line.tell(seen)
            await line.hear("seen")

    async def delivery_fails(self) -> None:
        async with self.house.database.transaction() as db:
            conversation = await locked_conversation(db, UUID(self.guest.conversation))
            message = await db.get_one(Message, UUID(self.said[-1]))
            await delivery_failed(db, conversation, message, "对方没有应答")

    async def customer_rates(self) -> None:
        body = {"conversation": self.guest.conversation, "score": 4, "comment": "不错"}
        answer = await self.house.ask(
            self.guest.token, "POST", f"/widget/{self.guest.inbox}/rating", body
        )
        assert answer.is_success, answer.text


Verb = Callable[[Scene], Awaitable[None]]


def put(path: str, **body: Any) -> Verb:
    return lambda scene: scene.ask("PUT", path, body)


def delete(path: str) -> Verb:
    return lambda scene: scene.ask("DELETE", path)


def block_customer(scene: Scene) -> Awaitable[None]:
    return scene.ask_of_customer("PUT", "/block")


def unblock_customer(scene: Scene) -> Awaitable[None]:
    return scene.ask_of_customer("DELETE", "/block")


def claim(scene: Scene) -> Awaitable[None]:
    return scene.ask("POST", "/claim")


def say(scene: Scene) -> Awaitable[None]:
    return scene.say()


def say_much(scene: Scene) -> Awaitable[None]:
    return scene.say("长" * 500)


def customer_says(scene: Scene) -> Awaitable[None]:
    return scene.customer_says()


def customer_sees(scene: Scene) -> Awaitable[None]:
    return scene.customer_sees()


def customer_rates(scene: Scene) -> Awaitable[None]:
    return scene.customer_rates()


def delivery_fails(scene: Scene) -> Awaitable[None]:
    return scene.delivery_fails()


def note(scene: Scene) -> Awaitable[None]:
    return scene.say("只给同事看", kind="note")


def product(scene: Scene) -> Awaitable[None]:
    content = {"id": "1", "title": "双人帐", "url": "https://shop.example/1"}
    return scene.say("", kind="product", content=content)


def recall(scene: Scene) -> Awaitable[None]:
    return scene.ask("PUT", f"/messages/{scene.said[-1]}/recall")


def transfer_to_colleague(scene: Scene) -> Awaitable[None]:
    body = {"assignee_id": scene.colleague, "summary": "要换货", "reason": "expertise"}
    return scene.ask("PUT", "/assignment", body)


def transfer_to_team(scene: Scene) -> Awaitable[None]:
    body = {"team_id": scene.team, "summary": "要换货", "reason": "overload"}
    return scene.ask("PUT", "/assignment", body)


def label(scene: Scene) -> Awaitable[None]:
    return scene.ask("PUT", "/labels", {"labels": [scene.label]})


def snooze(scene: Scene) -> Awaitable[None]:
    until = datetime.now(UTC) + timedelta(hours=2)
    return scene.ask("PUT", "/snooze", {"until": until.isoformat()})


close = put("/closure", reason="solved")
HIDDEN = (note, transfer_to_colleague, transfer_to_team)
"""These leave a note, whose number a visitor learns of by the heartbeat only."""

CASES: dict[str, tuple[list[Verb], Verb]] = {
    "a customer writes": ([], customer_says),
    "a customer writes again": ([customer_says], customer_says),
    "the first answer takes it": ([customer_says], say),
    "an answer": ([claim, customer_says], say),
    "a long answer": ([claim], say_much),
    "a product card": ([claim], product),
    "a note": ([claim], note),
    "recalling the last message": ([claim, say], recall),
    "recalling an earlier message": ([claim, say, customer_says], recall),
    "a delivery that fails": ([claim, say], delivery_fails),
    "claiming": ([], claim),
    "handing over to a colleague": ([claim, customer_says], transfer_to_colleague),
    "handing over to a team": ([claim, customer_says], transfer_to_team),
    "handing over what nobody wrote in": ([claim], transfer_to_team),
    "closing": ([claim, customer_says], close),
    "closing what waits": ([], close),
    "reopening": ([claim, close], delete("/closure")),
    "a customer reopens it": ([claim, close], customer_says),
    "an agent reopens it by writing": ([claim, close], say),
    "snoozing": ([claim, customer_says], snooze),
    "snoozing anew": ([claim, snooze], snooze),
    "waking": ([claim, snooze], delete("/snooze")),
    "a customer wakes it": ([claim, snooze], customer_says),
    "wrapping up": ([claim], put("/wrap-up")),
    "closing after wrapping up": ([claim, put("/wrap-up")], close),
    "a priority": ([], put("/priority", priority=3)),
    "a label": ([], label),
    "taking labels off": ([label], put("/labels", labels=[])),
    "blocking": ([], put("/block")),
    "unblocking": ([put("/block")], delete("/block")),
    "blocking the customer": ([claim, customer_says], block_customer),
    "blocking the customer of what is blocked": ([put("/block")], block_customer),
    "blocking what its customer shuts": ([block_customer], put("/block")),
    "unblocking what its customer shuts": ([block_customer, put("/block")], delete("/block")),
    "letting the customer in": ([block_customer], unblock_customer),
    "reopening for a blocked customer": ([close, block_customer], delete("/closure")),
    "writing to a blocked customer": ([close, block_customer], say),
    "an agent has read it": ([customer_says, customer_says], put("/seen", seq=3)),
    "an agent has read some": ([customer_says, customer_says], put("/seen", seq=2)),
    "a customer has read it": ([claim, say, say], customer_sees),
    "looking at it": ([], put("/viewing")),
    "looking elsewhere": ([put("/viewing")], delete("/viewing")),
    "a rating": ([claim, say, close], customer_rates),
}


@pytest_asyncio.fixture(loop_scope="module")
async def scene(house: House) -> Scene:
    actor, token = await house.agent()
    async with house.database.transaction() as db:
        team = await a_team(db)
        worn = Label(name=f"退货 {uuid7()}")
        db.add(worn)
    colleague, _ = await house.agent("agent")
    guest = await house.guest(name="王小明")
    return Scene(house, guest, token, str(actor.id), str(colleague.id), str(team.id), str(worn.id))


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("watcher", ["agent", "visitor"])
async def test_snapshot_and_events_are_a_fresh_snapshot(
    scene: Scene, name: str, watcher: str
) -> None:
    before, verb = CASES[name]
    for earlier in before:
        await earlier(scene)
    token = scene.guest.token if watcher == "visitor" else (await scene.house.agent())[1]
    watch = Watch(scene.house, scene.guest, token)

    async with scene.house.line(token, scene.guest.conversation) as line:
        await watch.open(line)
        await verb(scene)
        if watch.is_visitor and verb in HIDDEN:
            await watch.ask_for_missing()
        shown, fresh = await watch.follow()

    assert differences(shown, fresh) == []


async def test_a_whole_life_of_events_is_the_snapshot_at_its_end(scene: Scene) -> None:
    _, token = await scene.house.agent()
    watch = Watch(scene.house, scene.guest, token)
    life = [customer_says, say, note, label, transfer_to_team, claim, say, recall, snooze]
    end = [customer_says, put("/priority", priority=2), put("/wrap-up"), close, customer_rates]

    async with scene.house.line(token, scene.guest.conversation) as line:
        await watch.open(line)
        for verb in [*life, *end, customer_says, close]:
            await verb(scene)
        shown, fresh = await watch.follow()

    assert differences(shown, fresh) == []


async def test_every_verb_of_a_conversation_is_tried() -> None:
    tried = {
        *("/claim", "/assignment", "/closure", "/snooze", "/wrap-up", "/priority", "/block"),
        *("/labels", "/messages", "/messages/{message_id}/recall", "/viewing", "/seen"),
    }
    elsewhere = {
        *("/draft", "/scheduled-messages", "/scheduled-messages/{scheduled_id}"),
        "/messages/{message_id}/delivery",  # only asks for a delivery, whose outcome is tried
    }

    assert changing_routes() - elsewhere == tried


def changing_routes() -> set[str]:
    """What changes one conversation, by the permission rows."""
    prefix = "/api/v1/conversations/{conversation_id}"
    rows = [row.split(" ") for row in permissions_table().routes]
    return {
        path.removeprefix(prefix)
        for method, path in rows
        if method != "GET" and path.startswith(prefix)
    }
