"""What orders earn: points when completed, a recommendation when paid, both taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from kefu.commerce.events import OrderCompleted, OrderPaid, RefundPaid
from kefu.commerce.model_orders import Order
from kefu.commerce.reactions_rewarding import attribute, earn, take_back
from kefu.commerce.tests.factories import a_line, a_product, a_refund, an_order, lines_of
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.events import Fact
from kefu.core.ids import uuid7
from kefu.customers.model import Customer
from kefu.customers.model_points import PointsAccount
from kefu.customers.model_recommendations import Recommendation
from kefu.customers.recommending import recommend
from kefu.customers.tests.factories import a_customer
from kefu.identity.tests.factories import an_agent


def told(kind: str, order: Order, **details: Any) -> list[Fact]:
    return [Fact(1, kind, order.id, None, order.customer_id, None, details, now())]


async def balance(db: Session, customer: Customer) -> int:
    account = await db.get(PointsAccount, customer.id, populate_existing=True)
    return account.balance if account else 0


async def refunded(db: Session, order: Order, amount: int) -> None:
    order.refunded_amount += amount
    await db.flush()
    await take_back(db, told(RefundPaid.kind, order, amount=amount, refund=str(uuid7())))


async def a_recommended_order(db: Session, *, lines: int = 1) -> tuple[Customer, Order, UUID]:
    """A product was recommended, and is in an order placed right after."""
    customer, agent, product = await a_customer(db), await an_agent(db), await a_product(db)
    await recommend(db, customer, product=product.id, conversation=None, by=agent.id)
    order = await an_order(db, customer=customer.id, lines=0, total=10_000, placed_at=now())
    for position in range(1, lines + 1):
        await a_line(
            db, order, position=position, unit_price=10_000 // lines, product_id=product.id
        )
    return customer, order, product.id


async def recommendation(db: Session) -> Recommendation:
    found = await db.scalars(select(Recommendation).execution_options(populate_existing=True))
    return found.one()


async def test_a_completed_order_earns_once(db: Session) -> None:
    customer = await a_customer(db)
    order = await an_order(db, customer=customer.id, status="completed", total=69_900)

    await earn(db, told(OrderCompleted.kind, order))
    await earn(db, told(OrderCompleted.kind, order))

    assert await balance(db, customer) == 699


async def test_old_orders_and_those_of_nobody_earn_nothing(db: Session) -> None:
    customer = await a_customer(db)
    old = await an_order(db, customer=customer.id, status="completed")
    strangers = await an_order(db, status="completed")

    await earn(db, told(OrderCompleted.kind, old, historic=True))
    await earn(db, told(OrderCompleted.kind, strangers))

    assert await db.scalar(text("select count(*) from points_entries")) == 0


async def test_what_is_refunded_takes_its_part_of_the_points_back(db: Session) -> None:
    customer = await a_customer(db)
    order = await an_order(db, customer=customer.id, status="completed", total=10_000)
    await earn(db, told(OrderCompleted.kind, order))

    await refunded(db, order, 2_500)
    assert await balance(db, customer) == 75

    await refunded(db, order, 7_500)
    assert await balance(db, customer) == 0


async def test_a_recommended_product_counts_once_with_all_its_lines(db: Session) -> None:
    _, order, product = await a_recommended_order(db, lines=2)

    await attribute(db, told(OrderPaid.kind, order))
    await attribute(db, told(OrderPaid.kind, order))

    made = await recommendation(db)
    assert (made.order_id, made.product_id, made.amount) == (order.id, product, 10_000)
    kinds = await db.scalars(text("select kind from facts where kind = 'recommendation.bought'"))
    assert len(kinds.all()) == 1


async def test_a_full_refund_takes_the_recommendation_back_a_part_does_not(db: Session) -> None:
    _, order, _ = await a_recommended_order(db)
    await attribute(db, told(OrderPaid.kind, order))

    await refunded(db, order, 4_000)
    assert (await recommendation(db)).taken_back_at is None

    await refunded(db, order, 6_000)
    assert (await recommendation(db)).taken_back_at is not None


async def test_an_order_of_nobody_counts_for_no_recommendation(db: Session) -> None:
    _, order, _ = await a_recommended_order(db)
    order.customer_id = None
    await db.flush()

    await attribute(db, told(OrderPaid.kind, order))

    assert (await recommendation(db)).order_id is None


async def test_the_refund_of_just_the_recommended_line_takes_it_back(db: Session) -> None:
    _, order, product = await a_recommended_order(db)
    (line,) = await lines_of(db, order)
    line.unit_price = 4_000
    await a_line(db, order, position=2, unit_price=6_000)
    await attribute(db, told(OrderPaid.kind, order))

    await a_refund(db, order, amount=1_000, status="paid", line_id=line.id)
    await refunded(db, order, 1_000)
    some = (await recommendation(db)).taken_back_at
    await a_refund(db, order, amount=3_000, status="paid", line_id=line.id)
    await refunded(db, order, 3_000)

    made = await recommendation(db)
    assert (some, made.product_id) == (None, product)
    assert made.taken_back_at is not None


async def test_what_comes_back_whole_counts_no_more(db: Session) -> None:
    _, order, _ = await a_recommended_order(db)
    (line,) = await lines_of(db, order)
    await a_line(db, order, position=2, unit_price=6_000)
    await attribute(db, told(OrderPaid.kind, order))

    line.returned_quantity = line.quantity
    await refunded(db, order, 3_500)

    assert (await recommendation(db)).taken_back_at is not None


async def test_a_part_that_went_back_before_earned_nothing_to_take(db: Session) -> None:
    customer = await a_customer(db)
    order = await an_order(db, customer=customer.id, status="completed", total=10_000)
    assert order.completed_at is not None
    early = {"status": "paid", "paid_at": order.completed_at - timedelta(hours=1)}
    await a_refund(db, order, amount=4_000, **early)
    order.refunded_amount = 4_000
    await db.flush()
    await earn(db, told(OrderCompleted.kind, order))
    earned = await balance(db, customer)

    await refunded(db, order, 6_000)

    assert (earned, await balance(db, customer)) == (60, 0)
