"""Conditions: a small typed tree that says which things are meant, for SQL and for values at hand.

A tree is {"all": [...]}, {"any": [...]}, {"not": …} or a test: {"field", "operator", "value"}.
What is wrong in it is named by its place: `conditions.all[1].value`. What is absent holds no
comparison, in SQL and in memory alike, and "not" turns exactly that answer round.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from sqlalchemy import ColumnElement, and_, or_, true

from kefu.core.condition_fields import Asking, Field, Fields
from kefu.core.errors import Invalid

DEPTH = 4
TESTS = 30
ROOT = "conditions"
JOINED = ("all", "any")

Joined = Literal["all", "any"]


@dataclass(frozen=True, slots=True)
class Test:
    """One field compared with a value."""

    field: str
    operator: str
    value: Any


@dataclass(frozen=True, slots=True)
class Not:
    """What must not hold."""

    part: Condition


@dataclass(frozen=True, slots=True)
class Group:
    """Several conditions of which all, or any, must hold; an empty group holds always."""

    joined_by: Joined
    parts: tuple[Condition, ...]


Condition = Test | Not | Group


def parsed(raw: Any, fields: Fields, *, root: str = ROOT) -> Condition:
    """The tree in what somebody sent; refuses what is malformed, too deep or too much."""
    condition = _parsed(raw, fields, root, 1)
    if count_of_tests(condition) > TESTS:
        raise Invalid("There are too many conditions.", field=root, limit=TESTS)
    return condition


def compiled(condition: Condition, fields: Fields, asking: Asking) -> ColumnElement[bool]:
    """The condition in SQL. It says what is looked for, never what may be seen."""
    if isinstance(condition, Test):
        operator = fields[condition.field].operators[condition.operator]
        if operator.clause is None:
            raise Invalid("This field cannot be searched by.", field=condition.field)
        return operator.clause(operator.read(condition.value), asking)
    if isinstance(condition, Not):
        return compiled(condition.part, fields, asking).is_not(true())
    join: Callable[..., ColumnElement[bool]] = and_ if condition.joined_by == "all" else or_
    parts = [compiled(part, fields, asking) for part in condition.parts]
    return join(*parts) if parts else and_(True)


def holds(condition: Condition, fields: Fields, values: Mapping[str, Any], asking: Asking) -> bool:
    """Whether the condition holds for one thing whose values are at hand, by field."""
    if isinstance(condition, Test):
        operator = fields[condition.field].operators[condition.operator]
        found = values.get(condition.field)
        return operator.holds(operator.read(condition.value), found, asking)
    if isinstance(condition, Not):
        return not holds(condition.part, fields, values, asking)
    answers = (holds(part, fields, values, asking) for part in condition.parts)
    return all(answers) if condition.joined_by == "all" or not condition.parts else any(answers)


def count_of_tests(condition: Condition) -> int:
    if isinstance(condition, Test):
        return 1
    if isinstance(condition, Not):
        return count_of_tests(condition.part)
    return sum(count_of_tests(part) for part in condition.parts)


def fields_of(condition: Condition) -> set[str]:
    """The fields that the condition looks at."""
    if isinstance(condition, Test):
        return {condition.field}
    if isinstance(condition, Not):
        return fields_of(condition.part)
    return {name for part in condition.parts for name in fields_of(part)}


def described(fields: Fields) -> list[dict[str, Any]]:
    """The fields as a builder on a screen shows them."""
    return [
        {
            "name": name,
            "kind": field.kind,
            "operators": list(field.operators),
            "choices": list(field.choices),
            "limits": dict(field.limits),
        }
        for name, field in fields.items()
    ]


def _parsed(raw: Any, fields: Fields, place: str, depth: int) -> Condition:
    if not isinstance(raw, dict):
        raise Invalid("This must be a condition or a group of them.", field=place)
    if depth > DEPTH:
        raise Invalid("The conditions are nested too deep.", field=place, limit=DEPTH)
    if len(raw) == 1 and (joined_by := next(iter(raw))) in JOINED:
        return _group(cast("Joined", joined_by), raw[joined_by], fields, place, depth)
    if set(raw) == {"not"}:
        return Not(_parsed(raw["not"], fields, f"{place}.not", depth + 1))
    unknown = set(raw) - {"field", "operator", "value"}
    if unknown:
        raise Invalid("A condition has no such part.", field=f"{place}.{min(unknown)}")
    return _test(raw, fields, place)


def _group(joined_by: Joined, raw: Any, fields: Fields, place: str, depth: int) -> Group:
    inside = f"{place}.{joined_by}"
    if not isinstance(raw, list) or len(raw) > TESTS:
        raise Invalid("This must be a list of conditions.", field=inside, limit=TESTS)
    if not raw and depth > 1:
        raise Invalid("This group is empty.", field=inside)
    parts = tuple(
        _parsed(part, fields, f"{inside}[{index}]", depth + 1) for index, part in enumerate(raw)
    )
    return Group(joined_by, parts)


def _test(raw: dict[str, Any], fields: Fields, place: str) -> Test:
    name, operator = raw.get("field"), raw.get("operator")
    field = fields.get(name) if isinstance(name, str) else None
    if field is None:
        known = ", ".join(fields)
        raise Invalid("There is no such field.", field=f"{place}.field", limit=known)
    _check_value(field, operator, raw.get("value"), place)
    return Test(str(name), str(operator), raw.get("value"))


def _check_value(field: Field, operator: Any, value: Any, place: str) -> None:
    found = field.operators.get(operator) if isinstance(operator, str) else None
    if found is None:
        raise Invalid(
            "This field has no such operator.",
            field=f"{place}.operator",
            limit=", ".join(field.operators),
        )
    try:
        found.read(value)
    except (ValueError, TypeError) as error:
        raise Invalid(str(error), field=f"{place}.value") from error
