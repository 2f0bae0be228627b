"""The fields of conditions: what each may be compared with, in SQL and on values at hand.

A capability gives a table of them: {"status": choice(Thing.status, "open", "done"), ...}. A field
made with the column None is only ever tested on values at hand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, and_, not_, or_

from kefu.core.shapes import clean

VALUES = 100
LONGEST_MINUTES = 366 * 24 * 60
LONGEST_DAYS = 3660


@dataclass(frozen=True, slots=True)
class Asking:
    """When it is asked, and by whom: the capability that gives the fields knows its type."""

    at: datetime
    actor: Any = None


Clause = ColumnElement[bool]
Read = Callable[[Any], Any]
Compile = Callable[[Any, Asking], Clause]
Hold = Callable[[Any, Any, Asking], bool]


def never(*_: Any) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Operator:
    """`read` checks and reads the value (a ValueError says what is wrong), `clause` is the SQL.

    `holds` gets the value read and what was found in the field; absent things hold nothing.
    """

    read: Read
    clause: Compile | None
    holds: Hold = never


@dataclass(frozen=True, slots=True)
class Field:
    """What a kind of value is called for the builder on the screen, and its operators."""

    kind: str
    operators: Mapping[str, Operator]
    choices: tuple[str, ...] = ()
    limits: Mapping[str, int] = field(default_factory=dict)


Fields = Mapping[str, Field]


def some_of(read: Read) -> Read:
    """A list of 1 to 100 values of one kind."""

    def read_all(value: Any) -> list[Any]:
        if not isinstance(value, list) or not 0 < len(value) <= VALUES:
            raise ValueError(f"This must be a list of 1 to {VALUES} values.")
        return [read(item) for item in value]

    return read_all


def one_of(*choices: str) -> Read:
    def read(value: Any) -> str:
        if not isinstance(value, str) or value not in choices:
            raise ValueError(f"This must be one of {', '.join(choices)}.")
        return value

    return read


def an_id_or(*words: str) -> Read:
    def read(value: Any) -> UUID | str:
        if isinstance(value, str) and value in words:
            return value
        if not isinstance(value, str) or len(value) != 36:
            raise ValueError("This is not a valid id.")
        return UUID(value)

    return read


def a_word(value: Any) -> str:
    if not isinstance(value, str) or not 0 < len(value.strip()) <= 80:
        raise ValueError("This must be a text of 1 to 80 characters.")
    return clean(value.strip())


def a_number(least: int, most: int) -> Read:
    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise ValueError(f"This must be a whole number from {least} to {most}.")
        return value

    return read


def a_truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("This must be true or false.")
    return value


def a_moment(value: Any) -> datetime:
    if not isinstance(value, str) or len(value) > 40:
        raise ValueError("This must be a moment like 2026-11-11T00:00:00+08:00.")
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("The moment needs a time zone.")
    if not 2000 <= moment.year < 2200:
        raise ValueError("The moment lies too far off.")
    return moment


def two_moments(value: Any) -> tuple[datetime, datetime]:
    if not isinstance(value, list) or len(value) != 2:
        raise ValueError("This must be a list of two moments.")
    start, end = a_moment(value[0]), a_moment(value[1])
    if end <= start:
        raise ValueError("The second moment must come after the first.")
    return start, end


def nothing(value: Any) -> None:
    if value is not None:
        raise ValueError("This operator takes no value.")


def found_words(found: Any) -> set[str]:
    """What was found, as words: one, several or none."""
    if found is None:
        return set()
    several = found if isinstance(found, list | tuple | set | frozenset) else [found]
    return {str(one) for one in several}


def is_among(value: list[Any], found: Any, _: Asking) -> bool:
    return not found_words(found).isdisjoint(str(one) for one in value)


def is_not_among(value: list[Any], found: Any, asking: Asking) -> bool:
    return not is_among(value, found, asking)


def found_number(found: Any) -> float | None:
    return found if isinstance(found, int | float) and not isinstance(found, bool) else None


def found_moment(found: Any) -> datetime | None:
    """The moment, also as facts write it."""
    if isinstance(found, str):
        try:
            found = datetime.fromisoformat(found)
        except ValueError:
            return None
    return found if isinstance(found, datetime) and found.tzinfo is not None else None


def in_sql(column: Any, clause: Compile) -> Compile | None:
    """The clause, if there is a column to look in."""
    return None if column is None else clause


def negated(clause: Compile | None) -> Compile | None:
    if clause is None:
        return None
    return lambda value, asking: not_(clause(value, asking))


def whenever(clause: Clause | None) -> Compile | None:
    """A clause that no value changes."""
    return None if clause is None else lambda *_: clause


def choice(column: Any, *choices: str, read: Read | None = None) -> Field:
    """A column with one of a few words."""
    words = some_of(read or one_of(*choices))
    return Field(
        "choice",
        {
            "is": Operator(words, in_sql(column, lambda value, _: column.in_(value)), is_among),
            "is_not": Operator(
                words,
                in_sql(column, lambda value, _: or_(column.not_in(value), column.is_(None))),
                is_not_among,
            ),
        },
        choices,
    )


def word(column: Any) -> Field:
    """A column with a short text, of which the screen knows no list."""
    chosen = choice(column, read=a_word)
    return Field("word", chosen.operators)


def text(column: Any) -> Field:
    """A column with a text, of which a part is looked for; case does not matter."""
    return Field(
        "text",
        {
            "contains": Operator(
                a_word,
                in_sql(column, lambda value, _: column.icontains(value, autoescape=True)),
                lambda value, found, _: isinstance(found, str) and value.lower() in found.lower(),
            )
        },
    )


def reference(kind: str, has: Compile | None, *words: str, holds: Hold = is_among) -> Field:
    """Something that has an id; `has` says that it is one of these."""
    ids = some_of(an_id_or(*words))
    return Field(
        kind,
        {
            "is": Operator(ids, has, holds),
            "is_not": Operator(
                ids,
                negated(has),
                lambda value, found, asking: not holds(value, found, asking),
            ),
        },
        words,
    )


def with_emptiness(kept: Field, is_set: Clause | None) -> Field:
    """The field, which may also be asked whether there is anything at all."""
    there = whenever(is_set)
    more = {
        "is_set": Operator(nothing, there, lambda _, found, __: bool(found_words(found))),
        "is_empty": Operator(nothing, negated(there), lambda _, found, __: not found_words(found)),
    }
    return Field(kept.kind, {**kept.operators, **more}, kept.choices, kept.limits)


def number(column: Any, least: int, most: int) -> Field:
    read = a_number(least, most)

    def compared(clause: Compile, holds: Callable[[float, float], bool]) -> Operator:
        def holds_for(value: Any, found: Any, _: Asking) -> bool:
            figure = found_number(found)
            return figure is not None and holds(figure, value)

        return Operator(read, in_sql(column, clause), holds_for)

    return Field(
        "number",
        {
            "is": compared(lambda value, _: column == value, lambda found, value: found == value),
            "at_least": compared(
                lambda value, _: column >= value, lambda found, value: found >= value
            ),
            "at_most": compared(
                lambda value, _: column <= value, lambda found, value: found <= value
            ),
        },
        limits={"least": least, "most": most},
    )


def moment(column: Any, unit: Literal["minutes", "days"] = "minutes") -> Field:
    """A column with a time, compared with a moment or with how long ago it is."""
    long_ago = a_number(1, LONGEST_MINUTES if unit == "minutes" else LONGEST_DAYS)

    def back(value: int, asking: Asking) -> datetime:
        return asking.at - timedelta(**{unit: value})

    def compared(
        read: Read, clause: Compile, holds: Callable[[datetime, Any, Asking], bool]
    ) -> Operator:
        def holds_for(value: Any, found: Any, asking: Asking) -> bool:
            at = found_moment(found)
            return at is not None and holds(at, value, asking)

        return Operator(read, in_sql(column, clause), holds_for)

    return Field(
        "moment",
        {
            "before": compared(a_moment, lambda value, _: column < value, lambda at, v, _: at < v),
            "after": compared(a_moment, lambda value, _: column >= value, lambda at, v, _: at >= v),
            "between": compared(
                two_moments,
                lambda value, _: and_(column >= value[0], column < value[1]),
                lambda at, value, _: bool(value[0] <= at < value[1]),
            ),
            f"within_{unit}": compared(
                long_ago,
                lambda value, asking: column >= back(value, asking),
                lambda at, value, asking: at >= back(value, asking),
            ),
            f"longer_than_{unit}": compared(
                long_ago,
                lambda value, asking: column < back(value, asking),
                lambda at, value, asking: at < back(value, asking),
            ),
        },
    )


def truth(is_so: Clause | None) -> Field:
    """Something that holds or does not; absent is not so."""
    sql = None if is_so is None else (lambda value, _: is_so if value else not_(is_so))
    return Field("truth", {"is": Operator(a_truth, sql, lambda v, found, _: bool(found) is v)})
