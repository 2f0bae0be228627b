"""Files: rows of CSV or JSON Lines in UTF-8 or GBK, each with its place and its bytes."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from kefu.core.errors import Invalid

BLOCK = 1024 * 1024
LINE_CHARACTERS = 2_000_000
DELIMITERS = ",;\t"
FORMULA = ("=", "+", "-", "@", "\t", "\r")
GBK = "gb18030"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a file: where it stands, what it says, and how far into the file it is."""

    number: int
    values: dict[str, Any]
    position: int


def encoding_of(path: Path) -> str:
    """UTF-8, with or without its mark, or GBK; anything else is refused."""
    for encoding in ("utf-8-sig", GBK):
        decoder = codecs.getincrementaldecoder(encoding)()
        with path.open("rb") as file:
            try:
                while block := file.read(BLOCK):
                    decoder.decode(block)
                decoder.decode(b"", final=True)
            except UnicodeDecodeError:
                continue
            return encoding
    raise Invalid(
        "The file is neither UTF-8 nor GBK. Please save it as UTF-8.", field="file", code="encoding"
    )


def rows_in(path: Path) -> Iterator[Row]:
    """The rows of a file; JSON Lines if its first sign is a brace, else CSV."""
    encoding = encoding_of(path)
    with path.open("rb") as file:
        if first_sign(path, encoding) == "{":
            yield from lines_in(file, encoding)
        else:
            yield from cells_in(file, encoding)


def first_sign(path: Path, encoding: str) -> str:
    with path.open(encoding=encoding) as text:
        return text.read(1000).lstrip()[:1]


def lines_in(file: BinaryIO, encoding: str) -> Iterator[Row]:
    position = 0
    for number, raw in enumerate(file, 1):
        position += len(raw)
        line = raw.decode(encoding).strip()
        if line:
            yield Row(number, {"line": line}, position)


class Counted:
    """The lines of a file as text, and how many bytes of it were read."""

    def __init__(self, file: BinaryIO, encoding: str) -> None:
        self._file = file
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self.position = 0

    def __iter__(self) -> Iterator[str]:
        for raw in self._file:
            self.position += len(raw)
            yield self._decoder.decode(raw)


def cells_in(file: BinaryIO, encoding: str) -> Iterator[Row]:
    """CSV with a line of names; the delimiter is the one that the names are parted by."""
    text = Counted(file, encoding)
    lines = iter(text)
    heading = next(lines, "").strip()
    delimiter = max(DELIMITERS, key=heading.count)
    names = [name.strip() for name in next(csv.reader([heading], delimiter=delimiter), [])]
    if not any(names):
        raise Invalid("The file is empty.", field="file", code="file_empty")
    reader = csv.reader(lines, delimiter=delimiter)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                values = {name: unsaved(cell) for name, cell in zip(names, cells, strict=False)}
                yield Row(reader.line_num + 1, values, text.position)
    except csv.Error as error:
        raise Invalid(
            f"Line {reader.line_num + 1} cannot be read: {error}.",
            field="file",
            code="bad_csv",
            params={"line": reader.line_num + 1},
        ) from error


def saved(cell: str) -> str:
    """A cell that a spreadsheet shows instead of computing."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def unsaved(cell: str) -> str:
    """The cell as it was before it was saved from being computed."""
    cell = cell.strip()
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(FORMULA) else cell
