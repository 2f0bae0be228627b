"""Files and folders are named after what the product does, not after what they are made of."""

import re
from collections.abc import Iterator

from tools.lint.repository import File

CODE = {".py", ".ts", ".tsx", ".js", ".mjs", ".vue"}
NEVER_A_PART = {"util", "utils", "helper", "helpers", "manager", "managers", "v2", "legacy"}
NEVER_THE_WHOLE = {"base", "common", "misc", "shared"}


def findings(files: list[File]) -> Iterator[str]:
    """Name each file that says nothing about what is in it."""
    for file in files:
        if file.suffix not in CODE:
            continue
        *folders, name = file.parts
        for part in [*folders, name.split(".")[0]]:
            if says_nothing(part):
                yield f"{file.path}:1: `{part}` says nothing: name it after what it does."
        if name == "types.ts":
            yield f"{file.path}:1: a type stands beside what it describes, not in types.ts."


def says_nothing(name: str) -> bool:
    words = set(re.split(r"[_\-]", name.lower()))
    return name.lower() in NEVER_THE_WHOLE or bool(words & NEVER_A_PART)
