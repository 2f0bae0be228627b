"""Writing: changes of orders go into the shop they came from, in that shop's own words.

A shop that says no is believed, and its word is kept as the reason; a shop that is away is asked
again later. Both may hear of one change twice and do it once.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import orjson

from kefu.commerce.model import Shop
from kefu.commerce.model_sources import Source
from kefu.commerce.money import written
from kefu.commerce.sources.asking import MOST_BYTES, Asks, SourceAway, asked, basic, bearer
from kefu.commerce.writing_back import ShopChange, ShopLine, ShopRefused
from kefu.core.errors import Refusal
from kefu.core.wire import Answer, Unreachable

TAKEN = (200, 201, 202, 204)
REFUSED = (400, 404, 409, 410, 422)
"""What is no passing trouble: the shop has read the request and does not do it."""
MARK = "_kefu_change"


class BookWriter:
    """A shop that keeps a book: `POST /book/orders/{number}/changes`, once for each `key`."""

    def __init__(self, source: Source, wire: Asks) -> None:
        self._url, self._secret, self._wire = source.url.rstrip("/"), source.secret, wire

    async def write(self, shop: Shop, change: ShopChange) -> None:  # noqa: ARG002 - the book is one shop's
        number = quote(change.order_number, safe="")
        body = {
            "key": str(change.key),
            "kind": change.kind,
            "reason": change.reason,
            "address": change.address if change.kind == "address" else None,
            "payment": change.payment,
            "lines": [
                {
                    "external_id": line.external_id,
                    "position": line.position,
                    "sku": line.sku,
                    "quantity": line.quantity,
                    "amount": line.amount,
                }
                for line in change.lines
            ],
        }
        given = {name: value for name, value in body.items() if value}
        url = f"{self._url}/book/orders/{number}/changes"
        check_taken(await sent(self._wire, url, given, bearer(self._secret)))


class WooCommerceWriter:
    """A WooCommerce shop: its order is updated through the REST API (wc/v3)."""

    def __init__(self, source: Source, wire: Asks) -> None:
        self._url, self._wire = source.url.rstrip("/"), wire
        self._headers = basic(source.account, source.secret)

    async def write(self, shop: Shop, change: ShopChange) -> None:  # noqa: ARG002 - the source is one shop's
        if change.external_id is None:
            raise ShopRefused("unknown_order")
        url = f"{self._url}/wp-json/wc/v3/orders/{quote(change.external_id, safe='')}"
        if any(line.replaced for line in change.lines) and await self._has(url, change):
            return
        body = {**in_their_words(change), "meta_data": [{"key": MARK, "value": str(change.key)}]}
        check_taken(await sent(self._wire, url, body, self._headers))

    async def _has(self, url: str, change: ShopChange) -> bool:
        """Whether the order carries our mark of this change: a line is not added twice."""
        order = await asked(self._wire, url, self._headers)
        marks = order.get("meta_data") if isinstance(order, dict) else None
        return any(
            isinstance(one, dict) and (one.get("key"), one.get("value")) == (MARK, str(change.key))
            for one in marks or ()
        )


def in_their_words(change: ShopChange) -> dict[str, Any]:
    """What WooCommerce is told of each kind of change."""
    match change.kind:
        case "cancel":
            return {"status": "cancelled"}
        case "payment":
            return {"payment_method": change.payment, "payment_method_title": change.payment}
        case "address":
            return {"shipping": address_in_their_words(change.address)}
    if change.taxed:
        raise ShopRefused("taxes_apart")
    return {"line_items": [item for line in change.lines for item in items_of(change, line)]}


def address_in_their_words(address: dict[str, Any]) -> dict[str, Any]:
    """Read back by `woocommerce.name_in` this gives the recipient again."""
    chinese = address.get("country", "CN") == "CN"
    place = f"{address.get('district', '')}{address.get('street', '')}"
    return {
        "first_name": "" if chinese else address.get("recipient", ""),
        "last_name": address.get("recipient", "") if chinese else "",
        "address_1": place,
        "address_2": "",
        "city": address.get("city", ""),
        "state": address.get("province", ""),
        "postcode": address.get("postcode", ""),
        "country": address.get("country", "CN"),
        "phone": address.get("phone", ""),
    }


def items_of(change: ShopChange, line: ShopLine) -> list[dict[str, Any]]:
    """Another variant takes the place of the line: the old one goes, a new one comes."""
    total = written(line.amount, change.currency)
    money = {"quantity": line.quantity, "subtotal": total, "total": total}
    if not line.replaced:
        return [{"id": number_in(line.external_id)} | money]
    if line.product is None:
        raise ShopRefused("unknown_product")
    variation = line.sku if line.sku != line.product else None
    added = {"product_id": number_in(line.product), "variation_id": number_in(variation)}
    gone = {"id": number_in(line.external_id), "quantity": 0}
    return [gone, {name: value for name, value in added.items() if value} | money]


def number_in(external_id: str | None) -> int | None:
    """Their ids are numbers."""
    return int(external_id) if external_id and external_id.isdecimal() else None


async def sent(wire: Asks, url: str, body: Any, headers: dict[str, str]) -> Answer:
    """Post it; no usable answer is a reason to try again later."""
    try:
        return await wire.post(url, orjson.dumps(body), headers, keep=MOST_BYTES)
    except Unreachable as error:
        raise SourceAway(str(error)) from error
    except Refusal as error:
        raise SourceAway(error.title) from error


def check_taken(answer: Answer) -> None:
    """A refusal carries the shop's own code; anything else that is no yes is tried again."""
    if answer.status in TAKEN:
        return
    if answer.status in REFUSED:
        raise ShopRefused(code_in(answer))
    raise SourceAway(f"HTTP {answer.status}")


def code_in(answer: Answer) -> str:
    try:
        said = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        said = None
    code = said.get("code") if isinstance(said, dict) else None
    return str(code) if code else f"http_{answer.status}"
