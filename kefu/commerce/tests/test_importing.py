from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from kefu.commerce.importing import Progress, run_import, start_import
from kefu.commerce.importing.files import rows_in, saved, unsaved
from kefu.commerce.importing.reading import documents_in
from kefu.commerce.importing.uploading import error_file, refused_rows
from kefu.commerce.model import Product, Shop, Sku
from kefu.commerce.model_imports import CommerceImport
from kefu.commerce.model_orders import Order, OrderLine
from kefu.commerce.shops import shop_with_key
from kefu.commerce.taking import Taken, take_orders
from kefu.commerce.tests.telling import said
from kefu.core.db import Database, Session
from kefu.core.errors import Invalid
from kefu.customers import Customer

SHEET = """订单号,状态,下单时间,客户,会员号,电话,收件人,商品,数量,单价,运费,合计
A1,已付款,2026-03-01 10:00:00,王芳,M1,13800000011,王芳,帐篷,1,"1,299.00",10,1319.5
A1,,,,,,,营地灯,2,￥5.25,,
A2,待付款,2026/03/02 09:00,李强,M2,13800000012,李强,月亮椅,1,199,,
"""


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


async def imported(
    database: Database, path: Path, *, kind: str = "orders", mode: str = "rows", **more: Any
) -> tuple[CommerceImport, Progress]:
    async with database.transaction() as db:
        shop = await shop_with_key(db, "main", name="山野", kind="manual", currency="CNY")
        started = await start_import(
            db, shop, kind=kind, mode=mode, file_name=path.name, size=path.stat().st_size, **more
        )
    progress = await run_import(database, started.id, path)
    async with database.transaction() as db:
        found = await db.get(CommerceImport, started.id)
    assert found is not None
    return found, progress


async def count(database: Database, table: Any) -> int:
    async with database.transaction() as db:
        return await db.scalar(select(func.count()).select_from(table)) or 0


def written(folder: Path, text: str, encoding: str = "utf-8", name: str = "orders.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def lines(folder: Path, *documents: dict[str, Any]) -> Path:
    text = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in documents)
    return written(folder, text, name="orders.jsonl")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
async def test_a_sheet_is_read_in_the_usual_encodings(
    database: Database, tmp_path: Path, encoding: str
) -> None:
    done, _ = await imported(database, written(tmp_path, SHEET, encoding))

    async with database.transaction() as db:
        orders = {one.number: one for one in await db.scalars(select(Order))}
    assert (done.status, done.created, done.rows, done.refused) == ("done", 2, 3, 0)
    assert (orders["A1"].total_amount, orders["A1"].status) == (131950, "paid")
    assert orders["A1"].placed_at.isoformat() == "2026-03-01T02:00:00+00:00"
    assert orders["A2"].phone == "+8613800000012"
    assert await count(database, OrderLine) == 3


async def test_an_unknown_encoding_is_refused(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_bytes(b"number,title\n\xff\xff\xff,a\n")

    with pytest.raises(Invalid, match="neither UTF-8 nor GBK"):
        await imported(database, path)


async def test_row_by_row_keeps_what_is_right_and_returns_the_rest(
    database: Database, tmp_path: Path
) -> None:
    bad = SHEET + "A3,已付款,2026-03-01 10:00:00,,,,,帐篷,1,-5,,\nA4,已付款,昨天,,,,,帐篷,1,5,,\n"

    done, _ = await imported(database, written(tmp_path, bad))

    async with database.transaction() as db:
        rows = await refused_rows(db, done.id, limit=10)
    form, text = error_file(rows, "zh-CN")
    assert (done.created, done.refused, form) == (2, 2, "csv")
    assert [(row.row, row.field) for row in rows] == [
        (5, "lines.0.unit_price"),
        (6, "placed_at"),
    ]
    corrected = written(tmp_path, text.replace("'-5", "5").replace("昨天", "2026-03-01"))
    again, _ = await imported(database, corrected)
    assert (again.created, again.refused) == (2, 0)


async def test_a_whole_import_takes_all_or_nothing(database: Database, tmp_path: Path) -> None:
    path = lines(tmp_path, said("A"), said("B", lines=[]), {"number": "C", "oops": 1})

    done, _ = await imported(database, path, mode="whole")

    async with database.transaction() as db:
        rows = await refused_rows(db, done.id, limit=10)
    assert (done.status, done.refused, done.created) == ("refused", 2, 0)
    assert [(row.row, row.field) for row in rows] == [(2, "lines"), (3, "oops")]
    assert await count(database, Order) == 0
    right, _ = await imported(database, lines(tmp_path, said("A"), said("B")), mode="whole")
    assert (right.status, right.created) == ("done", 2)


async def test_the_second_import_of_a_file_changes_nothing(
    database: Database, tmp_path: Path
) -> None:
    path = lines(tmp_path, *(said(f"N{number}") for number in range(30)))

    await imported(database, path)
    again, progress = await imported(database, path)

    assert (again.created, again.changed, again.unchanged) == (0, 0, 30)
    assert progress.read_bytes == again.read_bytes == path.stat().st_size


async def test_what_is_no_json_is_a_row_like_others(database: Database, tmp_path: Path) -> None:
    path = written(tmp_path, '{"number": "A"\n' + json.dumps(said("B") | {"note": "a\x00"}) + "\n")

    done, _ = await imported(database, path)

    assert (done.created, done.refused) == (0, 2)


async def test_ten_megabytes_of_json_lines_are_taken_whole(
    database: Database, tmp_path: Path
) -> None:
    path = lines(tmp_path, *(said(f"N{number}", note="长" * 900) for number in range(3400)))

    done, _ = await imported(database, path, mode="whole")

    assert path.stat().st_size > 10 * 1024 * 1024
    assert (done.status, done.created, done.refused) == ("done", 3400, 0)
    assert await count(database, Order) == 3400


async def test_one_line_of_ten_megabytes_is_refused_as_a_row(
    database: Database, tmp_path: Path
) -> None:
    path = lines(tmp_path, said("A"), said("B", note="长" * 4_000_000), said("C"))

    done, _ = await imported(database, path)

    async with database.transaction() as db:
        [row] = await refused_rows(db, done.id, limit=10)
        numbers = set(await db.scalars(select(Order.number)))
    assert path.stat().st_size > 10 * 1024 * 1024
    assert (row.row, row.field) == (2, "line")
    assert numbers == {"A", "C"}


async def test_an_unknown_column_is_named(database: Database, tmp_path: Path) -> None:
    done, _ = await imported(database, written(tmp_path, "订单号,颜色\nA,红\n"))

    async with database.transaction() as db:
        [row] = await refused_rows(db, done.id, limit=10)
    assert row.field == "颜色"


async def test_products_are_imported_with_their_variants(
    database: Database, tmp_path: Path
) -> None:
    sheet = (
        "编号;商品名称;类目;规格编号;价格;库存;规格:重量\n"
        "tent;云雀帐篷;帐篷;tent-o;699;3;1.9 kg\ntent;云雀帐篷;帐篷;tent-g;689;0;1.9 kg\n"
    )

    await imported(database, written(tmp_path, sheet), kind="products")

    async with database.transaction() as db:
        [product] = await db.scalars(select(Product))
    assert (product.title, product.price_from, product.specs) == (
        "云雀帐篷",
        68900,
        {"重量": "1.9 kg"},
    )
    assert await count(database, Sku) == 2


@pytest.mark.parametrize("cell", ["=1+1", "+86", "-5", "@x", "plain", "'quoted"])
def test_no_spreadsheet_computes_what_comes_out_and_it_comes_back_as_it_was(cell: str) -> None:
    assert not saved(cell).startswith(("=", "+", "-", "@"))
    assert unsaved(saved(cell)) == cell


def test_rows_know_where_they_stand(tmp_path: Path) -> None:
    path = written(tmp_path, 'number,title\n\nA,"two\nlines"\nB,x\n')

    assert [(row.number, row.values["number"]) for row in rows_in(path)] == [(4, "A"), (5, "B")]


async def test_nothing_is_imported_for_an_unknown_import(database: Database) -> None:
    with pytest.raises(Invalid):
        await run_import(database, UUID(int=7), Path("none"))


def lines_of(orders: list[dict[str, Any]]) -> str:
    return "\n".join(json.dumps(order, ensure_ascii=False) for order in orders)


def of_batch(number: str, version: int, customer: str, title: str = "帐篷") -> dict[str, Any]:
    return {
        "number": number,
        "status": "paid",
        "version": version,
        "placed_at": "2026-03-01T02:00:00Z",
        "customer": {"external_id": customer, "name": "王芳"},
        "lines": [{"external_id": "1", "title": title, "unit_price": 100}],
    }


async def test_batches_side_by_side_come_to_what_they_come_to_one_by_one(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kefu.commerce.importing.running.BATCH", 5)
    told = [of_batch(f"B{n // 2}", n % 2 + 1, f"C{n % 7}", f"帐篷 {n}") for n in range(101)]
    file = written(tmp_path, lines_of(told), name="orders.jsonl")

    found, progress = await imported(database, file)

    assert (found.rows, found.created, found.changed, found.refused) == (101, 51, 50, 0)
    assert await count(database, Order) == 51
    assert await count(database, Customer) == 7
    async with database.transaction() as db:
        titles = await db.execute(select(Order.number, OrderLine.title).join(OrderLine))
        assert dict(titles.all()) == {f"B{n}": f"帐篷 {min(2 * n + 1, 100)}" for n in range(51)}
    assert progress.read_bytes == file.stat().st_size


async def test_what_comes_after_a_batch_that_fails_is_not_kept(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kefu.commerce.importing.running.BATCH", 5)
    lasting: list[str] = []

    async def taken(db: Session, shop: Shop, documents: list[Any], **more: Any) -> list[Taken]:
        done = await take_orders(db, shop, documents, **more)
        if documents[0].number == "B10":
            await asyncio.sleep(0.3)
            raise Invalid("The third batch is broken.", field="orders")
        lasting.append(documents[0].number)
        return done

    monkeypatch.setattr("kefu.commerce.importing.running.take_orders", taken)
    told = [of_batch(f"B{n}", 1, f"C{n}") for n in range(40)]

    with pytest.raises(Invalid, match="third batch"):
        await imported(database, written(tmp_path, lines_of(told), name="orders.jsonl"))

    assert lasting == ["B0", "B5", "B15"]
    async with database.transaction() as db:
        numbers = set(await db.scalars(select(Order.number)))
        found = (await db.scalars(select(CommerceImport))).one()
    assert numbers == {f"B{n}" for n in range(10)}
    assert (found.status, found.rows, found.created) == ("failed", 10, 10)


async def test_what_was_right_before_a_file_breaks_off_is_kept_and_counted(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kefu.commerce.importing.running.BATCH", 5)

    def breaking(*given: Any, **more: Any) -> Iterator[Any]:
        yield from islice(documents_in(*given, **more), 10)
        raise Invalid("The file breaks off.", field="file")

    monkeypatch.setattr("kefu.commerce.importing.running.documents_in", breaking)
    told = [of_batch(f"B{n}", 1, f"C{n}") for n in range(40)]

    with pytest.raises(Invalid, match="breaks off"):
        await imported(database, written(tmp_path, lines_of(told), name="orders.jsonl"))

    async with database.transaction() as db:
        found = (await db.scalars(select(CommerceImport))).one()
    assert await count(database, Order) == 10
    assert (found.status, found.rows, found.created) == ("failed", 10, 10)
