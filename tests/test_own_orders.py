from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from kefu.channels.routes_orders import router as widget
from kefu.channels.tokens import issue_visitor_token
from kefu.commerce.routes_orders import router as orders
from kefu.commerce.routes_service import router as service
from kefu.commerce.self_service import digits_of
from kefu.commerce.tests.factories import an_order
from kefu.conversations.tests.factories import an_inbox
from kefu.core.clock import iso, now
from kefu.core.db import Session
from kefu.core.ids import uuid7
from kefu.core.settings import Settings
from kefu.customers import Customer, verify
from kefu.customers.routes import router as customers
from kefu.customers.tests.factories import a_customer, an_identity
from kefu.identity import CSRF_COOKIE, CSRF_HEADER, SESSION_COOKIE
from kefu.identity.tests.factories import an_entry
from kefu.identity.tests.visiting import app_of, counted

KEY = b"a key for tests"


@pytest.fixture
async def client(db: Session, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    app = app_of(db, widget, service, orders, customers)
    app.state.settings = Settings(secret=KEY.decode(), demo=True, var=tmp_path)
    transport = httpx.ASGITransport(app, client=("192.0.2.9", 4711))
    async with httpx.AsyncClient(transport=transport, base_url="http://kefu.test") as client:
        yield client


async def in_the_widget(
    db: Session, client: httpx.AsyncClient, customer: Customer, path: str = "", **identity: Any
) -> httpx.Response:
    """Ask as this customer, in an inbox whose shop signed who they are unless said otherwise."""
    inbox = await an_inbox(db, channel="web_chat")
    given = {"verified_at": now()} | identity
    await an_identity(db, customer, "external_id", f"user-{uuid7()}", scope=inbox.id, **given)
    token = issue_visitor_token(customer.id, inbox.id, key=KEY, at=now())
    return await client.get(
        f"/api/v1/widget/{inbox.id}/orders{path}", headers={"Authorization": f"Bearer {token}"}
    )


async def test_one_order_stands_the_same_on_four_channels_each_after_a_proof(
    db: Session, client: httpx.AsyncClient
) -> None:
    customer = await a_customer(db)
    order = await an_order(db, customer=customer.id, status="shipped")
    entry = await an_entry(db, role="department_head")

    shop_app = await in_the_widget(db, client, customer)
    chat = await in_the_widget(db, client, customer, f"/{order.id}")
    asked = {"number": order.number, "phone_tail": "0011"}
    code = (await client.post("/api/v1/service/codes", json=asked)).json()["code_id"]
    shown = {"code_id": code, "code": digits_of(type(order.id)(code), KEY)}
    token = (await client.post("/api/v1/service/proofs", json=shown)).json()["token"]
    website = await client.get(
        "/api/v1/service/order", headers={"Authorization": f"Bearer {token}"}
    )
    client.cookies.set(SESSION_COOKIE, entry.token)
    client.cookies.set(CSRF_COOKIE, entry.csrf)
    client.headers[CSRF_HEADER] = entry.csrf
    proof = {"method": "order_phone", "order": order.number, "phone_tail": "0011"}
    verified = await client.post(f"/api/v1/customers/{customer.id}/verification", json=proof)
    phone = await client.post(
        f"/api/v1/orders/{order.id}/queries", json={"channel": "phone", "asked_at": iso(now())}
    )

    assert verified.json()["verified"] is True
    said = [shop_app.json()["items"][0], chat.json(), website.json(), phone.json()]
    assert {one["number"] for one in said} == {order.number}
    assert {one["status"] for one in said} == {"shipped"}


async def test_a_stranger_sees_no_orders_until_they_prove_one(
    db: Session, client: httpx.AsyncClient
) -> None:
    customer = await a_customer(db)
    order = await an_order(db, customer=customer.id)

    before = await in_the_widget(db, client, customer, verified_at=None)
    one = await in_the_widget(db, client, customer, f"/{order.id}", verified_at=None)
    await verify(db, customer, method="sms_code")
    after = await in_the_widget(db, client, customer, verified_at=None)

    assert before.json() == {"proven": False, "items": []}
    assert one.status_code == 404
    assert len(after.json()["items"]) == 1


async def test_somebody_elses_order_is_not_there(db: Session, client: httpx.AsyncClient) -> None:
    order = await an_order(db, customer=(await a_customer(db)).id)

    answer = await in_the_widget(db, client, await a_customer(db), f"/{order.id}")

    assert answer.status_code == 404


async def test_the_list_takes_as_many_queries_for_one_as_for_many(
    db: Session, client: httpx.AsyncClient
) -> None:
    customer = await a_customer(db)
    counts = []
    for more in (1, 24):
        for _ in range(more):
            await an_order(db, customer=customer.id)
        await in_the_widget(db, client, customer)
        with counted(db) as statements:
            answer = await in_the_widget(db, client, customer)
        counts.append(len(statements))

    assert len(answer.json()["items"]) == 25
    assert counts[0] == counts[1]


async def test_an_own_order_opens_the_pages_of_self_service(
    db: Session, client: httpx.AsyncClient
) -> None:
    customer, stranger = await a_customer(db), await a_customer(db)
    order = await an_order(db, customer=customer.id, status="delivered")
    inbox = await an_inbox(db, channel="web_chat")
    proof = {"scope": inbox.id, "verified_at": now()}
    await an_identity(db, customer, "external_id", f"user-{uuid7()}", **proof)
    answers = []
    for visitor in (customer, stranger):
        token = issue_visitor_token(visitor.id, inbox.id, key=KEY, at=now())
        path = f"/api/v1/widget/{inbox.id}/orders/{order.id}/pass"
        headers = {"Authorization": f"Bearer {token}"}
        answers.append(await client.post(path, headers=headers))

    headers = {"Authorization": f"Bearer {answers[0].json()['token']}"}
    shown = await client.get("/api/v1/service/order", headers=headers)

    assert [answer.status_code for answer in answers] == [201, 404]
    assert shown.json()["number"] == order.number
