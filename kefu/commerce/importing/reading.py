"""Reading: every row of a file becomes a document, or a refusal that can be corrected."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from kefu.commerce.documents import Document, OrderDocument
from kefu.commerce.goods import ProductDocument
from kefu.commerce.importing.columns import keyed, order_of, product_of
from kefu.commerce.importing.files import LINE_CHARACTERS, Row, rows_in
from kefu.commerce.taking import check_has_lines
from kefu.core.errors import Invalid
from kefu.core.problem_words import params_of, params_of_shape

NAMED_BY = {"orders": "number", "products": "external_id"}
SHAPES: dict[str, type[Document]] = {"orders": OrderDocument, "products": ProductDocument}
BUILT: dict[str, Callable[[Sequence[dict[str, str]], str], dict[str, Any]]] = {
    "orders": order_of,
    "products": product_of,
}
NUL = "\\u0000"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that cannot be taken, as it stands in the file."""

    row: int
    field: str | None
    problem: str
    source: dict[str, Any]
    code: str
    params: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Read:
    """What one or several rows say; either a document or refusals."""

    rows: int
    position: int
    document: Any = None
    refusals: Sequence[Refusal] = ()


def documents_in(path: Path, kind: str, *, currency: str, historic: bool) -> Iterator[Read]:
    """Everything that the file says, in its order."""
    for group in groups_in(path, kind):
        yield read(group, kind, currency=currency, historic=historic)


def groups_in(path: Path, kind: str) -> Iterator[list[Row]]:
    """Rows that belong together: one line of JSON, or the rows of one number under each other."""
    group: list[Row] = []
    name: str | None = None
    for row in rows_in(path):
        own = None if "line" in row.values else name_in(row, NAMED_BY[kind])
        if group and (own is None or own != name):
            yield group
            group = []
        group.append(row)
        name = own
    if group:
        yield group


def name_in(row: Row, key: str) -> str | None:
    try:
        return keyed(row.values).get(key)
    except Invalid:
        return None


def read(group: list[Row], kind: str, *, currency: str, historic: bool) -> Read:
    """One document; what is wrong with it is told of each of its rows."""
    rows, position = len(group), group[-1].position
    try:
        if "line" in group[0].values:
            document = parsed(group[0].values["line"], SHAPES[kind])
        else:
            cells = [keyed(row.values) for row in group]
            document = SHAPES[kind].model_validate(BUILT[kind](cells, currency))
        if isinstance(document, OrderDocument):
            check_has_lines(document, historic=historic)
    except ValidationError as error:
        return Read(rows, position, refusals=misshapen(group, error.errors()[0]))
    except Invalid as error:
        return Read(rows, position, refusals=refused(group, error))
    return Read(rows, position, document)


def parsed(line: str, shape: type[Document]) -> Document:
    """A line of JSON; NUL is refused here, so that the shapes need not look for it."""
    if len(line) > LINE_CHARACTERS:
        raise Invalid(
            "The line is too long.", field="line", code="line_too_long", limit=LINE_CHARACTERS
        )
    if NUL in line:
        raise Invalid("The text contains a NUL character.", field="line", code="odd_text")
    try:
        return shape.model_validate_json(line)
    except ValidationError as error:
        [first, *_] = error.errors(include_url=False)
        if first["type"] != "json_invalid":
            raise
        why = first.get("ctx", {}).get("error", "")
        raise Invalid(f"This is no JSON: {why}.", field="line", code="bad_json") from error


def misshapen(group: list[Row], error: ErrorDetails) -> list[Refusal]:
    """What has not the shape of a document, under the names of the document."""
    place = ".".join(str(part) for part in error["loc"]) or None
    said = str(error["msg"]).removeprefix("Value error, ")
    code, params = error["type"], params_of_shape(error)
    return [Refusal(row.number, place, said, row.values, code, params) for row in group]


def refused(group: list[Row], error: Invalid) -> list[Refusal]:
    params = params_of(error)
    return [
        Refusal(row.number, error.field, error.title, row.values, error.code, params)
        for row in group
    ]
