from __future__ import annotations

import io
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from PIL import Image

from kefu.commerce import routes_service_returns
from kefu.commerce.model_orders import Order
from kefu.commerce.model_returns import ReturnCase
from kefu.commerce.order_tokens import issue_order_token
from kefu.commerce.returns.applying import Units, Wanted, apply
from kefu.commerce.returns.repairing import set_state
from kefu.commerce.returns.reviewing import review
from kefu.commerce.tests.factories import an_order, lines_of
from kefu.commerce.tests.factories_returns import a_case, a_policy, an_inspected_case
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.files import MemoryStorage
from kefu.core.settings import Settings
from kefu.customers import block_customer
from kefu.customers.tests.factories import a_customer
from kefu.identity.tests import app_of, counted
from kefu.identity.tests.factories import an_agent

KEY = b"a key for tests"


class Customer:
    """Whoever holds a token, before their own order's returns."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client, self.token = client, ""

    def prove(self, order: Order) -> None:
        until = now() + timedelta(minutes=30)
        self.token = issue_order_token(order.id, key=KEY, until=until)

    async def ask(self, method: str, path: str = "", body: Any = None, **more: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"}
        given = {} if body is None else {"json": body}
        address = f"/api/v1/service/order/returns{path}"
        return await self._client.request(method, address, headers=headers, **given, **more)


@pytest.fixture
async def customer(db: Session, tmp_path: Path) -> AsyncIterator[Customer]:
    app = app_of(db, routes_service_returns.router)
    app.state.settings = Settings(secret=KEY.decode(), demo=True, var=tmp_path)
    app.state.storage = MemoryStorage()
    transport = httpx.ASGITransport(app, client=("192.0.2.9", 4711))
    async with httpx.AsyncClient(transport=transport, base_url="http://kefu.test") as client:
        yield Customer(client)


async def wanted(db: Session, order: Order) -> dict[str, Any]:
    line = (await lines_of(db, order))[0]
    lines = [{"line_id": str(line.id), "quantity": 1}]
    return {"kind": "return", "reason": "quality", "note": "开关失灵", "lines": lines}


async def test_what_a_blocked_customer_applies_for_is_reviewed(
    db: Session, customer: Customer
) -> None:
    order = await an_order(db, status="delivered", total=9900)
    await block_whose(db, order)
    customer.prove(order)

    made = await customer.ask("POST", body=await wanted(db, order) | {"reason": "no_reason"})
    case = await db.get_one(ReturnCase, UUID(made.json()["cases"][0]["id"]))

    assert (case.node, case.fast_track) == ("review", False)
    assert [one["name"] for one in case.explanation if not one["holds"]] == ["not_blocked"]


async def test_what_a_blocked_customer_began_goes_on(db: Session, customer: Customer) -> None:
    case = await a_case(db, order=await an_order(db, status="delivered", total=9900))
    order = await db.get_one(Order, case.order_id)
    await block_whose(db, order)
    customer.prove(order)

    parcel = {"carrier": "sf", "tracking_number": "SF1234567890"}
    sent = await customer.ask("PUT", f"/{case.id}/parcel", parcel)

    assert (sent.status_code, sent.json()["cases"][0]["id"]) == (200, str(case.id))


async def block_whose(db: Session, order: Order) -> None:
    head = await an_agent(db, role="department_head")
    person = await a_customer(db)
    order.customer_id = person.id
    await block_customer(db, person, by=head.id)


async def test_a_customer_applies_with_pictures_follows_and_withdraws(
    db: Session, customer: Customer
) -> None:
    await a_policy(db)
    order = await an_order(db, status="delivered")
    customer.prove(order)

    made = (await customer.ask("POST", body=await wanted(db, order))).json()["cases"][0]
    files = {"file": ("破损.png", a_picture())}
    pictured = (await customer.ask("POST", f"/{made['id']}/photos", files=files)).json()
    gone = (await customer.ask("PUT", f"/{made['id']}/withdrawal")).json()

    assert (made["node"], made["allowed"]) == ("review", ["withdraw", "photo"])
    assert [step["node"] for step in made["steps"]] == ["apply", "review"]
    assert pictured["cases"][0]["photos"] == 1
    assert (gone["cases"][0]["status"], gone["cases"][0]["allowed"]) == ("withdrawn", [])
    assert {one["kind"] for one in gone["options"] if one["open"]} == {
        *("return", "exchange", "repair", "installation", "refund_only")
    }


def a_picture() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(made, "PNG")
    return made.getvalue()


async def test_an_approved_customer_says_which_parcel_comes(
    db: Session, customer: Customer
) -> None:
    order = await an_order(db, status="delivered", total=9_900)
    customer.prove(order)
    made = (await customer.ask("POST", body=await wanted(db, order))).json()["cases"][0]

    body = {"carrier": "sf", "tracking_number": "SF123"}
    sent = (await customer.ask("PUT", f"/{made['id']}/parcel", body)).json()["cases"][0]

    assert (made["node"], made["suggested_carrier"]) == ("send_back", "sf")
    assert (sent["tracking_number"], "send" in sent["allowed"]) == ("SF123", True)


async def test_grounds_of_a_refusal_and_states_of_a_repair_are_seen(
    db: Session, customer: Customer
) -> None:
    await a_policy(db)
    order = await an_order(db, status="delivered", lines=2)
    case = await an_inspected_case(db, order=order, kind="repair", reason="quality")
    agent = await an_agent(db)
    await set_state(db, case, "received", by=agent.id)
    second = (await lines_of(db, order))[1]
    other = Wanted(kind="return", units=[Units(second.id, 1)], reason="other")
    refused = await apply(db, order, other, by=agent.id)
    await review(db, refused, approved=False, grounds="超出范围", by=agent.id)
    customer.prove(order)

    cases = (await customer.ask("GET")).json()["cases"]

    assert {one["grounds"] for one in cases} == {"超出范围", ""}
    repair = next(one for one in cases if one["kind"] == "repair")
    assert [one["state"] for one in repair["repair"]] == ["received"]
    assert "inspector" not in str(cases)


async def test_a_token_opens_no_other_orders_cases(db: Session, customer: Customer) -> None:
    case, other = await a_case(db), await an_order(db, status="delivered")
    customer.prove(other)

    answers = [
        await customer.ask("PUT", f"/{case.id}/withdrawal"),
        await customer.ask("PUT", f"/{UUID(int=3)}/withdrawal"),
        await customer.ask("PUT", f"/{case.id}/parcel", {"carrier": "sf", "tracking_number": "1"}),
        await customer.ask("POST", f"/{case.id}/photos", files={"file": ("a.png", a_picture())}),
    ]
    customer.token = "forged"
    answers.append(await customer.ask("GET"))

    assert [answer.status_code for answer in answers] == [404, 404, 404, 404, 401]


@pytest.mark.parametrize("amount", [1, 25])
async def test_own_returns_take_the_same_number_of_queries(
    db: Session, customer: Customer, amount: int
) -> None:
    order = await an_order(db, status="delivered", total=100_000, lines=amount)
    for line in await lines_of(db, order):
        meant = Wanted(kind="return", units=[Units(line.id, 1)], reason="other")
        await apply(db, order, meant, by=None)
    customer.prove(order)

    with counted(db) as statements:
        shown = (await customer.ask("GET")).json()

    assert len(shown["cases"]) == amount
    assert len(statements) == 11
