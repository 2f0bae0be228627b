"""The budgets of size and complexity; one is raised only by a decision record."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tools.lint.repository import File, files, python

LINES_OF_A_FUNCTION = 50
COMPLEXITY = 8
LINES_OF_NINE_IN_TEN_FUNCTIONS = 25
LINES_OF_A_FILE = 400
LINES_OF_NINE_IN_TEN_FILES = 250
LINES_OF_A_WEB_FILE = 250
LINES_OF_A_TEST_FILE = 500
WEB = {".ts", ".vue", ".js", ".mjs"}
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)
BRANCHES = (*(ast.If, ast.For, ast.AsyncFor, ast.While, ast.ExceptHandler, ast.match_case),)


@dataclass(frozen=True)
class Function:
    where: str
    name: str
    lines: int
    complexity: int


@pytest.fixture(scope="module")
def everything() -> list[File]:
    return [file for file in files() if not is_generated(file)]


@pytest.fixture(scope="module")
def functions(everything: list[File]) -> list[Function]:
    return [found for file in python(everything) for found in functions_of(file)]


def test_no_function_is_too_long(functions: list[Function]) -> None:
    too_long = [
        f"{one.where}: {one.name} has {one.lines} lines, allowed are {LINES_OF_A_FUNCTION}"
        for one in functions
        if one.lines > LINES_OF_A_FUNCTION and not one.where.startswith("kefu/migrations/")
    ]

    assert not too_long, "\n" + "\n".join(too_long)


def test_no_function_is_too_complex(functions: list[Function]) -> None:
    too_complex = [
        f"{one.where}: {one.name} has complexity {one.complexity}, allowed is {COMPLEXITY}"
        for one in functions
        if one.complexity > COMPLEXITY
    ]

    assert not too_complex, "\n" + "\n".join(too_complex)


def test_nine_in_ten_functions_are_short(functions: list[Function]) -> None:
    kept = [one for one in functions if not one.where.startswith("kefu/migrations/")]
    at_ninety = percentile_90([one.lines for one in kept])
    longest = sorted(kept, key=lambda one: -one.lines)[:10]

    assert at_ninety <= LINES_OF_NINE_IN_TEN_FUNCTIONS, (
        f"the 90th percentile is {at_ninety} lines; the longest functions are:\n"
        + "\n".join(f"{one.where}: {one.name} {one.lines}" for one in longest)
    )


def test_no_file_is_too_long(everything: list[File]) -> None:
    too_long = [
        f"{file.path}:1: {len(file.lines)} lines, allowed are {allowed_lines(file)}"
        for file in everything
        if allowed_lines(file) and len(file.lines) > allowed_lines(file)
    ]

    assert not too_long, "\n" + "\n".join(too_long)


def test_nine_in_ten_files_are_short(everything: list[File]) -> None:
    sources = [file for file in python(everything) if not file.is_test]
    at_ninety = percentile_90([len(file.lines) for file in sources])
    longest = sorted(sources, key=lambda file: -len(file.lines))[:10]

    assert at_ninety <= LINES_OF_NINE_IN_TEN_FILES, (
        f"the 90th percentile is {at_ninety} lines; the longest files are:\n"
        + "\n".join(f"{file.path} {len(file.lines)}" for file in longest)
    )


def test_complexity_is_counted_as_everywhere() -> None:
    text = (
        "def f(a):\n"
        "    if a and a > 1 or a == 7:\n"
        "        return [b for b in a if b]\n"
        "    for c in a:\n"
        "        def g():\n"
        "            return 1 if c else 2\n"
        "    return None\n"
    )

    found = {one.name: one.complexity for one in functions_of(File("a.py", text))}

    assert found == {"f": 3, "g": 1}


def functions_of(file: File) -> Iterator[Function]:
    for node in ast.walk(file.tree):
        if isinstance(node, FUNCTION):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            yield Function(f"{file.path}:{node.lineno}", node.name, lines, complexity(node))


def complexity(function: ast.AST) -> int:
    """McCabe's count, as ruff's C901 has it; a function inside it counts for itself."""
    ways = 1
    waiting = list(ast.iter_child_nodes(function))
    while waiting:
        node = waiting.pop()
        if isinstance(node, FUNCTION):
            continue
        ways += isinstance(node, BRANCHES)
        waiting.extend(ast.iter_child_nodes(node))
    return ways


def percentile_90(figures: list[int]) -> int:
    return sorted(figures)[int(len(figures) * 0.9)] if figures else 0


def allowed_lines(file: File) -> int:
    """Give the budget of a file, 0 where it has none."""
    if file.suffix == ".py":
        return LINES_OF_A_TEST_FILE if file.is_test else LINES_OF_A_FILE
    if file.suffix in WEB:
        return LINES_OF_A_TEST_FILE if file.is_test else LINES_OF_A_WEB_FILE
    return 0


def is_generated(file: File) -> bool:
    return file.path.startswith("web/api/") or file.name.endswith(".gen.ts")
