"""Where the server's files lie: data, sockets, log and passwords, closed to other users.

home/           `var/postgres`, or a private folder elsewhere that `location` names
    data/       the database, 0700
    run/        the socket, 0700 (elsewhere where this path is too long)
    log/        the server's own log, 0700
    secrets.json, server.json      0600
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from kefu.core.embedded.configuration import PORT
from kefu.core.embedded.errors import EmbeddedServerError
from kefu.core.embedded.owner import Owner, owner_for

SOCKET_PATH_LIMIT = 107
PLAIN = re.compile(r"[A-Za-z0-9_./-]+")


@dataclass(frozen=True)
class Places:
    """The folders of one server and the user they belong to."""

    home: Path
    owner: Owner

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def log(self) -> Path:
        return self.home / "log"

    @property
    def record(self) -> Path:
        return self.home / "server.json"

    def prepare_log(self) -> None:
        self.log.mkdir(exist_ok=True)
        self.owner.take(self.log, mode=0o700)

    def sockets(self) -> Path:
        """A private folder with a path short enough for a socket; the same at each start."""
        inside = self.home / "run"
        if _fits(inside):
            inside.mkdir(exist_ok=True)
            self.owner.take(inside, mode=0o700)
            return inside
        note = self.home / "sockets"
        if note.exists() and self.owner.has(Path(note.read_text())):
            return Path(note.read_text())
        outside = Path(tempfile.mkdtemp(prefix="kefu-", dir=_short_folder()))
        self.owner.take(outside, mode=0o700)
        note.write_text(str(outside))
        return outside

    def passwords(self) -> dict[str, str]:
        """The generated passwords of the superuser and of the application."""
        path = self.home / "secrets.json"
        if not path.exists():
            words = {name: secrets.token_urlsafe(32) for name in ("postgres", "kefu")}
            write_private(path, json.dumps(words))
        kept: dict[str, str] = json.loads(path.read_text())
        return kept

    def remove(self) -> None:
        """Delete everything, the private folders elsewhere too."""
        note = self.home / "sockets"
        if note.exists():
            shutil.rmtree(note.read_text(), ignore_errors=True)
        shutil.rmtree(self.home, ignore_errors=True)


def places_for(folder: Path, *, fallback: Path) -> Places:
    """The places of the server kept in `folder`, made where missing.

    Where PostgreSQL's user cannot reach `folder` (as root, below a closed folder), the data lies
    under `fallback` and `folder/location` names it: no folder is opened to others for it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    folder = folder.resolve()
    _close(folder)
    note = folder / "location"
    if note.exists():
        return _recorded(note)
    places = Places(folder, owner_for(folder / "data"))
    if places.owner.can_enter(folder):
        return places
    if places.data.exists():
        raise EmbeddedServerError(
            f"The database user {places.owner.uid} can no longer reach {places.data}: "
            "a folder above it was closed. Open that folder for searching, or move the data."
        )
    return _elsewhere(folder, places.owner, fallback=fallback)


def home_of(folder: Path) -> Path:
    """Where the data of the server kept in `folder` really lie; nothing is made."""
    note = folder / "location"
    return Path(note.read_text()) if note.exists() else folder


def write_private(path: Path, text: str) -> None:
    """Replace `path` at once by a file that only we can read."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)


def _recorded(note: Path) -> Places:
    home = Path(note.read_text())
    if not home.is_dir():
        raise EmbeddedServerError(
            f"{note} says that the database lies in {home}, which is not there. "
            "Bring it back, or delete that file to begin with an empty database."
        )
    return Places(home, owner_for(home / "data"))


def _elsewhere(folder: Path, owner: Owner, *, fallback: Path) -> Places:
    fallback.mkdir(parents=True, exist_ok=True)
    home = fallback.resolve() / hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    home.mkdir(exist_ok=True)
    _close(home)
    if not owner.can_enter(home):
        raise EmbeddedServerError(
            f"The database user {owner.uid} reaches neither {folder} nor {home}. "
            "Set KEFU_VAR to a folder below one that everybody may search."
        )
    (folder / "location").write_text(str(home))
    return Places(home, owner)


def _close(folder: Path) -> None:
    """Nobody else looks in; as root PostgreSQL's user must pass through to its own folders."""
    folder.chmod(0o711 if os.geteuid() == 0 else 0o700)


def _fits(folder: Path) -> bool:
    socket = folder / f".s.PGSQL.{PORT}"
    return len(os.fsencode(socket)) <= SOCKET_PATH_LIMIT and bool(PLAIN.fullmatch(str(folder)))


def _short_folder() -> Path:
    run = Path("/run")
    if os.geteuid() == 0 and os.access(run, os.W_OK):
        return run
    temporary = Path(tempfile.gettempdir())
    return temporary if _fits(temporary / "kefu-12345678") else Path("/tmp")  # noqa: S108 - mkdtemp
