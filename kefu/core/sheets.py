"""Sheets: uploaded tables (CSV or JSON Lines) read row by row, and CSV that no program runs.

The encoding is found by trying: UTF-8 with or without its mark, then GB 18030, which holds GBK and
GB 2312. A cell that a spreadsheet would run as a formula gets an apostrophe when it is written,
and loses it again when the file comes back.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import orjson

from kefu.core.errors import Invalid, TooLarge
from kefu.core.shapes import clean

BYTES_AT_MOST = 10_000_000
ROWS_AT_MOST = 200_000
COLUMNS_AT_MOST = 100
CELL_CHARACTERS = 10_000
ENCODINGS = ("utf-8-sig", "gb18030")
DELIMITERS = ",;\t|"
RUN = ("=", "+", "-", "@", "\t", "\r")
FIRST_LINES = 20

Form = Literal["csv", "jsonl"]


@dataclass(frozen=True, slots=True)
class Row:
    """A row with its line in the file, as texts by column."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True)
class Sheet:
    """An uploaded table."""

    form: Form
    encoding: str
    delimiter: str
    columns: tuple[str, ...]
    text: str

    def rows(self) -> Iterator[Row]:
        """Every row that is not empty; a broken one raises `Invalid` that names its line."""
        return self._objects() if self.form == "jsonl" else self._records()

    def _records(self) -> Iterator[Row]:
        reader = csv.reader(io.StringIO(self.text, newline=""), delimiter=self.delimiter)
        try:
            next(reader, None)
            before = reader.line_num
            for cells in reader:
                line, before = before + 1, reader.line_num
                if any(cell.strip() for cell in cells):
                    yield Row(line, self._named(cells, line))
        except csv.Error as broken:
            raise unreadable(f"Line {reader.line_num} is no CSV: {broken}") from broken

    def _named(self, cells: Sequence[str], line: int) -> dict[str, str]:
        if len(cells) > len(self.columns):
            raise unreadable(f"Line {line} has more cells than there are columns.")
        padded = [*cells, *[""] * (len(self.columns) - len(cells))]
        return dict(zip(self.columns, (given_back(cell) for cell in padded), strict=True))

    def _objects(self) -> Iterator[Row]:
        for line, written in enumerate(self.text.split("\n"), 1):
            if written.strip():
                found = an_object(written, line)
                yield Row(line, {key: as_text(value) for key, value in found.items()})


def sheet_of(data: bytes) -> Sheet:
    """Read an upload; what is no table is refused with the field `file` and why."""
    if len(data) > BYTES_AT_MOST:
        raise TooLarge(
            f"The file is larger than {BYTES_AT_MOST // 1_000_000} MB. Please split it.",
            field="file",
            limit=BYTES_AT_MOST,
        )
    encoding, text = decoded(data)
    if not text.strip():
        raise unreadable("The file is empty.")
    if text.lstrip().startswith("{"):
        return Sheet("jsonl", encoding, "", columns_of_objects(text), text)
    delimiter = delimiter_of(text)
    return Sheet("csv", encoding, delimiter, header_of(text, delimiter), text)


def decoded(data: bytes) -> tuple[str, str]:
    for encoding in ENCODINGS:
        try:
            return encoding, clean(data.decode(encoding))
        except UnicodeDecodeError:
            continue
        except ValueError as odd:
            raise unreadable(str(odd)) from odd
    raise unreadable("The file is neither UTF-8 nor GBK.", code="file_encoding")


def delimiter_of(text: str) -> str:
    """The mark that the first line has most of."""
    head = text.partition("\n")[0]
    return max(DELIMITERS, key=head.count)


def header_of(text: str, delimiter: str) -> tuple[str, ...]:
    try:
        cells = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except (csv.Error, StopIteration) as broken:
        raise unreadable("The first line is no CSV.") from broken
    names = tuple(given_back(cell).strip() for cell in cells)
    return checked_columns(names)


def checked_columns(names: tuple[str, ...]) -> tuple[str, ...]:
    if len(names) > COLUMNS_AT_MOST:
        raise Invalid(
            f"The file has more than {COLUMNS_AT_MOST} columns.",
            field="file",
            limit=COLUMNS_AT_MOST,
        )
    for name in names:
        if not name:
            raise unreadable("A column has no name in the first line.")
        if names.count(name) > 1:
            raise unreadable(f"The column {name[:60]} stands twice in the first line.")
    return names


def columns_of_objects(text: str) -> tuple[str, ...]:
    """The keys of the first objects, in their order."""
    lines = [line for line in text.split("\n") if line.strip()][:FIRST_LINES]
    objects = [an_object(line, number) for number, line in enumerate(lines, 1)]
    return checked_columns(tuple(dict.fromkeys(key for one in objects for key in one)))


def an_object(written: str, line: int) -> dict[str, Any]:
    try:
        found = orjson.loads(written)
    except orjson.JSONDecodeError as broken:
        raise unreadable(f"Line {line} is no JSON.") from broken
    if not isinstance(found, dict):
        raise unreadable(f"Line {line} is no JSON object.")
    return found


def as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return orjson.dumps(value).decode()


def unreadable(why: str, *, code: str = "file_unreadable") -> Invalid:
    return Invalid(why, field="file", code=code)


def written_csv(columns: Sequence[str], rows: Iterator[Sequence[Any]]) -> Iterator[str]:
    """CSV for spreadsheets, piece by piece: with a mark for UTF-8, and no cell that runs."""
    yield "\ufeff" + line_of(columns)
    for row in rows:
        yield line_of(row)


def line_of(cells: Sequence[Any]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow([harmless(as_text(cell)) for cell in cells])
    return written.getvalue()


def harmless(cell: str) -> str:
    """The cell as a spreadsheet only shows it."""
    return f"'{cell}" if cell.startswith(RUN) else cell


def given_back(cell: str) -> str:
    """The cell as it was before `harmless`."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(RUN) else cell
