from __future__ import annotations

import itertools
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import func, select, text

from kefu.commerce.access import order_numbered
from kefu.commerce.documents import OrderDocument
from kefu.commerce.model import Shop
from kefu.commerce.model_orders import Order, OrderLine, Payment
from kefu.commerce.model_shipments import Shipment, TrackingEvent
from kefu.commerce.taking import take_orders
from kefu.commerce.tests.factories import a_shop
from kefu.commerce.tests.telling import DELIVERED, PAID, SHIPPED, said, told
from kefu.commerce.waiting import EventDocument, take_events
from kefu.core.db import Session
from kefu.core.errors import Invalid
from kefu.core.events import FactRow
from kefu.customers import Customer, identify
from kefu.identity.tests.visiting import counted

SCAN = {"external_id": "s1", "at": SHIPPED, "status": "in_transit", "place": "杭州"}
PARCEL = {"carrier": "SF", "tracking_number": "SF1", "shipped_at": SHIPPED, "tracking": [SCAN]}


@pytest.fixture
async def shop(db: Session) -> Shop:
    return await a_shop(db)


async def order_of(db: Session, shop: Shop, number: str = "SY2026-1") -> Order:
    order = await order_numbered(db, shop.id, number)
    assert order is not None
    await db.refresh(order)
    return order


async def facts(db: Session, order: Order) -> list[str]:
    rows = await db.scalars(
        select(FactRow.kind).where(FactRow.subject == order.id).order_by(FactRow.id)
    )
    return list(rows)


async def how_many(db: Session, table: Any) -> int:
    return await db.scalar(select(func.count()).select_from(table)) or 0


async def test_a_new_order_is_written_down_with_everything_in_it(db: Session, shop: Shop) -> None:
    [taken] = await take_orders(
        db,
        shop,
        [
            told(
                status="shipped",
                shipped_at=SHIPPED,
                payments=[{"external_id": "p1", "method": "alipay", "amount": 69900}],
                shipments=[PARCEL],
            )
        ],
    )

    order = await order_of(db, shop)
    assert taken.result == "created"
    assert (order.total_amount, order.paid_amount, order.currency) == (69900, 69900, "CNY")
    assert (order.phone, order.phone_tail) == ("+8613800000011", "0011")
    assert await facts(db, order) == ["order.placed", "order.paid", "order.shipped"]
    customer = await db.get(Customer, order.customer_id)
    assert customer is not None
    assert customer.name == "王芳"
    assert await how_many(db, TrackingEvent) == await how_many(db, Shipment) == 1


async def test_a_repetition_does_nothing(db: Session, shop: Shop) -> None:
    document = said(shipments=[PARCEL], version=3)
    await take_orders(db, shop, [OrderDocument.model_validate(document)])
    order = await order_of(db, shop)
    before = await facts(db, order)

    [again] = await take_orders(db, shop, [OrderDocument.model_validate(document)])

    assert again.result == "unchanged"
    assert await facts(db, order) == before
    assert await how_many(db, OrderLine) == 1


async def test_an_older_version_never_overwrites_but_adds_what_it_alone_knows(
    db: Session, shop: Shop
) -> None:
    newer = told(
        version=5, status="delivered", paid_at=None, shipped_at=SHIPPED, delivered_at=DELIVERED
    )
    older = told(version=2, status="paid", note="请送到门卫", address={"recipient": "别人"})
    await take_orders(db, shop, [newer])

    [taken] = await take_orders(db, shop, [older])

    order = await order_of(db, shop)
    assert taken.result == "changed"
    assert (order.status, order.version, order.recipient) == ("delivered", 5, "王芳")
    assert order.paid_at == datetime.fromisoformat(PAID)
    assert order.note == "请送到门卫"
    assert (await facts(db, order))[-2:] == ["order.paid", "order.changed"]


async def test_every_order_of_arrival_ends_the_same(db: Session) -> None:
    tellings = [
        told(version=1, status="created", paid_at=None),
        told(version=2),
        told(version=3, status="shipped", shipped_at=SHIPPED, shipments=[PARCEL]),
        told(version=4, status="delivered", shipped_at=SHIPPED, delivered_at=DELIVERED),
    ]
    ends = set()
    for arrival in itertools.permutations(tellings):
        shop = await a_shop(db)
        for document in arrival:
            await take_orders(db, shop, [document])
        order = await order_of(db, shop)
        ends.add(
            (order.status, order.version, order.paid_at, order.shipped_at, order.delivered_at,
             order.paid_amount, order.total_amount)
        )  # fmt: skip

    assert len(ends) == 1


async def test_events_wait_for_their_order_and_are_applied_to_it_once(
    db: Session, shop: Shop
) -> None:
    events = [
        EventDocument(external_id="e2", number="SY2026-1", kind="delivered", at=at(DELIVERED)),
        EventDocument(external_id="e1", number="SY2026-1", kind="shipped", at=at(SHIPPED)),
    ]
    waiting = await take_events(db, shop, events)
    repeated = await take_events(db, shop, events[:1])

    await take_orders(db, shop, [told()])

    order = await order_of(db, shop)
    assert [one.result for one in (*waiting, *repeated)] == ["waiting", "waiting", "known"]
    assert (order.status, order.shipped_at) == ("delivered", at(SHIPPED))
    assert await facts(db, order) == [
        "order.placed",
        "order.paid",
        "order.shipped",
        "order.delivered",
    ]


async def test_a_late_event_fills_its_moment_and_moves_nothing_back(
    db: Session, shop: Shop
) -> None:
    await take_orders(db, shop, [told(status="delivered", delivered_at=DELIVERED)])

    [late] = await take_events(
        db,
        shop,
        [EventDocument(external_id="e1", number="SY2026-1", kind="shipped", at=at(SHIPPED))],
    )

    order = await order_of(db, shop)
    assert late.result == "applied"
    assert (order.status, order.shipped_at) == ("delivered", at(SHIPPED))


async def test_a_cancellation_does_not_undo_a_delivery(db: Session, shop: Shop) -> None:
    await take_orders(db, shop, [told(status="delivered", delivered_at=DELIVERED)])

    await take_events(
        db, shop, [EventDocument(external_id="e", number="SY2026-1", kind="cancelled", at=at(PAID))]
    )

    order = await order_of(db, shop)
    assert (order.status, order.cancelled_at) == ("delivered", None)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"total_amount": 1}, "total_amount"),
        ({"goods_amount": 1}, "goods_amount"),
        ({"discount_amount": 70000}, "discount_amount"),
        ({"currency": "RMB"}, "currency"),
        ({"lines": [{"title": "a", "unit_price": -1}]}, "lines.0.unit_price"),
        ({"lines": [{"title": "a", "unit_price": 1, "discount": 2}]}, "lines.0.discount"),
        ({"lines": [{"title": "a", "unit_price": 1, "quantity": 0}]}, "lines.0.quantity"),
        ({"placed_at": "2026-03-01T02:00:00"}, "placed_at"),
        ({"number": ""}, "number"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_is_wrong_is_named(wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        told(**wrong)

    assert ".".join(map(str, refused.value.errors()[0]["loc"])) == field


async def test_a_live_order_has_lines_and_nothing_of_the_batch_is_kept(
    db: Session, shop: Shop
) -> None:
    with pytest.raises(Invalid) as refused:
        await take_orders(db, shop, [told("A"), told("B", lines=[])])

    assert refused.value.field == "orders.1.lines"
    assert await how_many(db, Order) == 0


async def test_the_second_telling_in_one_batch_counts(db: Session, shop: Shop) -> None:
    taken = await take_orders(
        db, shop, [told(version=1), told("B"), told(version=2, note="改地址")]
    )

    assert [one.result for one in taken] == ["created", "created", "changed"]
    assert (await order_of(db, shop)).note == "改地址"


async def test_a_line_that_is_told_no_more_was_cancelled(db: Session, shop: Shop) -> None:
    tent = {"external_id": "1", "title": "帐篷", "unit_price": 69900}
    lamp = {"external_id": "2", "title": "营地灯", "unit_price": 18900}
    await take_orders(db, shop, [told(version=1, lines=[tent, lamp])])

    await take_orders(db, shop, [told(version=2, lines=[lamp | {"quantity": 2}])])

    lines = list(await db.scalars(select(OrderLine).order_by(OrderLine.position)))
    assert [(line.quantity, line.cancelled_quantity) for line in lines] == [(1, 1), (2, 0)]


async def test_a_refund_is_told_once_with_its_amount(db: Session, shop: Shop) -> None:
    refund = {
        "external_id": "r1",
        "amount": 9900,
        "reason": "price_protection",
        "status": "requested",
    }
    await take_orders(db, shop, [told(version=1)])

    await take_orders(db, shop, [told(version=2, refunds=[refund])])
    paid = refund | {"status": "paid", "paid_at": DELIVERED}
    await take_orders(db, shop, [told(version=3, refunds=[paid])])

    order = await order_of(db, shop)
    assert order.refunded_amount == 9900
    kinds = await facts(db, order)
    assert [kind for kind in kinds if kind.startswith("refund.")] == [
        "refund.requested",
        "refund.paid",
    ]


async def test_who_writes_down_a_strangers_number_does_not_get_their_orders(
    db: Session, shop: Shop
) -> None:
    visitor = await identify(db, identities=[("visitor", "v-1", True)], phone="138 0000 0011")
    guest = {"recipient": "王芳", "phone": "138 0000 0011"}

    for number in ("G1", "G2"):
        await take_orders(db, shop, [told(number, customer=None, address=guest)])

    owners = {(await order_of(db, shop, number)).customer_id for number in ("G1", "G2")}
    pair = (await db.execute(text("select one_id, other_id from merge_candidates"))).one()
    assert len(owners) == 1
    assert visitor.id not in owners
    assert set(pair) == owners | {visitor.id}


async def test_who_has_proven_a_number_gets_its_guest_orders(db: Session, shop: Shop) -> None:
    visitor = await identify(
        db, identities=[("visitor", "v-1", True), ("phone", "13800000011", True)]
    )
    guest = {"recipient": "王芳", "phone": "138 0000 0011"}

    await take_orders(db, shop, [told("G1", customer=None, address=guest)])

    assert (await order_of(db, shop, "G1")).customer_id == visitor.id


async def test_one_customer_by_id_by_phone_and_by_guest_order(db: Session, shop: Shop) -> None:
    guest = {"recipient": "王芳", "phone": "138 0000 0011"}
    await take_orders(db, shop, [told("A"), told("B")])
    await take_orders(db, shop, [told("C", customer=None, address=guest)])

    customers = {(await order_of(db, shop, number)).customer_id for number in "ABC"}

    assert len(customers) == 1
    assert await how_many(db, Customer) == 1


async def test_an_old_order_tells_of_itself_once_and_quietly(db: Session, shop: Shop) -> None:
    await take_orders(
        db, shop, [told(status="delivered", delivered_at=DELIVERED, lines=[])], historic=True
    )

    order = await order_of(db, shop)
    assert order.historic
    assert await facts(db, order) == ["order.placed"]


async def test_a_hundred_orders_take_as_many_statements_as_one(db: Session, shop: Shop) -> None:
    def batch(start: int, size: int) -> list[OrderDocument]:
        return [
            told(
                f"N{number}",
                customer={"external_id": f"M{number}"},
                shipments=[PARCEL],
                payments=[{"external_id": "p", "method": "alipay", "amount": 69900}],
            )
            for number in range(start, start + size)
        ]

    counts = []
    for start, size in ((0, 1), (100, 25), (200, 100)):
        with counted(db) as statements:
            await take_orders(db, shop, batch(start, size))
        counts.append(len(statements))

    assert len(set(counts)) == 1


async def test_payments_are_known_by_their_id(db: Session, shop: Shop) -> None:
    failed = {"external_id": "p1", "method": "alipay", "amount": 69900, "status": "failed",
              "failure": "balance"}  # fmt: skip
    await take_orders(
        db, shop, [told(version=1, status="created", paid_at=None, payments=[failed])]
    )
    paid = failed | {"status": "paid", "failure": None, "paid_at": PAID}

    await take_orders(db, shop, [told(version=2, payments=[paid])])

    [payment] = await db.scalars(select(Payment))
    order = await order_of(db, shop)
    assert (payment.status, order.status, order.paid_amount) == ("paid", "paid", 69900)


def at(moment: str) -> datetime:
    return datetime.fromisoformat(moment).astimezone(UTC)


async def test_guests_with_one_telephone_in_five_spellings_are_one_customer(
    db: Session, shop: Shop
) -> None:
    spellings = [
        *("13800000011", "138 0000 0011", "+86 138-0000-0011"),
        *("008613800000011", "１３８００００００１１"),
    ]
    guests = [
        told(f"G{number}", customer=None, address={"recipient": "王芳", "phone": phone})
        for number, phone in enumerate(spellings)
    ]

    await take_orders(db, shop, guests[:2])
    await take_orders(db, shop, guests[2:])

    orders = [await order_of(db, shop, f"G{number}") for number in range(5)]
    assert {one.phone for one in orders} == {"+8613800000011"}
    assert len({one.customer_id for one in orders}) == 1
    assert await how_many(db, Customer) == 1


async def test_two_members_who_order_with_one_telephone_stay_two(db: Session, shop: Shop) -> None:
    phone = "13800000011"
    members = [
        told(f"M{number}", customer={"external_id": f"M{number}", "phone": phone})
        for number in range(2)
    ]

    await take_orders(db, shop, members)

    orders = [await order_of(db, shop, f"M{number}") for number in range(2)]
    assert len({one.customer_id for one in orders}) == 2
