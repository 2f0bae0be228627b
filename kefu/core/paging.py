"""Keyset paging: a cursor holds the sort key of the last row, signed by nobody, checked by type."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import Query

from kefu.core.errors import Invalid

Limit = Annotated[int, Query(ge=1, le=100, description="Rows on a page.")]
Cursor = Annotated[str | None, Query(max_length=400, description="From a former page.")]


def cursor_of(*key: Any) -> str:
    """A cursor for the row with this sort key."""
    return base64.urlsafe_b64encode(orjson.dumps(list(key))).decode().rstrip("=")


def read_cursor(cursor: str | None, *types: type) -> list[Any] | None:
    """The sort key in a cursor; refuses one that is not of these types."""
    if not cursor:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        values = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        if not isinstance(values, list) or len(values) != len(types):
            raise ValueError(cursor)
        return [_value(value, kind) for value, kind in zip(values, types, strict=True)]
    except (ValueError, TypeError, binascii.Error, OverflowError) as error:
        raise Invalid("This cursor does not belong to this list.", field="cursor") from error


def _value(value: Any, kind: Any) -> Any:
    if kind is datetime and isinstance(value, str):
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError(value)
        return moment
    if kind is UUID and isinstance(value, str):
        return UUID(value)
    if isinstance(value, bool) or not isinstance(value, kind):
        raise TypeError(value)
    if kind is int and not -(2**63) <= value < 2**63:
        raise ValueError(value)
    if kind is str and "\x00" in value:
        raise ValueError(value)
    return value


def page_of(rows: Sequence[Any], limit: int, key: Any) -> tuple[list[Any], str | None]:
    """Cut `limit + 1` fetched rows to a page; `key(row)` gives the sort key of a row."""
    items = list(rows[:limit])
    more = len(rows) > limit
    return items, cursor_of(*key(items[-1])) if more and items else None
