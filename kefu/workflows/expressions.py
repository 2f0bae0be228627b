"""Expressions: the conditions of a process, a small language that cannot do anything but compare.

Names, numbers, texts, `true false none`, `and or not`, comparisons, `in`, `+ - * /`, lists, and
`len()`. Nothing else is read: no attributes, no calls, no powers, no comprehensions. What a case
does not know is none, and none is neither more nor less than anything.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from simpleeval import DEFAULT_OPERATORS, EvalWithCompoundTypes, InvalidExpression

LONGEST = 400
MOST_PARTS = 80
BIGGEST = 10**15
NAMES = {"true": True, "false": False, "none": None, "True": True, "False": False, "None": None}
ALLOWED: tuple[type[ast.AST], ...] = (
    *(ast.Expression, ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.USub),
    *(ast.Compare, ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.In, ast.NotIn),
    *(ast.BinOp, ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Constant, ast.Name, ast.Load),
    *(ast.List, ast.Tuple, ast.Call),
)


def known_only(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    return lambda left, right: left is not None and right is not None and compare(left, right)


OPERATORS = {kind: DEFAULT_OPERATORS[kind] for kind in ALLOWED if kind in DEFAULT_OPERATORS} | {
    ast.Lt: known_only(operator.lt),
    ast.LtE: known_only(operator.le),
    ast.Gt: known_only(operator.gt),
    ast.GtE: known_only(operator.ge),
    ast.In: lambda left, right: right is not None and left in right,
    ast.NotIn: lambda left, right: right is None or left not in right,
}


class BadExpression(ValueError):
    """The expression is not of this language, or cannot be reckoned with these values."""


def names_in(expression: str) -> frozenset[str]:
    """The names of data that an expression reads; refuses what is not of this language."""
    tree = parsed(expression)
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return frozenset(names - NAMES.keys() - {"len"})


def evaluate(expression: str, data: Mapping[str, Any]) -> Any:
    """The value for a case with this data."""
    tree = parsed(expression)
    assert isinstance(tree, ast.Expression)
    reckoner = EvalWithCompoundTypes(
        operators=OPERATORS, functions={"len": length}, names=Known(data)
    )
    try:
        return reckoner.eval(expression, previously_parsed=tree.body)
    except (InvalidExpression, TypeError, ValueError, ArithmeticError, RecursionError) as error:
        raise BadExpression(f"{type(error).__name__}: {error}"[:300]) from error


class Known(dict[str, Any]):
    """The data of a case: what is not there is none, numbers stay within bounds."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.update(NAMES)

    def __missing__(self, _name: str) -> None:
        return None

    def __getitem__(self, name: str) -> Any:
        value = super().__getitem__(name)
        if isinstance(value, int | float) and abs(value) > BIGGEST:
            raise BadExpression(f"{name} is beyond {BIGGEST}.")
        return value


def length(value: Any) -> int:
    return 0 if value is None else len(value)


@lru_cache(maxsize=2_000)
def parsed(expression: str) -> ast.AST:
    if len(expression) > LONGEST:
        raise BadExpression(f"A condition has at most {LONGEST} characters.")
    try:
        tree = ast.parse(expression.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise BadExpression("This is no condition that can be read.") from error
    parts = list(ast.walk(tree))
    if len(parts) > MOST_PARTS:
        raise BadExpression(f"A condition has at most {MOST_PARTS} parts.")
    for part in parts:
        check_part(part)
    return tree


def check_part(part: ast.AST) -> None:
    if not isinstance(part, ALLOWED):
        raise BadExpression(f"{type(part).__name__} is not allowed in a condition.")
    if isinstance(part, ast.Call):
        plain = isinstance(part.func, ast.Name) and part.func.id == "len"
        if not plain or part.keywords or len(part.args) != 1:
            raise BadExpression("Only len(…) can be called in a condition.")
    if isinstance(part, ast.Constant) and not isinstance(
        part.value, str | int | float | bool | None
    ):
        raise BadExpression("Only texts, numbers and truth values are allowed in a condition.")
    if isinstance(part, ast.Name) and part.id.startswith("_"):
        raise BadExpression("A name does not begin with an underscore.")
