from __future__ import annotations

from typing import Any

import orjson
import pytest
from sqlalchemy import select

from kefu.commerce.model_sources import Source
from kefu.commerce.sources import viewing
from kefu.commerce.sources.qiyu import Remembered
from kefu.commerce.tests.factories import a_shop
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Unavailable
from kefu.core.ids import uuid7
from kefu.core.wire import Answer, Unreachable, Wire
from kefu.customers import Identity
from kefu.customers.tests.factories import a_customer, an_identity

ORDERS = [
    {
        "index": 0,
        "blocks": [
            {
                "index": 0,
                "is_title": True,
                "data": [
                    {"index": 1, "key": "status", "label": "状态", "value": "已发货"},
                    {"index": 0, "key": "id", "label": "订单号", "value": "SY1"},
                ],
            }
        ],
    }
]


class Shop:
    """A shop in this shape, in memory: it may be away, or forget its tokens."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.written: list[dict[str, Any]] = []
        self.away = False
        self.tokens = 0
        self.valid = "t1"

    async def get(self, *_: Any, **__: Any) -> Answer:
        self.asked.append("get_token")
        if self.away:
            raise Unreachable("No answer within 2 s.")
        self.tokens += 1
        self.valid = f"t{self.tokens}"
        return answer({"rlt": 0, "token": self.valid, "expires": 7200})

    async def post(self, url: str, body: bytes, *_: Any, **__: Any) -> Answer:
        name, given = url.rpartition("/")[2], orjson.loads(body)
        self.asked.append(name)
        if self.away:
            raise Unreachable("No answer within 2 s.")
        if given["token"] != self.valid:
            return answer({"rlt": 2})
        if name == "update_order":
            self.written.append(given)
            return answer({"rlt": 0})
        if name == "get_user_info":
            person = {"index": 0, "key": "name", "label": "姓名", "value": given["userid"]}
            hidden = {"index": 1, "key": "x", "value": "y", "hidden": True}
            return answer({"rlt": 0, "data": [person, hidden]})
        return answer({"rlt": 0, "count": 1, "orders": ORDERS})


def answer(said: dict[str, Any]) -> Answer:
    return Answer(200, orjson.dumps(said), 3)


@pytest.fixture(autouse=True)
def forgotten(monkeypatch: pytest.MonkeyPatch) -> Remembered:
    fresh = Remembered()
    monkeypatch.setattr(viewing, "REMEMBERED", fresh)
    return fresh


async def errands(db: Session, shop: Any) -> list[viewing.Errand]:
    customer = await db.scalar(select(Identity.customer_id).where(Identity.value == "wang"))
    if customer is None:
        someone = await a_customer(db)
        await an_identity(db, someone, "external_id", "wang", verified_at=now())
        customer = someone.id
        db.add(
            Source(
                id=uuid7(), name="商城", kind="qiyu", url="https://crm.example/api", account="app"
            )
        )
        await db.flush()
    return await viewing.errands_for(db, customer, shop)


async def test_a_shop_says_who_it_is_and_what_they_ordered(db: Session) -> None:
    shop = Shop()

    (seen,) = await viewing.views(await errands(db, shop))

    assert seen.state == "fresh"
    assert seen.view is not None
    assert [(line.label, line.value) for line in seen.view.person] == [("姓名", "wang")]
    assert [[line.value for line in order] for order in seen.view.orders] == [["SY1", "已发货"]]
    assert shop.asked == ["get_token", "get_user_info", "get_user_orders"]


async def test_it_is_asked_once_a_minute_and_with_one_token(db: Session) -> None:
    shop = Shop()

    for _ in range(3):
        await viewing.views(await errands(db, shop))

    assert shop.asked.count("get_user_info") == 1
    assert shop.tokens == 1


async def test_a_token_that_ran_out_is_fetched_again(db: Session, forgotten: Remembered) -> None:
    shop = Shop()
    await viewing.views(await errands(db, shop))
    forgotten.views.clear()
    shop.valid = "another"

    (seen,) = await viewing.views(await errands(db, shop))

    assert seen.state == "fresh"
    assert shop.tokens == 2


async def test_while_it_is_away_what_it_said_stands_in_and_nobody_waits_twice(
    db: Session, forgotten: Remembered
) -> None:
    shop = Shop()
    await viewing.views(await errands(db, shop))
    ((key, (_, view)),) = forgotten.views.items()
    forgotten.views[key] = (-1000.0, view)
    shop.away = True
    shop.asked.clear()

    states = [(await viewing.views(await errands(db, shop)))[0].state for _ in range(3)]

    assert states == ["remembered"] * 3
    assert len(shop.asked) == 1


async def test_one_that_was_never_heard_is_away(db: Session) -> None:
    shop = Shop()
    shop.away = True

    (seen,) = await viewing.views(await errands(db, shop))

    assert (seen.state, seen.view) == ("away", None)


async def test_fields_of_an_order_are_written_back_or_the_shop_is_away(db: Session) -> None:
    shop = Shop()
    asked = await errands(db, shop)
    source = asked[0].shop.id

    await viewing.write_back(asked, source, "SY1", {"note": "改到周末送"})
    shop.away = True

    assert shop.written[0]["data"] == [{"key": "note", "value": "改到周末送"}]
    assert shop.written[0]["orderid"] == "SY1"
    with pytest.raises(Unavailable):
        await viewing.write_back(asked, source, "SY1", {"note": "x"})


async def test_each_shop_is_asked_by_its_own_id_that_is_proven(db: Session) -> None:
    someone, inboxes = await a_customer(db), [uuid7(), uuid7(), uuid7()]
    for number, inbox in enumerate(inboxes):
        shop = await a_shop(db, settings={"inbox": str(inbox)})
        given = {"name": f"商城 {number}", "shop_id": shop.id, "url": "https://crm.example/api"}
        db.add(Source(id=uuid7(), kind="qiyu", account="app", **given))
    await an_identity(db, someone, "external_id", "w0", scope=inboxes[0], verified_at=now())
    await an_identity(db, someone, "external_id", "w1", scope=inboxes[1], verified_at=now())
    await an_identity(db, someone, "external_id", "said", scope=inboxes[2])

    asked = await viewing.errands_for(db, someone.id, Shop())

    assert [(one.name, one.person) for one in asked] == [("商城 0", "w0"), ("商城 1", "w1")]


async def test_an_address_in_our_own_network_is_never_asked(db: Session) -> None:
    wire = Wire()
    asked = await errands(db, wire)
    source = await db.scalar(select(Source))
    assert source is not None
    source.url = "http://127.0.0.1:1/crm"
    asked = await errands(db, wire)

    (seen,) = await viewing.views(asked)

    await wire.close()
    assert seen.state == "away"
