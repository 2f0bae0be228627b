"""Writing: many rows of one table in one statement, and many values in one parameter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import TextClause, any_, literal, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.elements import ColumnElement

from kefu.core.db import Base, Session

AT_ONCE = 2000


async def write_rows(
    db: Session,
    table: type[Base],
    rows: Sequence[Mapping[str, Any]],
    *,
    conflict: str = "",
    returning: str = "",
) -> list[Any]:
    """Insert rows that all have the same columns; gives what `returning` asks for, in one list.

    `conflict` and `returning` are columns of ours, never words from outside.
    """
    answers: list[Any] = []
    for start in range(0, len(rows), AT_ONCE):
        part = rows[start : start + AT_ONCE]
        statement = insertion(table.__tablename__, tuple(part[0]), conflict, returning)
        result = await db.execute(statement, {"rows": orjson.dumps(part).decode()})
        if returning:
            answers += result.scalars().all()
    return answers


@lru_cache(maxsize=100)
def insertion(table: str, columns: tuple[str, ...], conflict: str, returning: str) -> TextClause:
    """The statement: PostgreSQL takes the rows as one JSON text."""
    listed = ", ".join(f'"{column}"' for column in columns)
    statement = (
        f"insert into {table} ({listed}) select {listed} "  # noqa: S608 - names of our own
        f"from json_populate_recordset(null::{table}, cast(:rows as json))"
    )
    if conflict:
        statement += f" on conflict ({conflict}) do nothing"
    if returning:
        statement += f" returning {returning}"
    return text(statement)


def listed(values: Iterable[UUID | str | int | None]) -> str:
    """An array as PostgreSQL reads it, of ids, numbers or our own words, which need no quotes."""
    return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"


def among(column: Any, values: Iterable[Any]) -> ColumnElement[bool]:
    """The column holds one of these; a parameter for each, as `in_` makes them, takes its time."""
    found: ColumnElement[bool] = column == any_(literal(list(values), ARRAY(column.type)))
    return found
