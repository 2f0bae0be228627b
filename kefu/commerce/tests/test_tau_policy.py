"""The written policy of the tau shop, replayed from its own tasks: what it allows is done."""

import json
from collections import Counter

import pytest

from kefu.commerce.care_profiles import RuleBroken
from kefu.commerce.tests.tau_asking import Book, check_effect, do
from kefu.commerce.tests.tau_corpus import FOLDER, loaded
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
    (351, ITEMS, 4234, 12121),
    (369, PAYMENT, 9600, 129182),
    (376, ITEMS, 7500, 18788),
    (427, PAYMENT, 600, 88158),
    (431, PAYMENT, 1500, 21279),
    (441, ITEMS, 3700, 4216),
    (469, PAYMENT, 6000, 218158),
]
"""Actions that the corpus lists as right and its own policy forbids: "If the user provides a gift
card, it must have enough balance". Number of the task, what it does, what the card holds by
then and what it would have to pay."""

pytestmark = pytest.mark.skipif(
    not FOLDER.exists(), reason="KEFU_CORPORA has no tau_retail/orders.json"
)


async def test_every_action_that_the_policy_allows_is_done_with_its_stated_effect(
    db: Session,
) -> None:
    corpus = await loaded(db)
    done: Counter[str] = Counter()
    refused = []

    for number, task in enumerate(corpus.tasks):
        copy, book = await db.begin_nested(), Book(corpus)
        for action in task["actions"]:
            name, given = action["name"], action["kwargs"]
            if not book.allows(name, given):
                with pytest.raises(RuleBroken) as broken:
                    await do(db, corpus, task["user_id"], name, given)
                assert broken.value.code == "gift_card_too_small"
                refused.append((number, name, *book.short(given)))
                continue
            result = await do(db, corpus, task["user_id"], name, given)
            book.write(name, given)
            await check_effect(db, corpus, book, name, given, result)
            done[name] += 1
        await copy.rollback()
        db.expunge_all()

    assert len(corpus.tasks) == 500
    assert done.total() + len(refused) == 768
    assert refused == TOO_SMALL
    assert len(done) == 6


def test_many_orders_occur_in_several_tasks_so_that_each_needs_a_fresh_copy() -> None:
    lines = (FOLDER / "tasks_train.TASKS_TRAIN.jsonl").read_text(encoding="utf-8").splitlines()
    tasks = [json.loads(line)["actions"] for line in lines]

    times = Counter(
        order for actions in tasks for order in {one["kwargs"]["order_id"] for one in actions}
    )

    assert (len(times), sum(number > 1 for number in times.values())) == (450, 172)
