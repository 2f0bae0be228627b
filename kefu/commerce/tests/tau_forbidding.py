"""Actions that the tau policy forbids, derived from its orders, each with the name of a rule."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from kefu.commerce.tests.tau_corpus import Corpus, cents

CANCEL = "cancel_pending_order"
ITEMS = "modify_pending_order_items"
PAYMENT = "modify_pending_order_payment"
ADDRESS = "modify_pending_order_address"
RETURN = "return_delivered_order_items"
EXCHANGE = "exchange_delivered_order_items"
ELSEWHERE = {
    "address1": "1 New Street",
    "address2": "",
    "city": "Reno",
    "state": "NV",
    "country": "USA",
    "zip": "89501",
}


@dataclass(frozen=True)
class Forbidden:
    """Who asks for what, after which other action, and which rule says no."""

    rule: str
    user: str
    name: str
    given: dict[str, Any]
    first: tuple[str, dict[str, Any]] | None = None


class Forbidding:
    """Derives forbidden actions from every order that fits."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._users = sorted(corpus.users)

    def every(self) -> Iterator[Forbidden]:
        yield from islice(self.wrong_status(), 600)
        yield from islice(self.second_change(), 80)
        yield from islice(self.other_type(), 100)
        yield from islice(self.unavailable(), 40)
        yield from islice(self.somebody_elses_order(), 120)
        yield from islice(self.somebody_elses_payment(), 100)
        yield from islice(self.small_gift_card(), 100)
        yield from islice(self.odd_money(), 80)
        yield from islice(self.odd_reason(), 40)

    def orders(self, *statuses: str) -> Iterator[tuple[str, dict[str, Any]]]:
        for number, one in sorted(self._corpus.orders.items()):
            items = [item["item_id"] for item in one["items"]]
            if one["status"] in statuses and len(set(items)) == len(items):
                yield number, one

    def method(self, one: dict[str, Any]) -> str:
        found: str = one["payment_history"][0]["payment_method_id"]
        return found

    def other_option(self, one: dict[str, Any], *, available: bool = True) -> dict[str, Any] | None:
        """The first item for another option of its product that costs no more, or is gone."""
        item = one["items"][0]
        variants = self._corpus.products[item["product_id"]]["variants"]
        for key, variant in sorted(variants.items()):
            cheap = variant["price"] <= item["price"] or not available
            if key != item["item_id"] and variant["available"] is available and cheap:
                return {"item_ids": [item["item_id"]], "new_item_ids": [key]}
        return None

    def wrong_status(self) -> Iterator[Forbidden]:
        for place, (number, one) in enumerate(self.orders("processed", "delivered", "cancelled")):
            name = (CANCEL, ADDRESS, ITEMS, PAYMENT)[place % 4]
            yield Forbidden("order_status", one["user_id"], name, self.asked(number, one, name))
        for place, (number, one) in enumerate(self.orders("pending", "processed")):
            name = (RETURN, EXCHANGE)[place % 2]
            yield Forbidden("order_status", one["user_id"], name, self.asked(number, one, name))

    def asked(self, number: str, one: dict[str, Any], name: str) -> dict[str, Any]:
        """What would be right if the order stood where it should."""
        item = one["items"][0]["item_id"]
        given: dict[str, Any] = {"order_id": number, "payment_method_id": self.method(one)}
        if name == CANCEL:
            return {"order_id": number, "reason": "no longer needed"}
        if name == ADDRESS:
            return ELSEWHERE | {"order_id": number}
        if name == RETURN:
            return given | {"item_ids": [item]}
        if name in (ITEMS, EXCHANGE):
            return given | {"item_ids": [item], "new_item_ids": [item]}
        return given

    def second_change(self) -> Iterator[Forbidden]:
        for place, (number, one) in enumerate(self.orders("pending")):
            other = self.other_option(one)
            if other is None:
                continue
            first = {"order_id": number, "payment_method_id": self.method(one)} | other
            name = (ITEMS, CANCEL, ADDRESS, PAYMENT)[place % 4]
            given = self.asked(number, one, name)
            if name == ITEMS:
                given |= {"item_ids": other["new_item_ids"], "new_item_ids": other["item_ids"]}
            yield Forbidden("items_changed_already", one["user_id"], name, given, (ITEMS, first))

    def other_type(self) -> Iterator[Forbidden]:
        products = sorted(self._corpus.products)
        for number, one in self.orders("pending", "delivered"):
            item = one["items"][0]
            other = next(key for key in products if key != item["product_id"])
            new = next(
                key
                for key, variant in sorted(self._corpus.products[other]["variants"].items())
                if variant["available"]
            )
            name = ITEMS if one["status"] == "pending" else EXCHANGE
            given = {"order_id": number, "payment_method_id": self.method(one)}
            items = {"item_ids": [item["item_id"]], "new_item_ids": [new]}
            yield Forbidden("other_product", one["user_id"], name, given | items)

    def unavailable(self) -> Iterator[Forbidden]:
        for number, one in self.orders("pending", "delivered"):
            other = self.other_option(one, available=False)
            if other is None:
                continue
            name = ITEMS if one["status"] == "pending" else EXCHANGE
            given = {"order_id": number, "payment_method_id": self.method(one)} | other
            yield Forbidden("option_unavailable", one["user_id"], name, given)

    def somebody_elses_order(self) -> Iterator[Forbidden]:
        for place, (number, one) in enumerate(self.orders("pending", "delivered")):
            stranger = self._users[place % len(self._users)]
            if stranger == one["user_id"]:
                continue
            pending = (CANCEL, ADDRESS)[place % 2]
            name = pending if one["status"] == "pending" else RETURN
            yield Forbidden("not_own_order", stranger, name, self.asked(number, one, name))

    def somebody_elses_payment(self) -> Iterator[Forbidden]:
        strange = sorted(self._corpus.methods)
        for place, (number, one) in enumerate(self.orders("pending", "delivered")):
            owner, reference = strange[place * 7 % len(strange)]
            if reference in self._corpus.users[one["user_id"]]["payment_methods"]:
                continue
            assert owner != one["user_id"]
            name = (PAYMENT, ITEMS)[place % 2] if one["status"] == "pending" else RETURN
            given = self.asked(number, one, name) | {"payment_method_id": reference}
            yield Forbidden("not_own_payment_method", one["user_id"], name, given)

    def small_gift_card(self) -> Iterator[Forbidden]:
        for number, one in self.orders("pending"):
            total = sum(cents(item["price"]) for item in one["items"])
            for reference, method in self.methods(one):
                small = method["source"] == "gift_card" and cents(method["balance"]) < total
                if small and reference != self.method(one):
                    given = {"order_id": number, "payment_method_id": reference}
                    yield Forbidden("gift_card_too_small", one["user_id"], PAYMENT, given)

    def odd_money(self) -> Iterator[Forbidden]:
        for number, one in self.orders("pending"):
            given = {"order_id": number, "payment_method_id": self.method(one)}
            yield Forbidden("same_payment_method", one["user_id"], PAYMENT, given)
            if int(number[2:]) % 10 == 0:
                break
        for number, one in self.orders("delivered"):
            for reference, method in self.methods(one):
                if method["source"] != "gift_card" and reference != self.method(one):
                    given = self.asked(number, one, RETURN) | {"payment_method_id": reference}
                    yield Forbidden("not_original_payment", one["user_id"], RETURN, given)

    def methods(self, one: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
        return sorted(self._corpus.users[one["user_id"]]["payment_methods"].items())

    def odd_reason(self) -> Iterator[Forbidden]:
        for number, one in self.orders("pending"):
            given = {"order_id": number, "reason": "found cheaper"}
            yield Forbidden("reason_not_accepted", one["user_id"], CANCEL, given)
