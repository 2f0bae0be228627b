from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import func, select

from kefu.commerce.model import Product, Shop, Sku
from kefu.commerce.routes_goods import router, shops
from kefu.commerce.tests.factories import a_product, a_shop
from kefu.core.db import Session
from kefu.identity.tests.desk import Desk, desk_of
from kefu.identity.tests.visiting import counted


@pytest.fixture
async def desk(db: Session) -> AsyncIterator[Desk]:
    async with desk_of(db, router, shops) as desk:
        await desk.sign_in()
        yield desk


def tent(number: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "external_id": f"tent-{number}",
        "title": f"云雀 {number} 人帐篷",
        "category": "帐篷",
        "specs": {"重量": f"{number}.9 kg", "防水": "PU 3000 mm"},
        "skus": [{"external_id": f"s{number}", "price": 10000 * number, "stock": 3}],
    } | more


async def test_products_are_taken_once_and_changed_by_their_id(db: Session, desk: Desk) -> None:
    shop = await a_shop(db)
    body = {"shop": shop.key, "products": [tent()]}

    await desk.post("/products", body)
    body["products"] = [tent(title="云雀 新款", skus=[{"external_id": "s1", "price": 9000}])]
    answer = await desk.post("/products", body)

    assert answer.json() == {"products": 1}
    [product] = await db.scalars(select(Product).execution_options(populate_existing=True))
    assert (product.title, product.price_from) == ("云雀 新款", 9000)
    assert await db.scalar(select(func.count()).select_from(Sku)) == 1


async def test_a_negative_price_is_named(db: Session, desk: Desk) -> None:
    shop = await a_shop(db)
    wrong = tent(skus=[{"external_id": "s", "price": -1}])

    answer = await desk.post("/products", {"shop": shop.key, "products": [wrong]})

    assert answer.json()["field"] == "products.0.skus.0.price"


async def test_lists_are_found_by_title_and_narrowed(db: Session, desk: Desk) -> None:
    shop = await a_shop(db)
    chair = tent(9, title="午后 月亮椅", category="家具", skus=[])
    await desk.post("/products", {"shop": shop.key, "products": [tent(1), tent(2), chair]})

    async def titles(**query: Any) -> list[str]:
        page = (await desk.get("/products", params=query)).json()
        return [row["title"] for row in page["items"]]

    assert await titles(q="帐篷") == ["云雀 1 人帐篷", "云雀 2 人帐篷"]
    assert await titles(category="家具") == ["午后 月亮椅"]
    assert await titles(price_max=15000) == ["云雀 1 人帐篷"]
    assert await titles(in_stock=True) == ["云雀 1 人帐篷", "云雀 2 人帐篷"]
    first = (await desk.get("/products", params={"limit": 2})).json()
    assert await titles(limit=2, cursor=first["next_cursor"]) == ["云雀 2 人帐篷"]
    categories = (await desk.get("/products/categories")).json()
    assert categories == [{"name": "帐篷", "products": 2}, {"name": "家具", "products": 1}]


async def test_a_hundred_products_take_as_many_queries_as_one(db: Session, desk: Desk) -> None:
    for _ in range(100):
        await a_product(db)

    counts = []
    for limit in (1, 25, 100):
        with counted(db) as statements:
            await desk.get("/products", params={"limit": limit})
        counts.append(len(statements))

    assert len(set(counts)) == 1


async def test_two_or_three_products_stand_side_by_side(db: Session, desk: Desk) -> None:
    one = await a_product(db, specs={"重量": "1.9 kg", "材质": "尼龙"})
    other = await a_product(db, specs={"重量": "2.4 kg", "材质": "尼龙", "颜色": "绿"})

    answer = (await desk.get("/products/comparison", params={"ids": [one.id, other.id]})).json()
    alone = await desk.get("/products/comparison", params={"ids": [one.id, one.id]})

    assert [product["id"] for product in answer["products"]] == [str(one.id), str(other.id)]
    assert answer["rows"] == [
        {"name": "重量", "values": ["1.9 kg", "2.4 kg"], "differs": True},
        {"name": "材质", "values": ["尼龙", "尼龙"], "differs": False},
        {"name": "颜色", "values": [None, "绿"], "differs": True},
    ]
    assert alone.status_code == 422


async def test_what_meets_the_needs_is_recommended_with_its_reasons(
    db: Session, desk: Desk
) -> None:
    shop = await a_shop(db)
    unknown = tent(3, specs={"防水": "PU 5000 mm"})
    sold_out = tent(4, skus=[{"external_id": "s4", "price": 1, "stock": 0}])
    goods = [tent(1), tent(2), unknown, sold_out]
    await desk.post("/products", {"shop": shop.key, "products": goods})
    needs = [{"name": "重量", "most": 2.0}, {"name": "防水", "word": "pu"}]

    found = (
        await desk.post("/products/recommendations", {"category": "帐篷", "needs": needs})
    ).json()

    assert [row["product"]["external_id"] for row in found] == ["tent-1", "tent-3", "tent-2"]
    assert found[0]["reasons"] == [
        {"name": "重量", "verdict": "met", "value": "1.9 kg"},
        {"name": "防水", "verdict": "met", "value": "PU 3000 mm"},
    ]
    assert [row["reasons"][0]["verdict"] for row in found] == ["met", "unknown", "missed"]


async def test_the_one_that_fits_is_found_among_a_thousand_cheaper_ones(
    db: Session, desk: Desk
) -> None:
    shop = await a_shop(db)
    cheap = [tent(number, specs={"重量": "2.4 kg"}) for number in range(10, 610)]
    light = tent(9, specs={"重量": "1,950 g"}, skus=[{"external_id": "s9", "price": 90_000_000}])
    for start in range(0, len(cheap), 200):
        await desk.post("/products", {"shop": shop.key, "products": cheap[start : start + 200]})
    await desk.post("/products", {"shop": shop.key, "products": [light]})
    needs = [{"name": "重量", "least": 1900, "most": 2000, "word": "G"}]

    found = (await desk.post("/products/recommendations", {"needs": needs})).json()

    assert [row["product"]["external_id"] for row in found] == ["tent-9"]
    assert found[0]["reasons"][0]["value"] == "1,950 g"


async def test_a_need_says_something(desk: Desk) -> None:
    answer = await desk.post("/products/recommendations", {"needs": [{"name": "重量"}]})

    assert (answer.status_code, answer.json()["field"]) == (422, "needs.0")


async def test_a_product_has_a_page_with_its_variants(db: Session, desk: Desk) -> None:
    product = await a_product(db, price=129900, stock=4)

    page = (await desk.get(f"/products/{product.id}")).json()

    assert (page["stock"], page["variants"], page["skus"][0]["price"]) == (4, 1, 129900)


async def test_shops_are_opened_and_changed_and_their_key_stays(db: Session, desk: Desk) -> None:
    made = await desk.post("/shops", {"key": "tmall", "name": "天猫旗舰店"})
    twice = await desk.post("/shops", {"key": "tmall", "name": "另一家"})
    changed = await desk.patch(f"/shops/{made.json()['id']}", {"name": "天猫店"})
    wrong = await desk.patch(f"/shops/{made.json()['id']}", {"key": "other"})

    assert (made.status_code, twice.status_code, wrong.status_code) == (201, 409, 422)
    assert changed.json()["name"] == "天猫店"
    assert [row["key"] for row in (await desk.get("/shops")).json()] == ["tmall"]


async def test_an_agent_reads_shops_and_changes_none(db: Session, desk: Desk) -> None:
    await desk.sign_in("agent")
    shop: Shop = await a_shop(db)

    assert (await desk.get("/shops")).status_code == 200
    assert (await desk.patch(f"/shops/{shop.id}", {"name": "x"})).status_code == 403
