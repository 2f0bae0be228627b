"""Another capability is entered through its package or its events, never past the door.

`core` has no business in it and may be entered anywhere; `entry` and the migrations compose the
whole; a capability's tests may borrow another's factories, and the browsers that identity signs in.
"""

import ast
from collections.abc import Iterator

from tools.lint.repository import File, python

OPEN_TO_ALL = "core"
COMPOSE_THE_WHOLE = {"entry", "migrations", "conftest.py", "__main__.py"}
PUBLIC = "events"
PUBLIC_PARTS = "events_"
BORROWED_BY_TESTS = {"factories", "desk", "visiting"}


def findings(files: list[File]) -> Iterator[str]:
    """Name each import that goes past a door."""
    modules = {module_of(file) for file in python(files, under="kefu/")}
    for file in python(files, under="kefu/"):
        if file.parts[1] in COMPOSE_THE_WHOLE:
            continue
        for node in ast.walk(file.tree):
            for target in imported(node, modules):
                if is_past_the_door(file, target):
                    capability = target.split(".")[1]
                    yield (
                        f"{file.path}:{getattr(node, 'lineno', 0)}: {target} is behind the door "
                        f"of {capability}: import it from kefu.{capability} or kefu.{capability}."
                        f"{PUBLIC}."
                    )


def module_of(file: File) -> str:
    return ".".join(file.parts).removesuffix(".py").removesuffix(".__init__")


def imported(node: ast.AST, modules: set[str]) -> Iterator[str]:
    """Give the modules that a statement imports; a name may be a module as well."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module:
        yield node.module
        named = {f"{node.module}.{alias.name}" for alias in node.names}
        yield from sorted(named & modules)


def is_past_the_door(file: File, target: str) -> bool:
    parts = target.split(".")
    if parts[0] != "kefu" or not parts[2:] or parts[1] in {OPEN_TO_ALL, file.parts[1]}:
        return False
    if file.is_test and parts[2] == "tests" and set(parts[3:4]) <= BORROWED_BY_TESTS:
        return False
    return parts[2] != PUBLIC and not parts[2].startswith(PUBLIC_PARTS)
