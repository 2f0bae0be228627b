"""Asking of the tau shop what a task's action names, and what that must have done."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kefu.commerce.after_sales import request_after_sale
from kefu.commerce.changing import Asked, request_change
from kefu.commerce.model import PaymentMethod
from kefu.commerce.model_order_care import AfterSaleRequest, OrderChange
from kefu.commerce.model_orders import Order, OrderLine, Payment
from kefu.commerce.tests.tau_corpus import Corpus, address_of, cents
from kefu.core.db import Session

KINDS = {
    "cancel_pending_order": "cancel",
    "modify_pending_order_address": "address",
    "modify_pending_order_payment": "payment",
    "modify_pending_order_items": "content",
    "return_delivered_order_items": "return",
    "exchange_delivered_order_items": "exchange",
}


async def locked_order(db: Session, order: UUID) -> Order:
    query = select(Order).where(Order.id == order).with_for_update(key_share=True)
    return (await db.scalars(query.execution_options(populate_existing=True))).one()


async def lines_in(db: Session, order: UUID) -> list[OrderLine]:
    query = select(OrderLine).where(OrderLine.order_id == order).order_by(OrderLine.position)
    return list(await db.scalars(query.execution_options(populate_existing=True)))


async def do(
    db: Session, corpus: Corpus, user: str, name: str, given: dict[str, Any]
) -> OrderChange | AfterSaleRequest:
    """One action of a task, on behalf of its user."""
    number, kind = given["order_id"], KINDS[name]
    order = await locked_order(db, corpus.ids[number])
    asked = Asked(
        source="bot",
        customer=corpus.customers[user],
        reason=given.get("reason", "").replace(" ", "_") or None,
    )
    method = method_of(corpus, user, given.get("payment_method_id"))
    if kind in ("return", "exchange"):
        lines = await named_lines(db, corpus, number, given)
        return await request_after_sale(
            db, order, kind=kind, lines=lines, method=method, asked=asked
        )
    wanted: dict[str, Any] = {}
    if kind == "address":
        wanted = address_of(given)
    elif kind == "payment":
        wanted = {"payment_method": method}
    elif kind == "content":
        lines = await named_lines(db, corpus, number, given)
        wanted = {"lines": lines, "payment_method": method}
    return await request_change(db, order, kind=kind, wanted=wanted, asked=asked)


def method_of(corpus: Corpus, user: str, reference: str | None) -> UUID | None:
    """The user's own of this name, or whoever's it is."""
    if reference is None:
        return None
    mine = corpus.methods.get((user, reference))
    others = (one for (_, name), one in corpus.methods.items() if name == reference)
    return mine or next(others)


async def named_lines(
    db: Session, corpus: Corpus, number: str, given: dict[str, Any]
) -> list[dict[str, Any]]:
    """The lines of these items, each once although two may be alike, with their new options."""
    free = await lines_in(db, corpus.ids[number])
    wanted: Iterable[str | None] = given.get("new_item_ids") or [None] * len(given["item_ids"])
    found = []
    for item, new in zip(given["item_ids"], wanted, strict=True):
        line = next(line for line in free if line.sku_id == corpus.skus[item])
        free.remove(line)
        found.append({"line": line.id} | ({"sku": corpus.skus[new]} if new else {}))
    return found


async def check_effect(
    db: Session,
    corpus: Corpus,
    book: Any,
    name: str,
    given: dict[str, Any],
    done: OrderChange | AfterSaleRequest,
) -> None:
    """The order is what the policy says it becomes, reckoned from the files alone."""
    await db.flush()
    kind, number = KINDS[name], given["order_id"]
    order = await locked_order(db, corpus.ids[number])
    lines = await lines_in(db, order.id)
    expected = book.orders[number]
    assert order.status == ("cancelled" if kind == "cancel" else expected.kept_status)
    assert sorted(str(line.sku_id) for line in lines) == sorted(
        str(corpus.skus[item]) for item in expected.items
    )
    if kind != "cancel":
        assert order.total_amount == expected.total
    if kind == "address":
        assert {name: getattr(order, name) for name in address_of(given)} == address_of(given)
    if kind in ("return", "exchange"):
        assert isinstance(done, AfterSaleRequest)
        assert (done.kind, len(done.lines)) == (kind, len(given["item_ids"]))
        assert done.difference == expected.difference
    await check_money(db, corpus, book, number)


async def check_money(db: Session, corpus: Corpus, book: Any, number: str) -> None:
    expected = book.orders[number]
    user = corpus.orders[number]["user_id"]
    payments = await db.scalars(select(Payment).where(Payment.order_id == corpus.ids[number]))
    paid = [one for one in payments if one.status == "paid"]
    assert sum(one.amount for one in paid) == expected.paid
    for reference, balance in book.balances[user].items():
        kept = await db.scalar(
            select(PaymentMethod.balance).where(PaymentMethod.id == corpus.methods[user, reference])
        )
        assert kept == balance, (number, reference)


class Book:
    """The files' own reckoning of a task: what each order and gift card must become."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self.orders: dict[str, Entry] = {}
        self.balances: dict[str, dict[str, int]] = {}

    def entry(self, number: str) -> Entry:
        one = self._corpus.orders[number]
        user = self._corpus.users[one["user_id"]]
        if one["user_id"] not in self.balances:
            self.balances[one["user_id"]] = {
                name: cents(method["balance"])
                for name, method in user["payment_methods"].items()
                if method["source"] == "gift_card"
            }
        return self.orders.setdefault(number, Entry(one))

    def allows(self, name: str, given: dict[str, Any]) -> bool:
        """Whether the written policy allows it: a gift card must cover what it pays."""
        entry = self.entry(given["order_id"])
        balance = self.balances[entry.user].get(given.get("payment_method_id", ""))
        if balance is None:
            return True
        if name == "modify_pending_order_payment":
            return balance >= entry.total
        return "new_item_ids" not in given or balance >= self.difference(given)

    def short(self, given: dict[str, Any]) -> tuple[int, int]:
        """What the gift card holds, and what it would have to pay."""
        entry = self.entry(given["order_id"])
        balance = self.balances[entry.user][given["payment_method_id"]]
        wanted = "new_item_ids" in given
        return balance, (self.difference(given) if wanted else entry.total)

    def difference(self, given: dict[str, Any]) -> int:
        items = {one["item_id"]: one for one in self._corpus.orders[given["order_id"]]["items"]}
        return sum(
            cents(self._corpus.variant(items[old]["product_id"], new)["price"])
            - cents(items[old]["price"])
            for old, new in zip(given["item_ids"], given["new_item_ids"], strict=True)
        )

    def write(self, name: str, given: dict[str, Any]) -> None:
        """Put down what the action does."""
        entry = self.entry(given["order_id"])
        getattr(self, f"_{KINDS[name]}")(entry, given)

    def _move(self, entry: Entry, method: str, amount: int) -> None:
        if method in self.balances[entry.user]:
            self.balances[entry.user][method] += amount

    def _cancel(self, entry: Entry, _: dict[str, Any]) -> None:
        self._move(entry, entry.method, entry.total)

    def _address(self, entry: Entry, given: dict[str, Any]) -> None:
        pass

    def _payment(self, entry: Entry, given: dict[str, Any]) -> None:
        self._move(entry, entry.method, entry.total)
        self._move(entry, given["payment_method_id"], -entry.total)
        entry.method = given["payment_method_id"]

    def _content(self, entry: Entry, given: dict[str, Any]) -> None:
        difference = self.difference(given)
        self._move(entry, given["payment_method_id"], -difference)
        entry.total += difference
        entry.paid += max(difference, 0)
        for old, new in zip(given["item_ids"], given["new_item_ids"], strict=True):
            entry.items.remove(old)
            entry.items.append(new)

    def _return(self, entry: Entry, given: dict[str, Any]) -> None:
        prices = {one["item_id"]: cents(one["price"]) for one in entry.source["items"]}
        entry.difference = -sum(prices[item] for item in given["item_ids"])

    def _exchange(self, entry: Entry, given: dict[str, Any]) -> None:
        entry.difference = self.difference(given)


class Entry:
    """One order in the book."""

    def __init__(self, source: dict[str, Any]) -> None:
        self.source = source
        self.user: str = source["user_id"]
        self.items = [item["item_id"] for item in source["items"]]
        self.total = self.paid = sum(cents(item["price"]) for item in source["items"])
        self.method: str = source["payment_history"][0]["payment_method_id"]
        self.kept_status = {"pending": "paid", "delivered": "delivered"}.get(source["status"])
        self.difference = 0
