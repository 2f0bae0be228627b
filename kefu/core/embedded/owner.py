"""Who PostgreSQL runs as: ourselves, or an unprivileged user where we are root."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kefu.core.embedded.errors import EmbeddedServerError

USER = "kefu-db"


@dataclass(frozen=True)
class Owner:
    """The user that owns the data and runs the server."""

    uid: int
    gid: int

    @property
    def run_as(self) -> dict[str, Any]:
        """Arguments for `subprocess` that start a program as this user."""
        if os.geteuid() != 0:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def take(self, path: Path, *, mode: int) -> None:
        """Make `path` this user's, with exactly these permissions."""
        if os.geteuid() == 0:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)
        path.chmod(mode)

    def has(self, path: Path) -> bool:
        """Whether `path` is a real folder of this user that nobody else can enter."""
        try:
            found = path.lstat()
        except OSError:
            return False
        return found.st_mode == stat.S_IFDIR | stat.S_IRWXU and found.st_uid == self.uid

    def can_enter(self, folder: Path) -> bool:
        """Whether this user reaches `folder` as the permissions stand now."""
        tried = subprocess.run(
            ["/bin/sh", "-c", 'cd -- "$1"', "sh", str(folder)],
            cwd="/",
            check=False,
            capture_output=True,
            **self.run_as,
        )
        return tried.returncode == 0


def owner_for(data: Path) -> Owner:
    """The owner of the data folder `data`, which need not exist yet."""
    if os.geteuid() != 0:
        return Owner(os.geteuid(), os.getegid())
    if data.exists() and data.stat().st_uid != 0:
        return Owner(data.stat().st_uid, data.stat().st_gid)
    return _unprivileged_user()


def _unprivileged_user() -> Owner:
    """The user of ours that PostgreSQL runs as where we are root; made when missing."""
    for attempt in range(5):
        try:
            entry = pwd.getpwnam(USER)
        except KeyError:
            _make_user()
            time.sleep(0.1 * attempt)
        else:
            return Owner(entry.pw_uid, entry.pw_gid)
    raise EmbeddedServerError(
        f"PostgreSQL refuses to run as root and the system user {USER} could not be made. "
        "Run kefu as an ordinary user, or make that user first."
    )


def _make_user() -> None:
    commands = (
        ["useradd", "--system", "--no-create-home", "--home-dir", "/nonexistent"],
        ["adduser", "-S", "-D", "-H"],
    )
    for command in commands:
        if shutil.which(command[0]):
            made = [*command, "-s", "/usr/sbin/nologin", USER]
            subprocess.run(made, check=False, capture_output=True)
            return
