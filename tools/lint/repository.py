"""The files of this repository as rules read them."""

import ast
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
NOT_OURS = {".git", ".venv", "var", "node_modules", "dist", "__pycache__"}


@dataclass(frozen=True)
class File:
    """One text file, named by its path inside the repository."""

    path: str
    text: str

    @property
    def parts(self) -> tuple[str, ...]:
        return tuple(self.path.split("/"))

    @property
    def name(self) -> str:
        return self.parts[-1]

    @property
    def suffix(self) -> str:
        return Path(self.path).suffix

    @property
    def is_test(self) -> bool:
        return "tests" in self.parts or self.name == "conftest.py" or ".test." in self.name

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)


def files(root: Path = ROOT) -> list[File]:
    """Read every text file that is committed or could be."""
    found = []
    for path in sorted(paths(root)):
        content = (root / path).read_bytes() if (root / path).is_file() else b"\0"
        if b"\0" not in content:
            found.append(File(path, content.decode(errors="replace")))
    return found


def paths(root: Path) -> list[str]:
    """Name what git would commit, or, in an unpacked archive, everything that was not built."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0:
        return [path for path in set(listed.stdout.split("\0")) if path]
    return list(walked(root))


def walked(root: Path) -> Iterator[str]:
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in NOT_OURS]
        for name in names:
            yield (Path(folder) / name).relative_to(root).as_posix()


def python(everything: list[File], *, under: str = "") -> Iterator[File]:
    """Pick the Python files, all or those in one folder."""
    for file in everything:
        if file.suffix == ".py" and file.path.startswith(under):
            yield file
