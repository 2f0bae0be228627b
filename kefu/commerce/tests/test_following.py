from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text

from kefu.commerce.accuracy import note_error
from kefu.commerce.measures_orders import (
    order_accuracy,
    order_query_seconds,
    orders_assisted,
    refund_mismatches,
)
from kefu.commerce.model import PaymentMethod
from kefu.commerce.personal_data import erase_orders, orders_of
from kefu.commerce.querying import answer_query
from kefu.commerce.reactions_purchases import count_purchases
from kefu.commerce.self_service import is_their_order
from kefu.commerce.taking import take_orders
from kefu.commerce.tests.factories import (
    a_payment,
    a_payment_method,
    a_refund,
    a_shipment,
    a_shop,
    a_tracking_event,
    an_order,
    the_shop,
)
from kefu.commerce.tests.telling import told
from kefu.commerce.timeline import show_orders
from kefu.core.clock import frozen
from kefu.core.db import Session
from kefu.core.events import Fact, FactRow
from kefu.core.ids import uuid7
from kefu.core.measures import Period
from kefu.customers.tests.factories import a_customer
from kefu.identity import actor_for_agent
from kefu.identity.tests.factories import an_agent

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
MARCH = Period(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC))


async def facts_of(db: Session) -> list[Fact]:
    rows = await db.scalars(select(FactRow).order_by(FactRow.id))
    return [
        Fact(r.id, r.kind, r.subject, r.conversation, r.customer, r.actor, r.details, r.at)
        for r in rows
    ]


async def test_a_customers_figures_follow_their_orders(db: Session) -> None:
    shop = await a_shop(db)
    await take_orders(db, shop, [told("A"), told("B")])

    await count_purchases(db, await facts_of(db))

    row = (await db.execute(text("select orders, spent, refunded from customer_figures"))).one()
    assert tuple(row) == (2, 139800, 0)


async def test_number_and_telephone_tail_of_an_own_order_prove_who_one_is(db: Session) -> None:
    customer, other = await a_customer(db), await a_customer(db)
    await an_order(db, customer=customer.id, number="A1", phone="+8613800004455")

    assert await is_their_order(db, customer.id, " A1 ", "4455")
    assert await is_their_order(db, customer.id, "a1", "4455")
    assert not await is_their_order(db, customer.id, "A1", "4456")
    assert not await is_their_order(db, other.id, "A1", "4455")


async def test_an_erased_customer_is_in_no_order_any_more(db: Session) -> None:
    customer = await a_customer(db)
    method = await a_payment_method(db, customer.id)
    order = await an_order(db, customer=customer.id, status="shipped", note="门卫代收")
    await a_payment(db, order, method_id=method.id)
    scan = await a_tracking_event(db, await a_shipment(db, order), text="已由王芳签收")

    exported = await orders_of(db, customer.id)
    await erase_orders(db, customer.id)

    for row in (order, scan):
        await db.refresh(row)
    assert (exported[0]["recipient"], exported[0]["lines"][0]["quantity"]) == ("王芳", 1)
    assert (order.recipient, order.phone, order.phone_tail, order.street, order.note) == (None,) * 5
    assert (scan.place, scan.text) == (None, None)
    assert order.total_amount == 69900
    assert await db.scalar(select(PaymentMethod.id)) is None


async def test_the_timeline_shows_the_number_of_an_order(db: Session) -> None:
    shop = await a_shop(db)
    await take_orders(db, shop, [told("SY-9")])
    agent = await an_agent(db, role="agent")
    actor = await actor_for_agent(db, agent.id)
    assert actor is not None
    placed = await db.scalars(select(FactRow).where(FactRow.kind == "order.placed"))

    shown = await show_orders(db, actor, placed.all())

    assert [entry["number"] for entry in shown.values()] == ["SY-9"]


async def test_a_thousand_orders_with_five_mistakes_are_right_to_99_5_percent(
    db: Session,
) -> None:
    shop = await the_shop(db)
    await db.execute(
        text(
            "insert into orders (id, shop_id, number, status, placed_at, currency, goods_amount, "
            "shipping_amount, discount_amount, total_amount, paid_amount, refunded_amount, "
            "search_terms, channel, source, historic, attributes, created_at, updated_at) "
            "select gen_random_uuid(), :shop, 'N' || n, 'paid', :at, 'CNY', 1, 0, 0, 1, 1, 0, "
            "'{}', 'web', 'shop', false, '{}', :at, :at from generate_series(1, 995) n"
        ),
        {"shop": shop.id, "at": NOON},
    )
    for cause in ("address", "address", "item", "amount", "amount"):
        await note_error(db, await an_order(db, placed_at=NOON), cause=cause)

    found = await order_accuracy(db, MARCH)
    empty = await order_accuracy(db, Period(NOON - timedelta(days=60), NOON - timedelta(days=50)))

    assert (found.value, found.numerator, found.denominator) == (99.5, 995, 1000)
    causes = {cause: part.numerator for cause, part in found.parts.items() if part.numerator}
    assert causes == {"address": 2, "item": 1, "amount": 2}
    assert (empty.value, empty.reason) == (None, "nothing_to_count")


async def test_questions_on_four_channels_get_one_answer_and_their_mean_is_told(
    db: Session,
) -> None:
    order = await an_order(db, status="shipped")
    with frozen(NOON):
        standings = [
            await answer_query(db, order, channel=channel, asked_at=NOON - timedelta(seconds=wait))
            for channel, wait in (("website", 0), ("app", 2), ("phone", 40), ("chat", 18))
        ]

    found = await order_query_seconds(db, MARCH)

    assert len({(one.status, one.number, one.shipped_at) for one in standings}) == 1
    assert (found.value, found.denominator) == (15.0, 4)
    assert found.parts["phone"].value == 40.0


async def test_refunds_that_do_not_fit_and_help_are_counted(db: Session) -> None:
    order = await an_order(db)
    await a_refund(db, order, crm_status="paid", finance_status="failed", requested_at=NOON)
    await a_refund(db, order, crm_status="paid", finance_status="paid", requested_at=NOON)

    assert (await refund_mismatches(db, MARCH)).value == 1
    assert (await orders_assisted(db, MARCH)).value == 0


@pytest.mark.parametrize("status", ["paid", "shipped"])
async def test_help_with_an_order_is_counted_by_the_event_that_finishes_it(
    db: Session, status: str
) -> None:
    shop = await a_shop(db)
    agent = await an_agent(db, role="agent")
    order = await an_order(
        db, shop=shop, number="A", status="created", unfinished_step="address",
        assisted_by=agent.id,
    )  # fmt: skip
    with frozen(NOON):
        await take_orders(db, shop, [told("A", status=status, version=1)])
        found = await orders_assisted(db, MARCH)

    await db.refresh(order)
    assert (order.source, found.value) == ("service", 1)
    assert uuid7() > order.id
