from __future__ import annotations

import base64
import copy
import hashlib
import hmac
from typing import Any

import httpx
import orjson
import pytest
from sqlalchemy import select

from kefu.commerce import routes_sources
from kefu.commerce.model_orders import Order, OrderLine, Refund
from kefu.commerce.model_sources import Source
from kefu.commerce.sources.pulling import pull
from kefu.commerce.sources.woocommerce import order_of
from kefu.commerce.tests.factories import a_shop
from kefu.core.db import Session
from kefu.core.errors import Invalid
from kefu.core.ids import uuid7
from kefu.core.wire import Answer
from kefu.identity.tests.visiting import OneTransaction, app_of

SECRET = "hook-secret"
ORDER: dict[str, Any] = {
    "id": 727,
    "parent_id": 0,
    "number": "727",
    "order_key": "wc_order_58d2d042d1d",
    "created_via": "rest-api",
    "version": "9.4.0",
    "status": "processing",
    "currency": "CNY",
    "date_created": "2026-03-01T20:28:02",
    "date_created_gmt": "2026-03-01T12:28:02",
    "date_modified": "2026-03-01T20:28:08",
    "date_modified_gmt": "2026-03-01T12:28:08",
    "discount_total": "20.00",
    "shipping_total": "10.00",
    "total": "289.35",
    "total_tax": "1.35",
    "prices_include_tax": False,
    "customer_id": 31,
    "customer_note": "请放快递柜",
    "billing": {
        "first_name": "芳",
        "last_name": "王",
        "company": "",
        "address_1": "文三路 1 号",
        "address_2": "",
        "city": "杭州市",
        "state": "浙江省",
        "postcode": "310012",
        "country": "CN",
        "email": "wang@example.com",
        "phone": "13800000011",
    },
    "shipping": {"first_name": "", "last_name": "", "address_1": ""},
    "payment_method": "alipay",
    "payment_method_title": "支付宝",
    "transaction_id": "T1",
    "date_paid": "2026-03-01T20:28:08",
    "date_paid_gmt": "2026-03-01T12:28:08",
    "date_completed": None,
    "date_completed_gmt": None,
    "line_items": [
        {
            "id": 315,
            "name": "云雀帐篷",
            "product_id": 93,
            "variation_id": 0,
            "quantity": 3,
            "subtotal": "298.00",
            "subtotal_tax": "0.00",
            "total": "278.00",
            "total_tax": "1.35",
            "sku": "TENT",
            "price": 92.6667,
        }
    ],
    "refunds": [{"id": 801, "reason": "少件", "total": "-10.00"}],
}


def signed(body: bytes, secret: str = SECRET) -> dict[str, str]:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return {
        "X-WC-Webhook-Signature": base64.b64encode(digest).decode(),
        "X-WC-Webhook-Topic": "order.updated",
        "X-WC-Webhook-Delivery-ID": "9",
    }


@pytest.fixture
async def source(db: Session) -> Source:
    shop = await a_shop(db, key="woo", kind="woocommerce")
    source = Source(
        id=uuid7(),
        name="云山商城",
        kind="woocommerce",
        shop_id=shop.id,
        url="https://shop.example",
        account="ck_1",
        secret="cs_1",
        webhook_secret=SECRET,
    )
    db.add(source)
    await db.flush()
    return source


async def sent(db: Session, source: Source, body: bytes, headers: dict[str, str]) -> int:
    path = f"/api/v1/commerce-sources/{source.id}/woocommerce"
    transport = httpx.ASGITransport(app_of(db, routes_sources.router))
    async with httpx.AsyncClient(transport=transport, base_url="http://kefu.test") as client:
        answer = await client.post(path, content=body, headers=headers)
    return answer.status_code


async def test_a_signed_order_is_taken_with_its_money_to_the_cent(
    db: Session, source: Source
) -> None:
    body = orjson.dumps(ORDER)

    status = await sent(db, source, body, signed(body))

    order = await db.scalar(select(Order).where(Order.shop_id == source.shop_id))
    line = await db.scalar(select(OrderLine))
    assert status == 200
    assert order is not None
    assert line is not None
    assert (order.number, order.status, order.currency) == ("727", "processing", "CNY")
    assert (order.goods_amount, order.shipping_amount, order.total_amount) == (27935, 1000, 28935)
    assert (line.unit_price, line.quantity, line.amount) == (9934, 3, 27935)
    assert (order.recipient, order.province, order.phone_tail) == ("王芳", "浙江省", "0011")
    assert order.customer_id is not None
    assert [refund.amount for refund in await db.scalars(select(Refund))] == [1000]


async def test_an_older_webhook_that_comes_late_changes_nothing(
    db: Session, source: Source
) -> None:
    done = ORDER | {
        "status": "completed",
        "date_modified_gmt": "2026-03-03T08:00:00",
        "date_completed_gmt": "2026-03-03T08:00:00",
        "date_completed": "2026-03-03T16:00:00",
    }
    for told in (done, ORDER, done):
        body = orjson.dumps(told)
        assert await sent(db, source, body, signed(body)) == 200

    assert [order.status for order in await db.scalars(select(Order))] == ["completed"]


@pytest.mark.parametrize("headers", [{}, signed(b"other"), signed(orjson.dumps(ORDER), "wrong")])
async def test_what_the_shop_did_not_sign_is_refused(
    db: Session, source: Source, headers: dict[str, str]
) -> None:
    assert await sent(db, source, orjson.dumps(ORDER), headers) == 401
    assert (await db.scalars(select(Order))).all() == []


async def test_the_ping_of_a_new_webhook_is_answered(db: Session, source: Source) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}

    assert await sent(db, source, b"webhook_id=4", form) == 200


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"status": "dancing"}, "status"),
        ({"currency": "XXX"}, "currency"),
        ({"total": "many"}, "total"),
        ({"date_created_gmt": "yesterday"}, "date_created_gmt"),
        ({"line_items": [{}]}, "order"),
        ({"line_items": [ORDER["line_items"][0] | {"quantity": "some"}]}, "order"),
    ],
)
def test_odd_orders_are_refused_by_their_field(change: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        order_of(copy.deepcopy(ORDER) | change)

    assert refused.value.field == field


def test_lines_that_were_taken_out_and_refunds_without_money_are_left_out() -> None:
    gone = ORDER["line_items"][0] | {"id": 316, "quantity": 0, "total": "0.00", "subtotal": "0.00"}
    restocked = {"id": 802, "reason": "", "total": "0.00"}

    told = order_of(
        copy.deepcopy(ORDER)
        | {
            "line_items": [ORDER["line_items"][0], gone],
            "refunds": [ORDER["refunds"][0], restocked],
        }
    )

    assert [line.external_id for line in told.lines] == ["315"]
    assert [refund.external_id for refund in told.refunds] == ["801"]


@pytest.mark.parametrize(
    ("state", "province"), [("CN12", "浙江省"), ("浙江", "浙江省"), ("CN32", "新疆维吾尔自治区")]
)
def test_a_province_has_its_full_name(state: str, province: str) -> None:
    told = order_of(copy.deepcopy(ORDER) | {"billing": ORDER["billing"] | {"state": state}})

    assert told.address is not None
    assert told.address.province == province


async def test_of_two_webhooks_of_one_second_the_further_one_counts(
    db: Session, source: Source
) -> None:
    paying = ORDER | {"status": "pending", "date_paid_gmt": None}
    for told in (paying, ORDER, paying):
        body = orjson.dumps(told)
        assert await sent(db, source, body, signed(body)) == 200

    assert [order.status for order in await db.scalars(select(Order))] == ["processing"]


class Shop:
    """Answers as the REST API does, page after page."""

    def __init__(self, orders: list[dict[str, Any]]) -> None:
        self.orders, self.asked = orders, []  # type: ignore[var-annotated]

    async def get(self, url: str, headers: Any, **_: Any) -> Answer:
        self.asked.append((url, dict(headers)))
        page = int(url.rpartition("page=")[2])
        part = self.orders[(page - 1) * 100 : page * 100]
        return Answer(200, orjson.dumps(part), 1)

    async def post(self, *_: Any, **__: Any) -> Answer:
        return Answer(404, b"", 1)


async def test_orders_that_changed_are_pulled_page_by_page(db: Session, source: Source) -> None:
    shop = Shop([ORDER | {"id": number, "number": str(number)} for number in range(1, 131)])
    database: Any = OneTransaction(db)

    first = await pull(database, source.id, shop)
    again = await pull(database, source.id, shop)

    assert (first, again) == (130, 130)
    assert len((await db.scalars(select(Order.id))).all()) == 130
    url, headers = shop.asked[0]
    assert url.startswith("https://shop.example/wp-json/wc/v3/orders?modified_after=")
    assert headers["Authorization"] == "Basic " + base64.b64encode(b"ck_1:cs_1").decode()
    assert source.failure is None


async def test_an_order_that_cannot_be_read_holds_back_no_other(
    db: Session, source: Source
) -> None:
    draft = ORDER | {"id": 5, "number": "5", "line_items": [], "total": "0.00", "refunds": []}
    odd = ORDER | {"id": 6, "number": "6", "status": "dancing"}
    shop = Shop([draft, ORDER, odd])
    database: Any = OneTransaction(db)

    taken = await pull(database, source.id, shop)

    assert taken == 1
    assert [order.number for order in await db.scalars(select(Order))] == ["727"]
    assert source.failure is not None
    assert source.failure.startswith("2 × 5: ")
    assert source.answered_at is not None
    assert "orderby=id" in shop.asked[0][0]


async def test_a_shop_that_is_away_is_asked_for_the_same_time_again(
    db: Session, source: Source
) -> None:
    class Away(Shop):
        async def get(self, *_: Any, **__: Any) -> Answer:
            return Answer(503, b"", 1)

    await pull(OneTransaction(db), source.id, Away([]))  # type: ignore[arg-type]

    assert (source.failure, source.answered_at) == ("HTTP 503", None)
