"""What the tau shop's policy forbids: over a thousand actions, each refused by its rule."""

from collections import Counter

import pytest
from sqlalchemy import text

from kefu.commerce.care_profiles import RuleBroken
from kefu.commerce.tests.tau_asking import do
from kefu.commerce.tests.tau_corpus import FOLDER, Corpus, loaded
from kefu.commerce.tests.tau_forbidding import Forbidding
from kefu.core.db import Session

pytestmark = pytest.mark.skipif(
    not FOLDER.exists(), reason="KEFU_CORPORA has no tau_retail/orders.json"
)

RULES = (
    *("order_status", "items_changed_already", "other_product", "option_unavailable"),
    *("not_own_order", "not_own_payment_method", "gift_card_too_small"),
    *("same_payment_method", "not_original_payment", "reason_not_accepted"),
)
NAMED = (
    *("order_status", "items_changed_already", "other_product", "not_own_order"),
    *("not_own_payment_method", "gift_card_too_small"),
)
EVERYTHING = text(
    "select (select md5(o::text) from orders o where o.id = :order), "
    "(select md5(string_agg(l::text, '' order by position)) from order_lines l "
    "where order_id = :order), "
    "(select sum(hashtextextended(m::text, 0)) from payment_methods m), "
    "(select md5(string_agg(p::text, '' order by p.id)) from payments p where order_id = :order), "
    "(select count(*) from refunds), (select count(*) from order_changes), "
    "(select count(*) from after_sale_requests), (select count(*) from facts)"
)


async def everything(db: Session, corpus: Corpus, number: str) -> tuple[object, ...]:
    await db.flush()
    return tuple((await db.execute(EVERYTHING, {"order": corpus.ids[number]})).one())


async def test_over_a_thousand_forbidden_actions_are_refused_by_name_and_change_nothing(
    db: Session,
) -> None:
    corpus = await loaded(db)
    refused: Counter[str] = Counter()

    for one in Forbidding(corpus).every():
        copy = await db.begin_nested()
        if one.first:
            await do(db, corpus, one.user, *one.first)
        before = await everything(db, corpus, one.given["order_id"])
        with pytest.raises(RuleBroken) as broken:
            await do(db, corpus, one.user, one.name, one.given)
        assert broken.value.code == one.rule, one
        assert await everything(db, corpus, one.given["order_id"]) == before, one
        refused[one.rule] += 1
        await copy.rollback()
        db.expunge_all()

    assert refused.total() >= 1000, refused
    assert refused.keys() == set(RULES), refused
    assert all(refused[rule] >= 50 for rule in NAMED), refused
