"""docs/coverage says which rows of the catalogue are met; what it names must be there."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tools.lint.repository import ROOT, File, files

ROW = re.compile(r"^\|\s*([RIKP]\d{2,3})\s*\|(.*)\|\s*$")
STATES = {"met", "open"}
COLUMNS = 3  # after the row's number: where, test, state


@dataclass(frozen=True)
class Row:
    """One line of a coverage table."""

    at: str
    number: str
    where: str
    test: str
    state: str


@pytest.fixture(scope="module")
def coverage() -> list[File]:
    return [
        file
        for file in files()
        if file.path.startswith("docs/coverage/") and file.name != "README.md"
    ]


def test_every_row_names_what_is_there(coverage: list[File]) -> None:
    wrong = [problem for file in coverage for problem in problems_of(file)]

    assert not wrong, "\n" + "\n".join(wrong)


def test_no_row_stands_twice(coverage: list[File]) -> None:
    numbers = [row.number for file in coverage for row in rows_of(file)]

    assert sorted(numbers) == sorted(set(numbers))


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("| R019 | `Makefile` | `tests/test_docs.py::test_every_link_leads_somewhere` | met |", ""),
        (
            "| R019 | `none.py` | `tests/test_docs.py::test_every_link_leads_somewhere` | met |",
            "no",
        ),
        ("| R019 | `Makefile` | `tests/test_docs.py::test_none` | met |", "has no test"),
        ("| R019 | `Makefile` | `tests/test_none.py::test_none` | met |", "is not there"),
        ("| R019 | `Makefile` | `tests/test_docs.py` | met |", "names no test"),
        ("| R019 | | `tests/test_docs.py::test_every_link_leads_somewhere` | met |", "no file"),
        ("| R019 | `Makefile` | | met |", "names no test"),
        ("| R019 | nothing yet | | open |", ""),
        ("| R019 | `Makefile` | | done |", "neither met nor open"),
        ("| R019 | `Makefile` | met |", "columns"),
    ],
)
def test_what_is_wrong_with_a_row_is_said(line: str, problem: str) -> None:
    found = "\n".join(problems_of(File("docs/coverage/INB.md", line)))

    assert problem in found
    assert bool(problem) == bool(found)


def rows_of(file: File) -> Iterator[Row]:
    for number, line in enumerate(file.lines, start=1):
        if row := ROW.match(line):
            cells = [cell.strip() for cell in row.group(2).split("|")]
            cells = cells if len(cells) == COLUMNS else ["", "", "columns"]
            yield Row(f"{file.path}:{number}", row.group(1), *cells)


def problems_of(file: File) -> Iterator[str]:
    for row in rows_of(file):
        for problem in problems_of_row(row):
            yield f"{row.at}: {row.number} {problem}"


def problems_of_row(row: Row) -> Iterator[str]:
    if row.state == "columns":
        yield f"needs {COLUMNS + 1} columns: row, where, test, state"
    elif row.state not in STATES:
        yield f"is neither met nor open but {row.state!r}"
    elif row.state == "met":
        yield from problems_of_where(row.where)
        yield from problems_of_test(row.test)


def problems_of_where(where: str) -> Iterator[str]:
    named = re.findall(r"`([^`]+)`", where)
    if not named:
        yield "is met, but names no file"
    yield from (f"names {path}, which is not there" for path in named if not (ROOT / path).exists())


def problems_of_test(test: str) -> Iterator[str]:
    """Check `file::name`; a test of the front end is named by its title."""
    named = re.findall(r"`([^`]+)::([^`]+)`", test)
    if not named:
        yield "is met, but names no test as `file::test`"
    for path, name in named:
        if not (ROOT / path).is_file():
            yield f"names {path}, which is not there"
        elif not has_test((ROOT / path).read_text(), name.split("[")[0]):
            yield f"names {name}, but {path} has no test of that name"


def has_test(text: str, name: str) -> bool:
    if name.startswith("test_"):
        return bool(re.search(rf"^\s*(async )?def {re.escape(name)}\(", text, re.MULTILINE))
    return name in text
