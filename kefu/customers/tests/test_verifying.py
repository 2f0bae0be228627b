from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from kefu.core.clock import frozen
from kefu.core.db import Session
from kefu.customers import checks_order, verified_until, verify, verifying
from kefu.customers.tests.conftest import Desk
from kefu.customers.tests.factories import a_customer
from kefu.customers.verifying import ORDER_CHECKS

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def orders() -> Iterator[dict[str, str]]:
    """A shop's orders: number to telephone tail."""
    kept = {"2025112100017": "8000"}

    @checks_order
    async def check(_db: Session, _customer: UUID, order: str, tail: str) -> bool:
        return kept.get(order) == tail

    yield kept
    ORDER_CHECKS.remove(check)


def proof(tail: str) -> dict[str, str]:
    return {"method": "order_phone", "order": "2025112100017", "phone_tail": tail}


async def test_a_proof_holds_for_a_day_wherever_the_customer_writes(db: Session) -> None:
    customer = await a_customer(db)

    with frozen(NINE) as clock:
        await verify(db, customer, method="sms_code")
        clock.advance(timedelta(hours=23, minutes=59))
        holding = await verified_until(db, customer.id)
        clock.advance(timedelta(minutes=1))
        gone = await verified_until(db, customer.id)

    assert (holding, gone) == (NINE + timedelta(days=1), None)


async def test_an_order_and_the_tail_of_its_telephone_prove_a_customer(
    db: Session, desk: Desk, orders: dict[str, str]
) -> None:
    customer = await a_customer(db)
    await desk.sign_in()

    answer = await desk.post(f"/customers/{customer.id}/verification", proof("8000"))

    assert answer.json()["verified"] is True
    page = (await desk.get(f"/customers/{customer.id}")).json()
    assert page["verified_until"] == answer.json()["valid_until"]


async def test_after_five_wrong_tails_the_right_one_is_refused_for_an_hour(
    db: Session, desk: Desk, orders: dict[str, str]
) -> None:
    customer = await a_customer(db)
    await desk.sign_in()
    path = f"/customers/{customer.id}/verification"

    wrong = [(await desk.post(path, proof("1111"))).json()["verified"] for _ in range(5)]
    right = await desk.post(path, proof("8000"))

    assert wrong == [False] * 5
    assert (right.status_code, right.headers["retry-after"]) == (429, "3600")


async def test_without_orders_this_way_is_closed(
    db: Session, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verifying, "ORDER_CHECKS", [])
    customer = await a_customer(db)
    await desk.sign_in()

    answer = await desk.post(f"/customers/{customer.id}/verification", proof("8000"))

    assert answer.status_code == 503
