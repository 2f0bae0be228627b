"""Forms: what somebody filled in fits the fields of the task, or the field is named."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

import orjson

from kefu.core.errors import Invalid
from kefu.core.shapes import clean
from kefu.workflows.plan import FormField

Data = dict[str, Any]
LINE, TEXT = 500, 5_000
MOST_FILES = 20
BIGGEST = 10**12
MOST_DATA = 64 * 1024
DEEPEST = 6
KEY = re.compile(r"^[^\W\d]\w{0,59}$")


def check_form(fields: Iterable[FormField], given: Mapping[str, Any]) -> Data:
    """The values as they are kept; `Invalid` names `form.<key>`."""
    known = {one.key: one for one in fields}
    for key in given.keys() - known.keys():
        raise Invalid("The form has no such field.", field=f"form.{key}", code="unknown_field")
    kept = {}
    for key, one in known.items():
        value = given.get(key)
        if value is None or value in ("", []):
            if one.required:
                raise Invalid("This field is required.", field=f"form.{key}", code="required")
            continue
        try:
            kept[key] = READERS[one.type](value, one)
        except (ValueError, TypeError, OverflowError) as error:
            raise Invalid(str(error)[:200], field=f"form.{key}") from error
    return kept


def read_line(value: Any, _field: FormField) -> str:
    return read_text(value, LINE)


def read_long(value: Any, _field: FormField) -> str:
    return read_text(value, TEXT)


def read_text(value: Any, limit: int) -> str:
    if not isinstance(value, str) or len(value) > limit:
        raise ValueError(f"Write at most {limit} characters.")
    return clean(value)


def read_number(value: Any, _field: FormField) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > BIGGEST:
        raise ValueError("Give a number.")
    if value != value:  # noqa: PLR0124 - what is not a number is not itself
        raise ValueError("Give a number.")
    return value


def read_money(value: Any, _field: FormField) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= BIGGEST:
        raise ValueError("Give an amount in the smallest unit, without fractions.")
    return value


def read_boolean(value: Any, _field: FormField) -> bool:
    if not isinstance(value, bool):
        raise TypeError("Answer yes or no.")
    return value


def read_choice(value: Any, one: FormField) -> str:
    if value not in {option for option, _label in one.options}:
        raise ValueError("Choose one of the options.")
    return str(value)


def read_date(value: Any, _field: FormField) -> str:
    if not isinstance(value, str) or len(value) > 10:
        raise ValueError("Give a date as YYYY-MM-DD.")
    return date.fromisoformat(value).isoformat()


def read_files(value: Any, _field: FormField) -> list[str]:
    if not isinstance(value, list) or len(value) > MOST_FILES:
        raise ValueError(f"Give at most {MOST_FILES} files.")
    return [str(UUID(one)) for one in value]


READERS: Mapping[str, Callable[[Any, FormField], Any]] = {
    "text": read_line,
    "long_text": read_long,
    "number": read_number,
    "money": read_money,
    "boolean": read_boolean,
    "choice": read_choice,
    "date": read_date,
    "files": read_files,
}


def merged(data: Mapping[str, Any], more: Mapping[str, Any] | None, *, field: str) -> Data:
    """A case's data with more in it: plain JSON under plain names, of limited size."""
    together = {**data, **(more or {})}
    for key, value in (more or {}).items():
        if not KEY.match(key):
            raise Invalid("A name of data is a short word.", field=f"{field}.{key}"[:100])
        check_plain(value, f"{field}.{key}", 0)
    try:
        size = len(orjson.dumps(together))
    except (TypeError, ValueError) as error:
        raise Invalid("Data of a case are plain JSON.", field=field) from error
    if size > MOST_DATA:
        raise Invalid("The data of a case are too large.", field=field, limit=MOST_DATA)
    return together


def check_plain(value: Any, field: str, depth: int) -> None:
    if depth > DEEPEST:
        raise Invalid("Data of a case are not nested deeper.", field=field, limit=DEEPEST)
    if isinstance(value, dict | list):
        for inner in [*value, *value.values()] if isinstance(value, dict) else value:
            check_plain(inner, field, depth + 1)
    elif isinstance(value, str):
        try:
            clean(value)
        except ValueError as error:
            raise Invalid(str(error), field=field) from error
    elif value is not None and not isinstance(value, bool | int | float):
        raise Invalid("Data of a case are plain JSON.", field=field)
