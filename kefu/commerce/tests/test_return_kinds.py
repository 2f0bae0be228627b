from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from kefu.commerce.model_orders import Order, OrderLine
from kefu.commerce.model_shipments import Shipment
from kefu.commerce.returns.options import options_for
from kefu.commerce.returns.repairing import cover_of, set_state
from kefu.commerce.returns.replacing import reship
from kefu.commerce.tests.factories import a_line, a_product, an_order
from kefu.commerce.tests.factories_returns import a_policy, an_inspected_case
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Conflict, Invalid
from kefu.identity.tests.factories import an_agent


@pytest.fixture(autouse=True)
async def nothing_by_itself(db: Session) -> None:
    await a_policy(db)


async def repaired_through(db: Session, case: Any, *states: str, **more: Any) -> None:
    agent = await an_agent(db)
    for state in states:
        await set_state(db, case, state, by=agent.id, **more)


async def test_an_exchange_ends_with_a_replacement_that_costs_nothing(db: Session) -> None:
    case = await an_inspected_case(db, kind="exchange", reason="wrong_item")
    agent = await an_agent(db)

    parcel = await reship(db, case, carrier="sf", tracking_number="SF900", by=agent.id)

    replacement = await db.get_one(Order, case.replacement_order_id)
    lines = list(await db.scalars(select(OrderLine).where(OrderLine.order_id == replacement.id)))
    assert (case.status, replacement.total_amount, replacement.source) == ("done", 0, "service")
    assert [(line.quantity, line.unit_price) for line in lines] == [(1, 0)]
    assert (parcel.order_id, parcel.direction) == (replacement.id, "outbound")


@pytest.mark.parametrize(
    ("bought", "months", "until"),
    [
        (datetime(2025, 1, 31, tzinfo=UTC), 1, datetime(2025, 2, 28, tzinfo=UTC)),
        (datetime(2024, 2, 29, tzinfo=UTC), 12, datetime(2025, 2, 28, tzinfo=UTC)),
        (datetime(2025, 12, 5, tzinfo=UTC), 24, datetime(2027, 12, 5, tzinfo=UTC)),
        (datetime(2025, 12, 5, tzinfo=UTC), 0, datetime(2025, 12, 5, tzinfo=UTC)),
    ],
)
def test_the_warranty_counts_calendar_months_from_the_purchase(
    bought: datetime, months: int, until: datetime
) -> None:
    cover = cover_of(bought, months)

    assert cover.until == until
    assert cover.covers(until - timedelta(seconds=1))
    assert not cover.covers(until)


async def test_a_repair_under_warranty_is_free_and_goes_home(db: Session) -> None:
    case = await an_inspected_case(db, kind="repair", reason="quality")
    await repaired_through(db, case, "received", "diagnosing")
    with pytest.raises(Conflict) as refused:
        await repaired_through(db, case, "quoted", quote=100)

    await repaired_through(db, case, "repairing", "testing", "repaired")
    node = case.node
    agent = await an_agent(db)
    await reship(db, case, carrier="sf", tracking_number="SF77", by=agent.id)

    assert (refused.value.code, node, case.status) == ("in_warranty", "reship", "done")
    assert case.replacement_order_id is None


async def test_a_repair_out_of_warranty_needs_a_price(db: Session) -> None:
    old = now() - timedelta(days=800)
    order = await an_order(db, status="delivered", placed_at=old)
    case = await an_inspected_case(db, kind="repair", reason="quality", order=order)
    await repaired_through(db, case, "received", "diagnosing")

    with pytest.raises(Invalid) as refused:
        await repaired_through(db, case, "quoted")
    await repaired_through(db, case, "quoted", quote=12_000)

    assert refused.value.field == "quote"


async def test_what_cannot_be_repaired_is_refunded(db: Session) -> None:
    case = await an_inspected_case(db, kind="repair", reason="quality")

    await repaired_through(db, case, "received", "diagnosing", "irreparable")

    assert case.node == "refund"


async def test_repair_states_follow_each_other(db: Session) -> None:
    case = await an_inspected_case(db, kind="repair", reason="quality")

    with pytest.raises(Conflict) as refused:
        await repaired_through(db, case, "repairing")

    assert refused.value.code == "out_of_order"


async def test_every_delivered_order_has_a_way_in_for_each_stage(db: Session) -> None:
    product = await a_product(db, warranty_months=24, model="LAMP")
    order = await an_order(db, status="delivered", lines=0)
    await a_line(db, order, product_id=product.id, quantity=2)

    ways, lines, rules = await options_for(db, order)

    assert {way.kind: way.open for way in ways} == dict.fromkeys(
        ("return", "exchange", "repair", "installation", "refund_only"), True
    )
    assert [(one.left, one.cover.months, one.model) for one in lines] == [(2, 24, "LAMP")]
    assert rules.cycle.goal_days() == 1.6


@pytest.mark.parametrize(
    ("given", "closed"),
    [
        ({"status": "shipped"}, {"return": "not_delivered", "repair": "not_delivered"}),
        ({"status": "created"}, {"return": "not_paid", "installation": "not_paid"}),
        ({"status": "delivered", "old": True}, {"return": "too_late", "exchange": "too_late"}),
    ],
)
async def test_a_closed_way_says_why(
    db: Session, given: dict[str, Any], closed: dict[str, str]
) -> None:
    more: dict[str, Any] = (
        {"placed_at": now() - timedelta(days=40)} if given.pop("old", False) else {}
    )
    order = await an_order(db, **given, **more)

    ways, _, _ = await options_for(db, order)

    reasons = {way.kind: way.reason for way in ways}
    assert {kind: reasons[kind] for kind in closed} == closed


async def test_a_parcel_on_its_way_back_is_of_the_order(db: Session) -> None:
    await an_inspected_case(db)

    parcel = (await db.scalars(select(Shipment))).one()

    assert (parcel.direction, parcel.return_id is not None) == ("return", True)
