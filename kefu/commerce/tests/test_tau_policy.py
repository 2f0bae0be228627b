"""The written policy of the tau shop, replayed from its own tasks: what it allows is done."""

import json
from collections import Counter
from operator import itemgetter
from typing import Any

import pytest

from kefu.commerce.care_profiles import RuleBroken
from kefu.commerce.tests.tau_asking import Book, check_effect, do
from kefu.commerce.tests.tau_corpus import FOLDER, cents, loaded, read_json
from kefu.core.db import Session

PAYMENT, ITEMS = "modify_pending_order_payment", "modify_pending_order_items"
EXCHANGE = "exchange_delivered_order_items"
TOO_SMALL = [
    (24, PAYMENT, 1800, 9735),
    (27, PAYMENT, 9900, 313110),
    (81, ITEMS, 7300, 7503),
    (148, PAYMENT, 8500, 202061),
    (161, ITEMS, 1700, 2666),
    (214, EXCHANGE, 6400, 8885),
    (229, ITEMS, 1800, 19244),
    (252, EXCHANGE, 3600, 4062),
    (253, PAYMENT, 6400, 116643),
    (288, EXCHANGE, 4400, 14153),
    (314, ITEMS, 1800, 1882),
    (349, ITEMS, 1900, 2406),
    (351, PAYMENT, 3600, 107771),
    (351, ITEMS, 3600, 12121),
    (369, PAYMENT, 9600, 129182),
    (376, ITEMS, 7500, 18788),
    (427, PAYMENT, 600, 88158),
    (431, PAYMENT, 1500, 21279),
    (441, ITEMS, 3700, 4216),
    (469, PAYMENT, 6000, 218158),
]
"""Actions that the corpus lists as right and its own policy forbids: "If the user provides a gift
card, it must have enough balance". Number of the task, what it does, what the card holds and what
it would have to pay."""
PAID_BACK = (68, PAYMENT, 7000, 75982)
"""This one is allowed: the task cancels an order first, which pays 1507.57 back to the card."""

pytestmark = pytest.mark.skipif(
    not FOLDER.exists(), reason="KEFU_CORPORA has no tau_retail/orders.json"
)


async def test_every_action_that_the_policy_allows_is_done_with_its_stated_effect(
    db: Session,
) -> None:
    corpus = await loaded(db)
    done: Counter[str] = Counter()
    refused: Counter[str] = Counter()

    for task in corpus.tasks:
        copy, book = await db.begin_nested(), Book(corpus)
        for action in task["actions"]:
            name, given = action["name"], action["kwargs"]
            if not book.allows(name, given):
                with pytest.raises(RuleBroken) as broken:
                    await do(db, corpus, task["user_id"], name, given)
                refused[broken.value.code] += 1
                continue
            result = await do(db, corpus, task["user_id"], name, given)
            book.write(name, given)
            await check_effect(db, corpus, book, name, given, result)
            done[name] += 1
        await copy.rollback()
        db.expunge_all()

    assert len(corpus.tasks) == 500
    assert done.total() + refused.total() == 768
    assert refused == {"gift_card_too_small": len(TOO_SMALL)}
    assert len(done) == 6


def test_the_files_alone_say_which_actions_the_policy_forbids() -> None:
    """By the files: what a card holds when its task begins, and what it would have to pay."""
    book, users, products = (read_json(f"{name}.json") for name in ("orders", "users", "products"))
    lines = (FOLDER / "tasks_train.TASKS_TRAIN.jsonl").read_text(encoding="utf-8").splitlines()
    found, orders = [], Counter[str]()
    for number, task in enumerate(map(json.loads, lines)):
        orders.update({action["kwargs"]["order_id"] for action in task["actions"]})
        for action in task["actions"]:
            given, order = action["kwargs"], book[action["kwargs"]["order_id"]]
            method = users[order["user_id"]]["payment_methods"].get(given.get("payment_method_id"))
            needed = to_pay(action["name"], given, order, products)
            if method and method["source"] == "gift_card" and needed is not None:
                balance = cents(method["balance"])
                if balance < needed:
                    found.append((number, action["name"], balance, needed))

    assert found == sorted([*TOO_SMALL, PAID_BACK], key=itemgetter(0))
    assert (len(orders), sum(times > 1 for times in orders.values())) == (450, 172)


def to_pay(name: str, given: Any, order: Any, products: Any) -> int | None:
    """What the payment method of an action has to pay; nothing where none has to."""
    if name == "modify_pending_order_payment":
        return sum(cents(item["price"]) for item in order["items"])
    if "new_item_ids" not in given:
        return None
    items = {item["item_id"]: item for item in order["items"]}
    return sum(
        cents(products[items[old]["product_id"]]["variants"][new]["price"])
        - cents(items[old]["price"])
        for old, new in zip(given["item_ids"], given["new_item_ids"], strict=True)
    )
