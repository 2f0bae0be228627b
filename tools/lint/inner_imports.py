"""Kefu's packages are imported at the top of a file, where the direction of imports is checked.

Inside a function or under TYPE_CHECKING an import of ours hides a cycle.
"""

import ast
from collections.abc import Iterator

from tools.lint.repository import File, python


def findings(files: list[File]) -> Iterator[str]:
    """Name each import of ours that hides in a function or under TYPE_CHECKING."""
    for file in python(files, under="kefu/"):
        for hiding, place in hiding_places(file.tree):
            for node in ast.walk(hiding):
                if is_ours(node):
                    yield (
                        f"{file.path}:{getattr(node, 'lineno', 0)}: an import of kefu {place}: "
                        "move it to the top, or record an event where that makes a cycle."
                    )


def hiding_places(tree: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    """Give the outermost functions and the TYPE_CHECKING blocks outside of them."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield node, "inside a function"
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            yield node, "under TYPE_CHECKING"
        else:
            waiting.extend(ast.iter_child_nodes(node))


def is_ours(node: ast.AST) -> bool:
    if isinstance(node, ast.Import):
        return any(alias.name.split(".")[0] == "kefu" for alias in node.names)
    return isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "kefu"
