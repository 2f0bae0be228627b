"""Changes in shops' own words: what WooCommerce is sent, and what its answers mean."""

from __future__ import annotations

import base64
from typing import Any

import orjson
import pytest

from kefu.commerce.model_sources import Source
from kefu.commerce.settling import told
from kefu.commerce.sources.asking import SourceAway
from kefu.commerce.sources.woocommerce import name_in
from kefu.commerce.sources.writing import WooCommerceWriter
from kefu.commerce.tests.care_factories import (
    ELSEWHERE,
    a_bought_order,
    a_method,
    a_taking_source,
    ask,
    line_and_product,
)
from kefu.commerce.tests.factories import a_sku, the_shop
from kefu.commerce.writing_back import ShopChange, ShopRefused
from kefu.core.db import Session
from kefu.core.wire import Answer

ORDER = "https://shop.example/wp-json/wc/v3/orders/727"


class Woo:
    """Keeps the order that it is sent, as the REST API does."""

    def __init__(self, *, status: int = 200, code: str = "") -> None:
        self.status, self.code = status, code
        self.order: dict[str, Any] = {"id": 727, "meta_data": []}
        self.posted: list[tuple[str, dict[str, Any], dict[str, str]]] = []

    async def get(self, url: str, headers: Any, *, keep: int) -> Answer:  # noqa: ARG002 - as asked
        return Answer(200, orjson.dumps(self.order), 1)

    async def post(self, url: str, body: bytes, headers: Any, *, keep: int | None = None) -> Answer:  # noqa: ARG002 - as asked
        said = orjson.loads(body)
        self.posted.append((url, said, dict(headers)))
        if self.status != 200:
            return Answer(self.status, orjson.dumps({"code": self.code}), 1)
        self.order |= said
        return Answer(200, orjson.dumps(self.order), 1)


async def a_source(db: Session) -> Source:
    return await a_taking_source(
        db, await the_shop(db), kind="woocommerce", book=None, account="ck_1", secret="cs_1"
    )


async def a_change(db: Session, kind: str, **wanted: Any) -> ShopChange:
    """A change that waits to be written, of an order that the shop calls 727."""
    order = await a_bought_order(db, external_id="727")
    given = wanted or None
    if kind == "payment":
        given = {"payment_method": (await a_method(db, order.customer_id, kind="paypal")).id}
    change = await ask(db, order, kind, given if given is not None else {})
    return await told(db, change, order)


async def write(db: Session, woo: Woo, change: ShopChange) -> None:
    await WooCommerceWriter(await a_source(db), woo).write(await the_shop(db), change)


async def test_a_cancellation_is_an_update_of_the_order_with_our_mark(db: Session) -> None:
    woo, change = Woo(), await a_change(db, "cancel")

    await write(db, woo, change)

    ((url, said, headers),) = woo.posted
    assert url == ORDER
    assert said["status"] == "cancelled"
    assert said["meta_data"] == [{"key": "_kefu_change", "value": str(change.key)}]
    assert headers["Authorization"] == "Basic " + base64.b64encode(b"ck_1:cs_1").decode()


async def test_an_address_reads_back_as_the_recipient(db: Session) -> None:
    woo = Woo()

    await write(db, woo, await a_change(db, "address", **ELSEWHERE))

    address = woo.posted[0][1]["shipping"]
    assert (name_in(address, "CN"), address["city"]) == ("李雷", "上海市")
    assert address["address_1"] == "世纪大道 8 号"


async def test_another_way_to_pay_is_told_by_its_kind(db: Session) -> None:
    woo = Woo()

    await write(db, woo, await a_change(db, "payment"))

    assert woo.posted[0][1]["payment_method"] == "paypal"


async def test_more_pieces_change_the_line_with_its_money(db: Session) -> None:
    order = await a_bought_order(db, external_id="727")
    line, _, _ = await line_and_product(db, order)
    line.external_id = "315"
    change = await ask(db, order, "content", {"lines": [{"line": line.id, "quantity": 2}]})
    woo = Woo()

    await write(db, woo, await told(db, change, order))

    assert woo.posted[0][1]["line_items"] == [
        {"id": 315, "quantity": 2, "subtotal": "200.00", "total": "200.00"}
    ]


async def test_another_variant_takes_the_place_of_the_line_once(db: Session) -> None:
    order = await a_bought_order(db, external_id="727")
    line, product, _ = await line_and_product(db, order)
    product.external_id, line.external_id = "93", "315"
    other = await a_sku(db, product, price=11000, external_id="94")
    change = await ask(db, order, "content", {"lines": [{"line": line.id, "sku": other.id}]})
    woo, said = Woo(), await told(db, change, order)

    await write(db, woo, said)
    await write(db, woo, said)

    gone, added = woo.posted[0][1]["line_items"]
    assert gone == {"id": 315, "quantity": 0}
    assert (added["product_id"], added["variation_id"], added["total"]) == (93, 94, "110.00")
    assert len(woo.posted) == 1


async def test_a_shop_that_reckons_taxes_apart_keeps_its_lines(db: Session) -> None:
    order = await a_bought_order(db, external_id="727", attributes={"tax": "1.35"})
    line, _, _ = await line_and_product(db, order)
    change = await ask(db, order, "content", {"lines": [{"line": line.id, "quantity": 2}]})

    with pytest.raises(ShopRefused, match="taxes_apart"):
        await write(db, Woo(), await told(db, change, order))


async def test_a_no_of_the_shop_carries_its_code(db: Session) -> None:
    woo = Woo(status=400, code="woocommerce_rest_invalid_order")

    with pytest.raises(ShopRefused, match="woocommerce_rest_invalid_order"):
        await write(db, woo, await a_change(db, "cancel"))


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
async def test_what_is_no_decision_is_tried_again(db: Session, status: int) -> None:
    with pytest.raises(SourceAway, match=str(status)):
        await write(db, Woo(status=status), await a_change(db, "cancel"))


async def test_an_order_without_the_shops_id_cannot_be_written(db: Session) -> None:
    order = await a_bought_order(db)
    change = await ask(db, order, "cancel", {})

    with pytest.raises(ShopRefused, match="unknown_order"):
        await write(db, Woo(), await told(db, change, order))
