"""Conditions: a small typed tree that says which conversations are meant, compiled to SQL.

A tree is {"all": [...]}, {"any": [...]} or a test: {"field", "operator", "value"}. What is wrong
in it is named by its place: `conditions.all[1].value`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, or_

from kefu.conversations.condition_fields import FIELDS, Asking
from kefu.core.clock import now
from kefu.core.errors import Invalid
from kefu.identity import Actor

DEPTH = 4
TESTS = 30
ROOT = "conditions"


@dataclass(frozen=True, slots=True)
class Test:
    """One field compared with a value."""

    field: str
    operator: str
    value: Any


@dataclass(frozen=True, slots=True)
class Group:
    """Several conditions of which all, or any, must hold."""

    joined_by: Literal["all", "any"]
    parts: tuple[Condition, ...]


Condition = Test | Group


def parsed(raw: Any) -> Condition:
    """The tree in what somebody sent; refuses what is malformed, too deep or too much."""
    condition = _parsed(raw, ROOT, 1)
    if _tests(condition) > TESTS:
        raise Invalid("There are too many conditions.", field=ROOT, limit=TESTS)
    return condition


def condition_clause(raw: Any, *, actor: Actor | None = None) -> ColumnElement[bool]:
    """The condition on `Conversation`; `actor` is who "me" and "my_teams" stand for.

    It says what is looked for, never what may be seen: join it with `visible_to(actor)`.
    """
    return _compiled(parsed(raw), Asking(at=now(), actor=actor))


def _parsed(raw: Any, place: str, depth: int) -> Condition:
    if not isinstance(raw, dict):
        raise Invalid("This must be a condition or a group of them.", field=place)
    if depth > DEPTH:
        raise Invalid("The conditions are nested too deep.", field=place, limit=DEPTH)
    if set(raw) == {"all"} or set(raw) == {"any"}:
        joined_by: Literal["all", "any"] = "all" if "all" in raw else "any"
        return _group(joined_by, raw[joined_by], place, depth)
    unknown = set(raw) - {"field", "operator", "value"}
    if unknown:
        raise Invalid("A condition has no such part.", field=f"{place}.{min(unknown)}")
    return _test(raw, place)


def _group(joined_by: Literal["all", "any"], raw: Any, place: str, depth: int) -> Group:
    inside = f"{place}.{joined_by}"
    if not isinstance(raw, list) or len(raw) > TESTS:
        raise Invalid("This must be a list of conditions.", field=inside, limit=TESTS)
    if not raw and depth > 1:
        raise Invalid("This group is empty.", field=inside)
    parts = tuple(_parsed(part, f"{inside}[{index}]", depth + 1) for index, part in enumerate(raw))
    return Group(joined_by, parts)


def _test(raw: dict[str, Any], place: str) -> Test:
    name, operator = raw.get("field"), raw.get("operator")
    field = FIELDS.get(name) if isinstance(name, str) else None
    if field is None:
        known = ", ".join(FIELDS)
        raise Invalid("There is no such field.", field=f"{place}.field", limit=known)
    found = field.operators.get(operator) if isinstance(operator, str) else None
    if found is None:
        raise Invalid(
            "This field has no such operator.",
            field=f"{place}.operator",
            limit=", ".join(field.operators),
        )
    try:
        found.read(raw.get("value"))
    except (ValueError, TypeError) as error:
        raise Invalid(str(error), field=f"{place}.value") from error
    return Test(str(name), str(operator), raw.get("value"))


def _tests(condition: Condition) -> int:
    if isinstance(condition, Test):
        return 1
    return sum(_tests(part) for part in condition.parts)


def _compiled(condition: Condition, asking: Asking) -> ColumnElement[bool]:
    if isinstance(condition, Test):
        operator = FIELDS[condition.field].operators[condition.operator]
        return operator.clause(operator.read(condition.value), asking)
    join: Callable[..., ColumnElement[bool]] = and_ if condition.joined_by == "all" else or_
    parts = [_compiled(part, asking) for part in condition.parts]
    return join(*parts) if parts else and_(True)
