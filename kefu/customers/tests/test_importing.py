from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from kefu.core.clock import frozen, now
from kefu.core.db import Database, Session
from kefu.core.errors import NotFound
from kefu.core.events import FactRow
from kefu.core.files import MemoryStorage
from kefu.customers import Customer, customer_by_identity, identify
from kefu.customers.addresses import addresses_of
from kefu.customers.importing import (
    import_with,
    keep_upload,
    map_columns,
    refusals_file,
    refusals_of,
    shown_import,
    start_check,
    start_run,
    stop,
)
from kefu.customers.importing_forgetting import forget_imports
from kefu.customers.importing_run import check_import, run_import
from kefu.customers.model_imports import CustomerImport
from kefu.customers.tests.conftest import Desk
from kefu.customers.tests.factories import an_attribute

GOOD = """会员号,姓名,手机号,邮箱,等级,备注,收货地址,注册时间
M1,李雷,138 0013 8000,li@example.com,金卡,要开发票,上海市浦东新区张江镇碧波路5号,2024-05-01
M2,韩梅梅,+86 13900139000,,普通,,,
"""
BAD = "M3,林涛,12,,,,,\nM4,周瑜,,nobody,,,,\nM5,鲁肃,,,钻石,,,\n,诸葛亮,,,,,,\n"
FIVE_SPELLINGS = (
    "13800138000",
    "138 0013 8000",
    "+86-138-0013-8000",
    "0086 13800138000",
    "（86）13800138000",
)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


@pytest.fixture
def storage() -> MemoryStorage:
    return MemoryStorage()


async def uploaded(database: Database, storage: MemoryStorage, text: str, **terms: Any) -> UUID:
    async with database.transaction() as db:
        made = await keep_upload(db, storage, text.encode(), name="会员.csv", by=None)
        if terms:
            await map_columns(db, made, made.mapping, **{"scope": None, "proven": True} | terms)
        return made.id


async def worked_off(
    database: Database, storage: MemoryStorage, text: str, **terms: Any
) -> CustomerImport:
    made = await uploaded(database, storage, text, **terms)
    return await ran(database, storage, made)


async def ran(database: Database, storage: MemoryStorage, made: UUID) -> CustomerImport:
    async with database.transaction() as db:
        await start_run(db, await import_with(db, made), by=None)
    await run_import(database, storage, made)
    async with database.transaction() as db:
        return await import_with(db, made)


async def looked_at(database: Database, storage: MemoryStorage, text: str) -> CustomerImport:
    made = await uploaded(database, storage, text)
    async with database.transaction() as db:
        await start_check(db, await import_with(db, made))
    await check_import(database, storage, made)
    async with database.transaction() as db:
        return await import_with(db, made)


async def how_many(database: Database) -> int:
    async with database.transaction() as db:
        return await db.scalar(select(func.count()).select_from(Customer)) or 0


async def test_rows_become_customers_with_all_they_say(
    database: Database, storage: MemoryStorage
) -> None:
    made = await worked_off(database, storage, GOOD)

    assert (made.status, made.counts) == (
        "done",
        {"new": 2, "updated": 0, "merged": 0, "refused": 0},
    )
    async with database.transaction() as db:
        customer = await customer_by_identity(db, "phone", "13800138000")
        assert customer is not None
        [address] = await addresses_of(db, customer.id)
        created = await db.scalar(select(FactRow).where(FactRow.kind == "customer.created"))
    assert (customer.name, customer.email, customer.tier) == ("李雷", "li@example.com", "gold")
    assert customer.first_seen_at == datetime(2024, 4, 30, 16, tzinfo=UTC)
    assert (address.city, address.detail, address.recipient) == ("上海市", "碧波路5号", "李雷")
    assert created is not None
    assert created.details["historic"] is True


async def test_a_second_time_changes_nothing_and_the_books_agree(
    database: Database, storage: MemoryStorage
) -> None:
    first = await worked_off(database, storage, GOOD)
    second = await worked_off(database, storage, GOOD)

    assert second.counts == {"new": 0, "updated": 2, "merged": 0, "refused": 0}
    assert await how_many(database) == 2
    assert first.report["agrees"]
    assert second.report == first.report
    assert (second.report["numbers_in_file"], second.report["customers"]) == (5, 2)
    assert second.report["checksum_file"] == second.report["checksum_kept"]


async def test_five_spellings_of_a_telephone_number_are_one_customer(
    database: Database, storage: MemoryStorage
) -> None:
    text = "name,phone\n" + "".join(f"李雷,{phone}\n" for phone in FIVE_SPELLINGS)

    made = await worked_off(database, storage, text)

    assert made.counts == {"new": 1, "updated": 4, "merged": 0, "refused": 0}
    assert await how_many(database) == 1


async def test_two_members_with_one_telephone_stay_two(
    database: Database, storage: MemoryStorage
) -> None:
    text = "member_id,phone\n1,13800138000\n2,13800138000\n"

    foreseen = await looked_at(database, storage, text)
    made = await worked_off(database, storage, text)

    assert foreseen.checked["counts"] == made.counts
    assert made.counts == {"new": 2, "updated": 0, "merged": 0, "refused": 0}


async def test_a_row_that_proves_two_customers_is_told_apart(
    database: Database, storage: MemoryStorage
) -> None:
    async with database.transaction() as db:
        for proven in (("external_id", "M1", True), ("phone", "13800138000", True)):
            await identify(db, identities=[proven])

    foreseen = await looked_at(database, storage, GOOD)
    made = await worked_off(database, storage, GOOD)

    assert foreseen.checked["counts"] == made.counts
    assert made.counts == {"new": 1, "updated": 0, "merged": 1, "refused": 0}


async def test_a_dry_run_says_what_would_be_and_writes_nothing(
    database: Database, storage: MemoryStorage
) -> None:
    made = await looked_at(database, storage, GOOD + BAD)

    assert made.status == "checked"
    assert made.checked["counts"] == {"new": 2, "updated": 0, "merged": 0, "refused": 4}
    assert [(one["line"], one["field"]) for one in made.checked["refused"]] == [
        (4, "手机号"),
        (5, "邮箱"),
        (6, "等级"),
        (7, None),
    ]
    assert await how_many(database) == 0


async def test_refused_rows_are_downloaded_corrected_and_sent_again(
    database: Database, storage: MemoryStorage
) -> None:
    made = await worked_off(database, storage, GOOD + BAD)
    async with database.transaction() as db:
        written = "".join(refusals_file(made, await refusals_of(db, made), "en"))

    assert made.counts == {"new": 2, "updated": 0, "merged": 0, "refused": 4}
    assert made.report["agrees"]
    corrected = written.replace(",12,", ",13700137000,").replace("钻石", "VIP")
    again = await worked_off(database, storage, corrected)

    assert again.counts == {"new": 2, "updated": 0, "merged": 0, "refused": 2}
    assert await how_many(database) == 4


async def test_what_is_wrong_is_said_in_the_language_of_who_asks(
    database: Database, storage: MemoryStorage
) -> None:
    foreseen = await looked_at(database, storage, GOOD + BAD)
    made = await worked_off(database, storage, GOOD + BAD)
    async with database.transaction() as db:
        refusals = await refusals_of(db, made)
        said = {locale: "".join(refusals_file(made, refusals, locale)) for locale in ("zh", "en")}
    shown = shown_import(foreseen, "zh-CN")["checked"]["refused"]

    words = ["不是电话号码", "不是电子邮箱地址", "没有这个等级", "客户至少要有电话、邮箱或编号之一"]
    assert [one["problem"] for one in shown] == words
    assert all(word in said["zh"] for word in words)
    assert "This is not a telephone number." in said["en"]


async def test_formulas_do_not_run_in_the_file_of_refused_rows(
    database: Database, storage: MemoryStorage
) -> None:
    made = await worked_off(database, storage, 'name,phone\n"=HYPERLINK(""x"")",12\n')

    async with database.transaction() as db:
        written = "".join(refusals_file(made, await refusals_of(db, made), "en"))

    assert "\"'=HYPERLINK" in written


async def test_a_stopped_import_goes_on_where_it_was(
    database: Database, storage: MemoryStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kefu.customers.importing_run.BATCH_ROWS", 3)
    text = "phone\n" + "".join(f"138001380{number:02}\n" for number in range(10))
    made = await uploaded(database, storage, text)
    async with database.transaction() as db:
        await start_run(db, await import_with(db, made), by=None)
        await stop(await import_with(db, made, lock=True))
    await run_import(database, storage, made)
    before = await how_many(database)

    finished = await ran(database, storage, made)

    assert (before, finished.status, finished.done) == (0, "done", 10)
    assert finished.counts["new"] == await how_many(database) == 10


async def test_a_slow_machine_still_takes_a_row_a_batch(
    database: Database, storage: MemoryStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kefu.customers.importing_run.BATCH_SECONDS", 0)
    text = GOOD + GOOD.partition("\n")[2] + BAD

    made = await worked_off(database, storage, text)

    assert made.counts == {"new": 2, "updated": 2, "merged": 0, "refused": 4}


async def test_a_file_is_forgotten_after_a_week(database: Database, storage: MemoryStorage) -> None:
    made = await worked_off(database, storage, GOOD + BAD)
    with frozen(now() + timedelta(days=8)):
        assert await forget_imports(database, storage) == 1

    async with database.transaction() as db:
        kept = await import_with(db, made.id)
        assert await refusals_of(db, kept) == []
    assert (kept.sample, kept.counts["new"]) == ([], 2)
    with pytest.raises(NotFound):
        await storage.get(made.key)


async def test_columns_are_suggested_and_a_wrong_meaning_is_refused(
    db: Session, desk: Desk
) -> None:
    await an_attribute(db, "city", "text")
    await desk.sign_in()
    desk.app.state.storage = MemoryStorage()

    answer = await desk.post("/customer-imports", files={"file": ("会员.csv", GOOD.encode("gbk"))})

    made = answer.json()
    assert answer.status_code == 201
    assert (made["status"], made["rows"], made["encoding"]) == ("uploaded", 2, "gbk")
    assert made["mapping"]["会员号"] == "external_id"
    assert made["sample"][0]["姓名"] == "李雷"
    assert {"key": "attributes.city", "name": "city"} in made["targets"]
    path = f"/customer-imports/{made['id']}/mapping"
    wrong = [
        ({"姓名": "nickname"}, "mapping.姓名"),
        ({"天": "name"}, "mapping.天"),
        ({"姓名": "name"}, "mapping"),
        ({"姓名": "phone", "手机号": "phone"}, "mapping.phone"),
    ]
    for mapping, field in wrong:
        refused = await desk.put(path, {"mapping": mapping})
        assert (refused.status_code, refused.json()["field"]) == (422, field)


async def test_an_upload_that_is_no_table_keeps_nothing(db: Session, desk: Desk) -> None:
    await desk.sign_in()
    storage = desk.app.state.storage = MemoryStorage()
    for data, status in ((b"", 422), (b"\xff\xff", 422), (b"a\n" * 5_000_001, 413)):
        answer = await desk.post("/customer-imports", files={"file": ("x.csv", data)})
        assert (answer.status_code, answer.json()["field"]) == (status, "file")

    assert storage.kept == {}
    assert (await desk.get("/customer-imports")).json()["items"] == []


async def test_an_import_is_started_once_and_by_those_who_may(db: Session, desk: Desk) -> None:
    await desk.sign_in()
    desk.app.state.storage = MemoryStorage()
    made = await desk.post("/customer-imports", files={"file": ("x.csv", GOOD.encode())})
    path = f"/customer-imports/{made.json()['id']}"

    started = await desk.post(f"{path}/run")
    again = await desk.post(f"{path}/run")
    await desk.sign_in("agent")
    by_agent = await desk.get(path)

    assert (started.status_code, started.json()["status"]) == (202, "running")
    assert (again.status_code, again.json()["code"]) == (409, "busy")
    assert by_agent.status_code == 403
