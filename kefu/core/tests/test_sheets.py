from __future__ import annotations

import pytest

from kefu.core.errors import Invalid, TooLarge
from kefu.core.sheets import BYTES_AT_MOST, given_back, harmless, sheet_of, written_csv

PEOPLE = "姓名,电话\n李雷,13800138000\n\n韩梅梅,+8613900139000\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
def test_a_table_is_read_in_every_encoding_of_the_country(encoding: str) -> None:
    sheet = sheet_of(PEOPLE.encode(encoding))

    assert sheet.columns == ("姓名", "电话")
    assert [(row.line, row.cells["姓名"]) for row in sheet.rows()] == [(2, "李雷"), (4, "韩梅梅")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_mark_between_cells_is_found(delimiter: str) -> None:
    sheet = sheet_of(PEOPLE.replace(",", delimiter).encode())

    assert [row.cells["电话"] for row in sheet.rows()] == ["13800138000", "+8613900139000"]


def test_a_cell_may_hold_lines_and_the_line_of_its_row_is_told() -> None:
    sheet = sheet_of('name,note\n李雷,"一\n二"\n韩梅梅,三\n'.encode())

    assert [(row.line, row.cells["note"]) for row in sheet.rows()] == [(2, "一\n二"), (4, "三")]


def test_json_lines_are_a_table_too() -> None:
    sheet = sheet_of('{"name":"李雷","age":3}\n{"name":"韩","vip":true,"x":null}\n'.encode())

    assert sheet.columns == ("name", "age", "vip", "x")
    assert [row.cells for row in sheet.rows()] == [
        {"name": "李雷", "age": "3"},
        {"name": "韩", "vip": "true", "x": ""},
    ]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty"),
        (b" \n ", "empty"),
        (b"\xff\xfe\xff", "neither UTF-8 nor GBK"),
        (b"a,b\x00\n1,2", "NUL"),
        (b"a,a\n1,2", "stands twice"),
        (b"a,,b\n1,2,3", "no name"),
        (b"a,b\n1,2,3", "more cells"),
        (b'{"a":1}\n[1]', "no JSON object"),
        (b'{"a":1}\n{"a":', "no JSON"),
        (",".join(f"c{n}" for n in range(101)).encode(), "more than 100 columns"),
    ],
)
def test_what_is_no_table_is_refused_with_the_reason(data: bytes, why: str) -> None:
    with pytest.raises(Invalid, match=why) as refused:
        list(sheet_of(data).rows())

    assert refused.value.field == "file"


def test_a_file_over_the_limit_is_refused_and_the_limit_named() -> None:
    with pytest.raises(TooLarge) as refused:
        sheet_of(b"a\n" * (BYTES_AT_MOST // 2 + 1))

    assert refused.value.limit == BYTES_AT_MOST


@pytest.mark.parametrize("cell", ["=1+1", "+86138", "-1", "@SUM(A1)", "\tx", "李雷", "'quoted", ""])
def test_no_cell_runs_in_a_spreadsheet_and_it_comes_back_the_same(cell: str) -> None:
    assert not harmless(cell).startswith(("=", "+", "-", "@", "\t", "\r"))
    assert given_back(harmless(cell)) == cell


def test_what_is_written_is_read_again() -> None:
    rows = [["=cmd()", "+86138"], ['a"b', "一,二"]]

    written = "".join(written_csv(["x", "y"], iter(rows)))

    sheet = sheet_of(written.encode())
    assert [list(row.cells.values()) for row in sheet.rows()] == rows
