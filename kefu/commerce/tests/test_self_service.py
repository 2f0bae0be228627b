from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import httpx
import pytest
from sqlalchemy import func, select

from kefu.commerce.changing import approve
from kefu.commerce.model_order_care import OrderChange, ServiceCode
from kefu.commerce.model_orders import Order
from kefu.commerce.routes_service import router
from kefu.commerce.self_service import digits_of, is_their_order, send_code
from kefu.commerce.tests.care_factories import a_bought_order
from kefu.commerce.tests.factories import a_shipment
from kefu.core.clock import FrozenClock
from kefu.core.db import Database, Session
from kefu.core.events import FactRow
from kefu.core.settings import Settings
from kefu.customers import Customer, block_customer, verified_until
from kefu.identity.tests.factories import an_agent
from kefu.identity.tests.visiting import OneTransaction, app_of, clock
from kefu.notifications import MemoryTextSender

__all__ = ["clock"]

KEY = b"a key for tests"


class Browser:
    """A customer's browser at the self-service page."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self.token = ""

    async def ask(self, method: str, path: str, body: Any = None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return await self._client.request(
            method, f"/api/v1/service{path}", json=body, headers=headers
        )

    async def code(self, number: str, tail: str = "0011") -> httpx.Response:
        return await self.ask("POST", "/codes", {"number": number, "phone_tail": tail})

    async def enter(self, order: Order) -> None:
        named = (await self.code(order.number)).json()["code_id"]
        proof = {"code_id": named, "code": digits_of(UUID(named), KEY)}
        self.token = (await self.ask("POST", "/proofs", proof)).json()["token"]


@pytest.fixture
async def browser(db: Session, tmp_path: Path) -> AsyncIterator[Browser]:
    app = app_of(db, router)
    app.state.settings = Settings(secret=KEY.decode(), demo=True, var=tmp_path)
    transport = httpx.ASGITransport(app, client=("192.0.2.9", 4711))
    async with httpx.AsyncClient(transport=transport, base_url="http://kefu.test") as client:
        yield Browser(client)


async def test_number_telephone_and_code_open_the_order(
    db: Session, browser: Browser, clock: FrozenClock
) -> None:
    order = await a_bought_order(db, status="shipped")
    await a_shipment(db, order)

    await browser.enter(order)
    shown = (await browser.ask("GET", "/order")).json()

    assert (shown["number"], shown["status"]) == (order.number, "shipped")
    assert [(one["name"], one["at"] is not None) for one in shown["steps"]] == [
        ("placed", True),
        ("paid", True),
        ("shipped", True),
        ("delivered", False),
    ]
    assert len(shown["shipments"]) == 1
    assert shown["phone"] == "+86138****0011"
    assert order.customer_id is not None
    assert await verified_until(db, order.customer_id) is not None


async def test_what_a_blocked_customer_asks_for_waits_for_a_person(
    db: Session, browser: Browser, clock: FrozenClock
) -> None:
    head = await an_agent(db, role="department_head")
    order = await a_bought_order(db)
    await browser.enter(order)
    await block_customer(db, await db.get_one(Customer, order.customer_id), by=head.id)
    cancel = {"kind": "cancel", "reason": "no_longer_needed"}

    shown = (await browser.ask("GET", "/order")).json()
    asked = (await browser.ask("POST", "/order/changes", cancel)).json()["changes"][0]
    change = await db.get_one(OrderChange, UUID(asked["id"]))
    waiting = (change.state, change.why_special, order.status)
    await approve(db, change, order, by=head.id)

    assert shown["number"] == order.number
    assert waiting == ("pending_approval", "blocked", "paid")
    assert (change.state, order.status) == ("executed", "cancelled")


async def test_nothing_says_whether_there_is_such_an_order(
    db: Session, browser: Browser, clock: FrozenClock
) -> None:
    order = await a_bought_order(db)

    answers = [
        await browser.code(order.number),
        await browser.code(order.number, "9999"),
        await browser.code("SY-NEVER"),
    ]
    wrong = [
        await browser.ask(
            "POST", "/proofs", {"code_id": answer.json()["code_id"], "code": "000000"}
        )
        for answer in answers
    ]

    assert {answer.status_code for answer in answers} == {202}
    assert len({tuple(answer.json()) for answer in answers}) == 1
    assert len({answer.json()["expires_at"] for answer in answers}) == 1
    assert [answer.json() for answer in wrong] == [{"token": None, "until": None}] * 3
    asked = await db.scalar(select(func.count()).select_from(ServiceCode))
    assert asked == 3


async def test_even_the_right_code_of_no_order_opens_nothing(
    browser: Browser, clock: FrozenClock
) -> None:
    named = (await browser.code("SY-NEVER")).json()["code_id"]

    proof = {"code_id": named, "code": digits_of(UUID(named), KEY)}

    assert (await browser.ask("POST", "/proofs", proof)).json()["token"] is None


async def test_five_wrong_codes_lock_the_order_for_an_hour_and_are_remembered(
    db: Session, browser: Browser, clock: FrozenClock
) -> None:
    order = await a_bought_order(db)
    named = (await browser.code(order.number)).json()["code_id"]
    right = digits_of(UUID(named), KEY)
    wrong = "111111" if right != "111111" else "222222"
    for _ in range(5):
        await browser.ask("POST", "/proofs", {"code_id": named, "code": wrong})

    late = await browser.ask("POST", "/proofs", {"code_id": named, "code": right})
    again = await browser.code(order.number)
    clock.advance(timedelta(hours=1, seconds=1))
    after = await browser.code(order.number)

    assert late.json()["token"] is None
    assert (again.status_code, again.json()["code"]) == (429, "locked")
    assert after.status_code == 202
    failed = await db.scalars(
        select(FactRow.details).where(FactRow.kind == "order.code_failed").order_by(FactRow.id)
    )
    assert [one["locked"] for one in failed] == [False] * 4 + [True]


async def test_codes_come_at_a_pace(db: Session, browser: Browser, clock: FrozenClock) -> None:
    order = await a_bought_order(db)

    answers = [await browser.code(order.number) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [202, 202, 202, 429]


async def test_one_address_does_not_try_many_orders(browser: Browser, clock: FrozenClock) -> None:
    answers = [await browser.code(f"SY{number}") for number in range(31)]

    assert [answer.status_code for answer in answers] == [202] * 30 + [429]


async def test_a_code_is_used_once_and_runs_out(
    db: Session, browser: Browser, clock: FrozenClock
) -> None:
    order = await a_bought_order(db)
    await browser.enter(order)
    token = browser.token
    used = await db.scalar(select(ServiceCode.id))
    assert used is not None
    again = {"code_id": str(used), "code": digits_of(used, KEY)}
    late = (await browser.code(order.number)).json()["code_id"]
    clock.advance(timedelta(minutes=10))

    twice = await browser.ask("POST", "/proofs", again)
    over = await browser.ask(
        "POST", "/proofs", {"code_id": late, "code": digits_of(UUID(late), KEY)}
    )

    assert token
    assert twice.json()["token"] is None
    assert over.json()["token"] is None


async def test_a_token_opens_nothing_else_and_not_for_ever(
    db: Session, browser: Browser, clock: FrozenClock
) -> None:
    order = await a_bought_order(db)
    await browser.enter(order)
    good = browser.token
    browser.token = good[:-2] + ("AA" if not good.endswith("AA") else "BB")
    forged = await browser.ask("GET", "/order")
    browser.token = good
    clock.advance(timedelta(minutes=31))
    over = await browser.ask("GET", "/order")
    browser.token = ""

    assert (forged.status_code, forged.json()["code"]) == (401, "token_invalid")
    assert (over.status_code, over.json()["code"]) == (401, "token_expired")
    assert (await browser.ask("GET", "/order")).status_code == 401


async def test_only_the_telephone_of_the_order_gets_the_code(db: Session, browser: Browser) -> None:
    order = await a_bought_order(db)
    sender = MemoryTextSender()
    names = [
        (await browser.code(number)).json()["code_id"] for number in (order.number, "SY-NEVER")
    ]

    for name in names:
        database = cast("Database", OneTransaction(db))
        await send_code(database, UUID(name), key=KEY, sender=sender)

    (message,) = sender.sent
    assert (message.to, message.key) == ("+8613800000011", names[0])
    assert digits_of(UUID(names[0]), KEY) in message.text


async def test_a_customer_cancels_inside_the_window_and_asks_outside(
    db: Session, browser: Browser
) -> None:
    early, late = await a_bought_order(db), await a_bought_order(db, minutes_ago=600)
    body = {"kind": "cancel", "reason": "ordered_by_mistake"}

    await browser.enter(early)
    done = (await browser.ask("POST", "/order/changes", body)).json()
    await browser.enter(late)
    waits = (await browser.ask("POST", "/order/changes", body)).json()
    path = f"/order/changes/{waits['changes'][0]['id']}/withdrawal"
    left = (await browser.ask("PUT", path)).json()

    assert (done["status"], done["steps"][-1]["name"]) == ("cancelled", "cancelled")
    assert [one["status"] for one in done["refunds"]] == ["approved"]
    assert (waits["status"], waits["changes"][0]["state"]) == ("paid", "pending_approval")
    assert left["changes"][0]["state"] == "withdrawn"


async def test_a_customer_applies_for_an_invoice(db: Session, browser: Browser) -> None:
    await browser.enter(await a_bought_order(db))
    body = {"title": "王芳", "email": "wangfang@example.com"}

    shown = (await browser.ask("POST", "/order/invoices", body)).json()

    assert [(one["title"], one["state"]) for one in shown["invoices"]] == [("王芳", "applied")]


async def test_without_a_way_to_send_codes_none_are_promised(db: Session, tmp_path: Path) -> None:
    app = app_of(db, router)
    app.state.settings = Settings(secret="s", var=tmp_path)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://kefu.test") as client:
        answer = await Browser(client).code("SY1")

    assert (answer.status_code, answer.json()["code"]) == (503, "no_sender")


async def test_on_the_telephone_an_order_proves_its_customer_and_nobody_else(
    db: Session,
) -> None:
    order, other = await a_bought_order(db), await a_bought_order(db)
    assert order.customer_id is not None

    mine = await is_their_order(db, order.customer_id, order.number, "0011")
    theirs = await is_their_order(db, order.customer_id, other.number, "0011")

    assert (mine, theirs) == (True, False)
