from __future__ import annotations

from typing import Any

import pytest

from kefu.core.db import Session
from kefu.customers import Grounds, erase_customer, export_customer, merge
from kefu.customers.addresses import addresses_of
from kefu.customers.tests.conftest import Desk
from kefu.customers.tests.factories import a_customer

HOME = {
    "recipient": "李雷",
    "phone": "138 0013 8000",
    "text": "广东省深圳市南山区粤海街道科技园路1号",
}


async def test_an_address_is_read_kept_and_shown_masked(
    db: Session, desk: Desk, facts: Any
) -> None:
    customer = await a_customer(db)
    await desk.sign_in()

    answer = await desk.post(f"/customers/{customer.id}/addresses", HOME)

    assert answer.status_code == 201
    shown = answer.json()
    assert shown | {"id": None} == {
        "id": None, "recipient": "李*", "phone": "+86138****8000", "province": "广东省",
        "city": "深圳市", "district": "南山区", "street": "粤海街道", "detail": "****",
        "postcode": None, "is_default": True,
    }  # fmt: skip
    [kept] = await addresses_of(db, customer.id)
    assert (kept.phone, kept.detail) == ("+8613800138000", "科技园路1号")
    told = (await facts())[-1]
    assert (told.kind, told.details) == ("customer.address_added", {"address": str(kept.id)})


async def test_what_comes_back_masked_is_left_and_the_default_moves(
    db: Session, desk: Desk
) -> None:
    customer = await a_customer(db)
    await desk.sign_in()
    path = f"/customers/{customer.id}/addresses"
    first = (await desk.post(path, HOME)).json()
    second = (await desk.post(path, HOME | {"recipient": "韩梅梅"})).json()
    fields = ("recipient", "phone", "detail", "city")

    change = {field: second[field] for field in fields} | {"is_default": True, "postcode": "518000"}
    changed = await desk.patch(f"{path}/{second['id']}", change)

    assert changed.json() == second | {"is_default": True, "postcode": "518000"}
    kept = await addresses_of(db, customer.id)
    assert [str(one.id) for one in kept] == [second["id"], first["id"]]
    assert (kept[0].recipient, kept[0].phone, kept[0].detail) == (
        "韩梅梅",
        "+8613800138000",
        "科技园路1号",
    )


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"phone": "12"}, "phone"),
        ({"text": ""}, "detail"),
        ({"text": "广东省深圳市"}, "detail"),
        ({"recipient": ""}, "recipient"),
        ({"recipient": "x" * 61}, "recipient"),
        ({"postcode": "!"}, "postcode"),
        ({"city": "x" * 61}, "city"),
        ({"country": "CN"}, "country"),
    ],
)
async def test_a_wrong_address_is_refused_by_its_field(
    db: Session, desk: Desk, change: dict[str, str], field: str
) -> None:
    customer = await a_customer(db)
    await desk.sign_in()

    answer = await desk.post(f"/customers/{customer.id}/addresses", HOME | change)

    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert await addresses_of(db, customer.id) == []


async def test_there_is_a_limit_to_an_address_book(
    db: Session, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kefu.customers.addresses.ADDRESSES_AT_MOST", 1)
    customer = await a_customer(db)
    await desk.sign_in()
    await desk.post(f"/customers/{customer.id}/addresses", HOME)

    answer = await desk.post(f"/customers/{customer.id}/addresses", HOME)

    assert (answer.status_code, answer.json()["field"], answer.json()["limit"]) == (
        409,
        "address",
        1,
    )


async def test_addresses_are_revealed_exported_moved_and_erased(db: Session, desk: Desk) -> None:
    head = await desk.sign_in()
    kept, gone = await a_customer(db, name="王"), await a_customer(db)
    await desk.post(f"/customers/{gone.id}/addresses", HOME)
    await merge(db, gone, into=kept, grounds=Grounds())

    plain = await desk.post(f"/customers/{kept.id}/reveal", {"reason": "ship_order"})
    exported = await export_customer(db, kept, by=head.id)
    await erase_customer(db, kept, name="王", reason="customer_request", by=head.id)

    assert plain.json()["addresses"][0]["detail"] == "科技园路1号"
    assert exported["addresses"][0]["recipient"] == "李雷"
    assert await addresses_of(db, kept.id) == []


async def test_an_address_is_removed_and_reading_one_keeps_nothing(db: Session, desk: Desk) -> None:
    customer = await a_customer(db)
    await desk.sign_in()
    path = f"/customers/{customer.id}/addresses"
    made = (await desk.post(path, HOME)).json()

    read = await desk.post("/address-readings", {"text": "上海浦东新区张江镇碧波路5号"})
    removed = await desk.delete(f"{path}/{made['id']}")

    assert read.json() == {
        "province": "上海市", "city": "上海市", "district": "浦东新区", "street": "张江镇",
        "detail": "碧波路5号",
    }  # fmt: skip
    assert removed.status_code == 204
    assert (await desk.get(path)).json()["items"] == []


@pytest.mark.parametrize("amount", [1, 25, 50])
async def test_an_address_book_takes_the_same_number_of_queries(
    db: Session, desk: Desk, counting: Any, amount: int
) -> None:
    customer = await a_customer(db)
    await desk.sign_in()
    for _ in range(amount):
        await desk.post(f"/customers/{customer.id}/addresses", HOME)

    with counting() as statements:
        answer = await desk.get(f"/customers/{customer.id}/addresses")

    assert len(answer.json()["items"]) == amount
    assert len(statements) == 3
