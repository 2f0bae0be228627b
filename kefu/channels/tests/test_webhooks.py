from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, text

from kefu.channels import reactions, webhook_sending
from kefu.channels.model import Webhook, WebhookDelivery
from kefu.channels.signatures import check_signed
from kefu.channels.tests.conftest import Desk, Guest, House
from kefu.channels.webhook_kinds import OFFERED
from kefu.conversations import Message
from kefu.core.clock import frozen, now
from kefu.core.events import Event, Fact
from kefu.core.ids import uuid7
from kefu.core.reactions import GROUPS, Reader, prepare
from kefu.core.tests.other_side import OtherSide
from kefu.core.wire import Wire

MESSAGES = {"message.received", "message.sent", "message.noted"}


@pytest.fixture
def tried(house: House) -> House:
    """An installation that may post to its own machine."""
    house.app.state.settings = house.chosen.model_copy(update={"webhook_private_addresses": True})
    return house


async def a_webhook(desk: Desk, url: str, *kinds: str) -> dict[str, Any]:
    body = {"name": "仓库", "url": url, "kinds": list(kinds or ["message.received"])}
    answer = await desk.ask("POST", "/webhooks", body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def react(house: House) -> None:
    assert GROUPS["webhooks"][0].run is reactions.tell_webhooks
    await prepare(house.database, "webhooks", 8)
    reader = Reader(house.database, "webhooks")
    while await reader.step():
        pass


async def send(house: House) -> int:
    wire = Wire(private=True, timeout=1)
    tried = await webhook_sending.send_due(house.database, wire=wire)
    await wire.close()
    return tried


async def log_of(desk: Desk, webhook: dict[str, Any]) -> list[dict[str, Any]]:
    answer = await desk.ask("GET", f"/webhooks/{webhook['id']}/deliveries")
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def said(house: House, text_: str = "我的订单到哪了？") -> dict[str, Any]:
    guest = Guest(house, await house.inbox())
    await guest.come_in()
    return await guest.open(text_)


@pytest.fixture
async def quiet(tried: House) -> House:
    """What happened in other tests has been told already."""
    async with tried.database.transaction() as db:
        await db.execute(text("delete from webhooks"))
    await react(tried)
    return tried


async def test_a_message_is_told_signed_with_its_words(
    quiet: House, desk: Desk, other_side: OtherSide
) -> None:
    webhook = await a_webhook(desk, other_side.url)
    conversation = await said(quiet)

    await react(quiet)
    await send(quiet)

    (asked,) = other_side.asked
    check_signed(webhook["secret"], asked.headers, asked.body, now())
    assert asked.headers["x-kefu-event"] == asked.json["event"] == "message.received"
    assert asked.json["message"]["text"] == "我的订单到哪了？"
    assert asked.json["conversation"]["id"] == conversation["id"]
    assert asked.json["customer"]["name"]
    (line,) = await log_of(desk, webhook)
    assert (line["status"], line["response_status"], line["attempts"]) == ("delivered", 200, 1)
    assert asked.headers["x-kefu-delivery"] == line["id"]


async def test_only_chosen_events_are_told(quiet: House, desk: Desk, other_side: OtherSide) -> None:
    await a_webhook(desk, other_side.url, "conversation.opened")
    await said(quiet)

    await react(quiet)
    await send(quiet)

    assert [asked.json["event"] for asked in other_side.asked] == ["conversation.opened"]


async def test_what_failed_is_tried_again_under_the_same_number(
    quiet: House, desk: Desk, other_side: OtherSide
) -> None:
    webhook = await a_webhook(desk, other_side.url)
    await said(quiet)
    await react(quiet)
    other_side.answers.extend([(500, b"oops"), (302, b"")])

    with frozen(now()) as clock:
        await send(quiet)
        first = (await log_of(desk, webhook))[0]
        soon = await send(quiet)
        for _ in range(2):
            clock.advance(timedelta(minutes=2))
            await send(quiet)

    last = (await log_of(desk, webhook))[0]
    assert (first["status"], first["response"], first["error"]) == ("waiting", "oops", "HTTP 500")
    assert soon == 0
    assert (last["status"], last["attempts"]) == ("delivered", 3)
    assert len({asked.headers["x-kefu-delivery"] for asked in other_side.asked}) == 1


async def test_attempts_spread_over_about_a_day(
    quiet: House, desk: Desk, other_side: OtherSide
) -> None:
    webhook = await a_webhook(desk, other_side.url)
    await other_side.stop()
    await said(quiet)
    await react(quiet)

    begun = now()
    with frozen(begun) as clock:
        line = (await log_of(desk, webhook))[0]
        while line["status"] == "waiting":
            async with quiet.database.transaction() as db:
                delivery = await db.get_one(WebhookDelivery, UUID(line["id"]))
            clock.set(max(delivery.due_at, now()))
            await send(quiet)
            line = (await log_of(desk, webhook))[0]
        took = now() - begun

    await other_side.start()
    assert (line["status"], line["attempts"]) == ("failed", webhook_sending.ATTEMPTS)
    assert timedelta(hours=18) < took < timedelta(hours=30)


async def test_a_delivery_is_sent_once_more_when_asked_for(
    quiet: House, desk: Desk, other_side: OtherSide
) -> None:
    webhook = await a_webhook(desk, other_side.url)
    await said(quiet)
    await react(quiet)
    await send(quiet)
    (line,) = await log_of(desk, webhook)

    again = await desk.ask("POST", f"/webhooks/deliveries/{line['id']}/replay")
    await send(quiet)

    assert again.status_code == 202
    assert again.json()["replay_of"] == line["id"]
    assert len(other_side.asked) == 2
    assert other_side.asked[0].json["message"] == other_side.asked[1].json["message"]
    whole = (await desk.ask("GET", f"/webhooks/deliveries/{line['id']}")).json()
    assert whole["request"]["message"]["text"] == "我的订单到哪了？"


async def test_a_ping_arrives(quiet: House, desk: Desk, other_side: OtherSide) -> None:
    webhook = await a_webhook(desk, other_side.url)

    for _ in range(2):
        await desk.ask("POST", f"/webhooks/{webhook['id']}/ping")
    await send(quiet)

    assert [asked.json["event"] for asked in other_side.asked] == ["ping", "ping"]


async def test_one_that_fails_for_long_is_switched_off_and_told(
    quiet: House, desk: Desk, other_side: OtherSide
) -> None:
    webhook = await a_webhook(desk, other_side.url)
    async with quiet.database.transaction() as db:
        row = await db.get_one(Webhook, UUID(webhook["id"]))
        row.failures = webhook_sending.DISABLE_AFTER - 1
    other_side.answers.append((500, b""))
    await said(quiet)
    await react(quiet)

    await send(quiet)

    shown = (await desk.ask("GET", f"/webhooks/{webhook['id']}")).json()
    assert (shown["enabled"], shown["disabled_reason"]) == (False, "HTTP 500")
    assert quiet.pushed("webhook.changed")[-1]["details"]["change"] == "disabled"
    assert quiet.pushed("notification.created")[-1]["data"]["kind"] == "webhook.disabled"
    on = (await desk.ask("PATCH", f"/webhooks/{webhook['id']}", {"enabled": True})).json()
    assert (on["enabled"], on["failures"], on["disabled_reason"]) == (True, 0, None)


async def test_a_webhook_that_hangs_holds_back_nobody_else(
    quiet: House, desk: Desk, other_side: OtherSide
) -> None:
    slow = OtherSide(holding=True)
    await slow.start()
    await a_webhook(desk, slow.url)
    await a_webhook(desk, other_side.url)
    for _ in range(8):
        await said(quiet)
    await react(quiet)

    await send(quiet)

    await slow.stop()
    assert len(other_side.asked) == 8


async def test_words_that_were_recalled_are_not_told(
    quiet: House, desk: Desk, other_side: OtherSide
) -> None:
    await a_webhook(desk, other_side.url)
    conversation = await said(quiet, "密码是 123456")
    async with quiet.database.transaction() as db:
        row = await db.scalar(
            text("select id from messages where conversation_id = :id"),
            {"id": UUID(conversation["id"])},
        )
        message = await db.get_one(Message, row)
        message.recalled_at = now()
    await react(quiet)

    await send(quiet)

    told = other_side.asked[0].json["message"]
    assert (told["recalled"], told["text"]) == (True, "")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kinds": []}, "kinds"),
        ({"kinds": ["message.eaten"]}, "kinds"),
        ({"url": "ftp://a.example/"}, "url"),
        ({"url": "http://169.254.169.254/latest/meta-data"}, "url"),
        ({"url": "http://localhost:5432/"}, "url"),
        ({"name": ""}, "name"),
        ({"secret": "mine"}, "secret"),
    ],
)
async def test_what_does_not_fit_is_refused_by_its_field(
    desk: Desk, change: dict[str, Any], field: str
) -> None:
    body = {"name": "仓库", "url": "https://1.1.1.1/hook", "kinds": ["message.sent"]}

    answer = await desk.ask("POST", "/webhooks", body | change)

    assert (answer.status_code, answer.json()["field"]) == (422, field)


async def test_secrets_are_shown_once_and_can_be_renewed(
    tried: House, desk: Desk, other_side: OtherSide
) -> None:
    webhook = await a_webhook(desk, other_side.url)

    shown = (await desk.ask("GET", f"/webhooks/{webhook['id']}")).json()
    renewed = (await desk.ask("PUT", f"/webhooks/{webhook['id']}/secret")).json()["secret"]

    assert "secret" not in shown
    assert renewed.startswith("whsec_")
    assert renewed != webhook["secret"]


async def test_a_deleted_webhook_is_gone_with_its_log(
    quiet: House, desk: Desk, other_side: OtherSide
) -> None:
    webhook = await a_webhook(desk, other_side.url)
    await said(quiet)
    await react(quiet)

    gone = await desk.ask("DELETE", f"/webhooks/{webhook['id']}")

    assert gone.status_code == 204
    assert await send(quiet) == 0
    assert (await desk.ask("GET", f"/webhooks/{webhook['id']}")).status_code == 404


async def test_only_administrators_come_near(house: House) -> None:
    leader = Desk(house)
    await leader.sign_in("shift_leader")

    assert (await leader.ask("GET", "/webhooks")).status_code == 403


async def test_many_facts_are_put_down_in_few_statements(
    quiet: House, desk: Desk, other_side: OtherSide
) -> None:
    await a_webhook(desk, other_side.url)
    facts = [
        Fact(
            number, "message.received", uuid4(), None, None, None, {"message": str(uuid7())}, now()
        )
        for number in range(1_000_000, 1_001_000)
    ]
    statements: list[str] = []
    engine = quiet.database.engine.sync_engine

    def listen(*given: Any) -> None:
        statements.append(given[2])

    async with quiet.database.transaction() as db:
        event.listen(engine, "before_cursor_execute", listen)
        await reactions.tell_webhooks(db, facts)
        event.remove(engine, "before_cursor_execute", listen)

    assert len(statements) <= 2


async def test_payloads_take_the_same_queries_for_one_and_for_forty(
    quiet: House, desk: Desk, other_side: OtherSide
) -> None:
    await a_webhook(desk, other_side.url)
    counts = []
    engine = quiet.database.engine.sync_engine
    statements: list[str] = []

    def listen(*given: Any) -> None:
        statements.append(given[2])

    for times in (1, 5):
        for _ in range(times):
            await said(quiet)
        await react(quiet)
        statements.clear()
        event.listen(engine, "before_cursor_execute", listen)
        async with quiet.database.transaction() as db:
            errands = await webhook_sending.claim(db)
        event.remove(engine, "before_cursor_execute", listen)
        assert len(errands) == times
        counts.append(len(statements))

    assert counts[0] == counts[1]


def test_every_event_on_offer_is_one_that_happens() -> None:
    known = set(Event.known) | MESSAGES

    ours = {kind for kind in OFFERED if not kind.startswith(("promise.", "task."))}
    assert ours <= known
