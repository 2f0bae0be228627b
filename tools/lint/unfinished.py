"""What is left to do stands in an issue, not in a comment."""

import re
from collections.abc import Iterator

from tools.lint.repository import File

NOTES = "|".join(["TO" + "DO", "FIX" + "ME"])  # written apart, as this file is checked too
NOTE = re.compile(rf"\b({NOTES})\b")


def findings(files: list[File]) -> Iterator[str]:
    """Name each line with such a note; lock files are random letters."""
    for file in files:
        if file.suffix == ".lock" or file.name == "package-lock.json":
            continue
        for number, line in enumerate(file.lines, start=1):
            if note := NOTE.search(line):
                yield f"{file.path}:{number}: {note.group()}: do it, or open an issue."
