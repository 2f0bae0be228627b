from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from kefu.commerce import automation_actions, automation_triggers
from kefu.commerce.automation import ORDER_FIELDS, about_orders
from kefu.commerce.events import OrderPaid, ShipmentMoved
from kefu.commerce.events_logistics import AnomalyOpened
from kefu.commerce.model_notices import CustomerNotice, NoticeWish
from kefu.commerce.model_orders import Order, OrderError
from kefu.commerce.tests.factories import a_shipment, an_order
from kefu.commerce.tests.logistics import a_parcel, fact_of, facts_of, hours, pass_time, scanned
from kefu.core.automation import ACTIONS, SUBJECTS, TRIGGERS, About, Hit, Outcome
from kefu.core.clock import FrozenClock, frozen, now
from kefu.core.condition_fields import Asking
from kefu.core.conditions import compiled, parsed
from kefu.core.db import Session
from kefu.core.ids import uuid7
from kefu.customers.tests.factories import a_customer
from kefu.promises.tests.factories import NOON

__all__ = ["automation_actions", "automation_triggers"]


@pytest.fixture(autouse=True)
def clock() -> Iterator[FrozenClock]:
    with frozen(NOON) as clock:
        yield clock


async def matched(db: Session, *conditions: dict[str, Any]) -> set[str]:
    """Numbers of the orders of which all of this holds."""
    condition = parsed({"all": list(conditions)}, ORDER_FIELDS)
    clause = compiled(condition, ORDER_FIELDS, Asking(at=now()))
    return set(await db.scalars(select(Order.number).where(clause)))


def asks(field: str, operator: str, value: Any = None) -> dict[str, Any]:
    return {"field": field, "operator": operator} | ({} if value is None else {"value": value})


async def take(db: Session, action: str, *orders: Order, **params: Any) -> list[Outcome]:
    hits = [Hit(uuid7(), uuid7(), "", "order", one.id, About()) for one in orders]
    outcomes = await ACTIONS[action].run(db, hits, params) or {}
    await db.flush()
    return [outcomes[hit.run] for hit in hits]


async def test_every_field_of_orders_can_be_asked(db: Session) -> None:
    order = await an_order(
        db, number="A", status="shipped", total=129900, promised_by=now() - timedelta(days=3)
    )
    await a_shipment(db, order, carrier="sf")
    await an_order(db, number="B", total=9900, promised_by=now() + timedelta(days=1))

    assert await matched(
        db,
        asks("status", "is", ["shipped"]),
        asks("amount", "at_least", 1299),
        asks("amount", "at_most", 1299),
        asks("refunded", "is", value=False),
        asks("carrier", "is", ["sf"]),
        asks("province", "contains", "浙江"),
        asks("city", "contains", "杭州"),
        asks("channel", "is", ["web"]),
        asks("shop", "is", ["main"]),
        asks("placed", "within_days", 5),
        asks("promised", "is_set"),
        asks("days_late", "at_least", 3),
        asks("days_late", "at_most", 3),
        asks("problem", "is_empty"),
        asks("problem", "is_not", ["lost"]),
        asks("has_customer", "is", value=False),
    ) == {"A"}
    assert await matched(db, asks("days_late", "at_most", 0)) == {"B"}
    assert await matched(db, asks("unfinished_step", "is", ["payment"])) == set()
    assert (await about_orders(db, [order.id]))[order.id].title == "A"


async def test_a_problem_on_the_way_leads_to_its_order(db: Session, clock: FrozenClock) -> None:
    parcel = await a_parcel(db, number="SY1")
    await scanned(db, parcel, "picked_up")
    await pass_time(db, clock, hours(48))

    [opened] = await facts_of(db, AnomalyOpened.kind)
    [moved, *_] = await facts_of(db, ShipmentMoved.kind)

    for fact in (opened, moved):
        assert TRIGGERS[fact.kind].subject_of(fact_of(fact)) == parcel.order_id
    assert opened.details["problem"] == "stuck"
    assert await matched(db, asks("problem", "is", ["stuck"])) == {"SY1"}


def test_each_trigger_is_about_orders_and_each_choice_has_words() -> None:
    ours = [one for one in TRIGGERS.values() if one.subject == "order"]

    assert OrderPaid.kind in {one.fact for one in ours}
    wordless = [
        f"{one.name}: {name}.{choice}"
        for one in ours
        for name, field in one.fields.items()
        for choice in field.choices
        if f"{name}.{choice}" not in one.words
    ]
    known = SUBJECTS["order"].words
    wordless += [name for name in ORDER_FIELDS if name not in known]
    assert wordless == []


async def test_a_rule_tells_a_customer_once_and_never_against_their_wish(db: Session) -> None:
    willing, unwilling = await a_customer(db), await a_customer(db)
    db.add(NoticeWish(customer_id=unwilling.id, wanted=False))
    orders = [
        await an_order(db, customer=willing.id, number="A"),
        await an_order(db, customer=unwilling.id),
        await an_order(db, customer=willing.id, historic=True),
        await an_order(db),
    ]

    outcomes = await take(db, "order.tell_customer", *orders, text="订单 {number} 已加急")

    assert [one.code or one.result for one in outcomes] == [
        "queued",
        "not_wanted",
        "too_old",
        "no_customer",
    ]
    [notice] = await db.scalars(select(CustomerNotice))
    assert (notice.text, notice.status, notice.kind) == ("订单 A 已加急", "waiting", "message")


async def test_a_mistake_is_noted_once(db: Session) -> None:
    order = await an_order(db)

    first = await take(db, "order.note_error", order, cause="address")
    second = await take(db, "order.note_error", order, cause="address")

    assert (first[0].result, second[0].code) == ("done", "known")
    assert (await db.scalars(select(OrderError.cause))).all() == ["address"]
