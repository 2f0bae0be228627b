"""What is wrong with refused rows, in the language of who looks at them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import pytest

from kefu.commerce import routes_imports
from kefu.commerce.importing import run_import, start_import
from kefu.commerce.importing.reading import documents_in
from kefu.commerce.importing.stopping import note_stopped
from kefu.commerce.importing.uploading import error_file
from kefu.commerce.importing.wording import failure_of, said_of
from kefu.commerce.model_imports import RefusedRow
from kefu.commerce.tests.factories import a_shop
from kefu.core.db import Database, Session
from kefu.core.errors import Invalid
from kefu.identity.tests.desk import Desk, desk_of
from kefu.identity.tests.visiting import OneTransaction

HEAD = "订单号,状态,下单时间,币种,商品,数量,单价,商品优惠,合计,版本\n"
ROWS = {
    "A1,已付款,昨天,,帐篷,1,5,,,": "“昨天”不是时间",
    "A2,已付款,,,帐篷,一,5,,,": "“一”不是整数",
    "A3,已付款,,,帐篷,1,五,,,": "“五”不是金额",
    "A4,已付款,,,帐篷,1,5.123,,,": "小数位超过了 CNY",
    "A5,已付款,,XXQ,帐篷,1,5,,,": "“XXQ”不是币种",
    "A6,已付款,,,帐篷,1,5,6,,": "商品优惠不能超过该行金额",
    "A7,已付款,,,帐篷,1,5,,9,": "合计写的是 9.00，但商品 5.00",
    "A8,已付款,,,帐篷,0,5,,,": "不能小于 1",
    "A9,在路上,,,帐篷,1,5,,,": "只能是",
    "B1,已付款,,,,,,,,": "至少要有一行商品",
    "B2,已付款,,,帐篷,1,-5,,,": "不能小于 0",
    f"{'B' * 65},已付款,,,帐篷,1,5,,,": "最多 64 个字符",
    ",已付款,,,帐篷,1,5,,,": "至少 1 个字符",
}


def refused(folder: Path, text: str) -> list[RefusedRow]:
    path = folder / "orders.csv"
    path.write_text(text, encoding="utf-8")
    read = documents_in(path, "orders", currency="CNY", historic=False)
    return [
        RefusedRow(
            row=one.row, field=one.field, problem=one.problem, code=one.code, params=one.params,
            source=one.source,
        )
        for group in read
        for one in group.refusals
    ]  # fmt: skip


@pytest.mark.parametrize(("row", "chinese"), ROWS.items())
def test_every_problem_of_a_row_is_said_in_chinese(tmp_path: Path, row: str, chinese: str) -> None:
    (found,) = refused(tmp_path, HEAD + row + "\n")

    assert chinese in said_of(found, "zh-CN")
    assert said_of(found, "en") == found.problem


def test_the_file_speaks_the_language_of_who_asked(tmp_path: Path) -> None:
    rows = refused(tmp_path, HEAD + "A1,已付款,昨天,,帐篷,1,5,,,\n")

    _, chinese = error_file(rows, "zh-CN")
    _, english = error_file(rows, "en")

    assert "问题" in chinese.splitlines()[0]
    assert "2 下单时间: “昨天”不是时间" in chinese
    assert "problem" in english.splitlines()[0]
    assert "2 placed_at: '昨天' is no time" in english


def test_a_row_that_was_refused_before_there_were_codes_stays_readable() -> None:
    old = RefusedRow(row=2, field="number", problem="Field required", code=None, params={})

    assert said_of(old, "zh-CN") == "Field required"


@pytest.fixture
async def desk(db: Session) -> AsyncIterator[Desk]:
    async with desk_of(db, routes_imports.router) as desk:
        yield desk


async def test_the_screen_speaks_the_readers_language(
    db: Session, desk: Desk, tmp_path: Path
) -> None:
    given: dict[str, Any] = {"kind": "orders", "mode": "rows", "file_name": "a", "size": 1}
    made = await start_import(db, await a_shop(db), **given)
    for row in refused(tmp_path, HEAD + "A2,已付款,,,帐篷,一,5,,,\n"):
        row.import_id = made.id
        db.add(row)
    await db.flush()
    said = {}
    for locale in ("zh-CN", "en"):
        await desk.sign_in("administrator", locale=locale)
        answer = (await desk.get(f"/commerce-imports/{made.id}")).json()
        said[locale] = answer["refused_rows"][0]["problem"]

    assert said == {"zh-CN": "“一”不是整数", "en": "'一' is no whole number."}


BROKEN_FILES = {
    b"": "文件是空的",
    "订单号\n\xff\xfe".encode("latin-1", "replace") + b"\xff\x00\xff": "请另存为 UTF-8",
}


@pytest.mark.parametrize("content", BROKEN_FILES)
async def test_a_file_that_cannot_be_read_says_why_in_chinese(
    db: Session, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    made = await start_import(
        db, await a_shop(db), kind="orders", mode="rows", file_name="a", size=1
    )

    with pytest.raises(Invalid) as refused:
        await run_import(cast("Database", OneTransaction(db)), made.id, path)
    await db.refresh(made)

    assert BROKEN_FILES[content] in (failure_of(made, "zh-CN") or "")
    assert failure_of(made, "en") == refused.value.title


async def test_an_import_that_was_cut_off_says_so_in_the_readers_language(
    db: Session, desk: Desk
) -> None:
    made = await start_import(
        db, await a_shop(db), kind="orders", mode="rows", file_name="a", size=1
    )
    await note_stopped(cast("Database", OneTransaction(db)), made.id)
    said = {}
    for locale in ("zh-CN", "en"):
        await desk.sign_in("administrator", locale=locale)
        said[locale] = (await desk.get("/commerce-imports")).json()["items"][0]["failure"]

    assert "中途停止" in said["zh-CN"]
    assert said["en"].startswith("It was stopped half way.")


async def test_a_failure_from_before_there_were_codes_stays_readable(db: Session) -> None:
    made = await start_import(
        db, await a_shop(db), kind="orders", mode="rows", file_name="a", size=1
    )
    made.failure = "It broke."

    assert failure_of(made, "zh-CN") == "It broke."
