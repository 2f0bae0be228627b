"""A whole Kefu for tests: `kefu serve` with everything real, in a folder of its own."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import psycopg

from kefu.core.embedded import EmbeddedServer
from kefu.core.embedded.processes import is_alive
from kefu.core.testing import a_reachable_folder, put_migrated_server

SECRET = "a secret of the tests"
READY_SECONDS = 90.0
QUICK = {
    "KEFU_SECRET": SECRET,
    "KEFU_LOG_LEVEL": "WARNING",
    "KEFU_VISITOR_BURST": "100000",
    "KEFU_VISITOR_PER_MINUTE": "1000000",
    "KEFU_ADDRESS_PER_MINUTE": "1000000",
}


class Serving:
    """`kefu serve`: started, watched, killed in parts and stopped."""

    def __init__(
        self, folder: Path, *, database: EmbeddedServer | None = None, **settings: str
    ) -> None:
        self.folder = folder
        self.var = folder / "var"
        self.var.mkdir()
        self.port = free_port()
        self._external = database
        given = {"KEFU_VAR": str(self.var), "KEFU_PORT": str(self.port)}
        self.environment = {**os.environ, **QUICK, **given}
        self.environment.pop("KEFU_DATABASE_URL", None)
        if database is not None:
            self.environment["KEFU_DATABASE_URL"] = database.url
        self.environment |= settings
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def supervisor(self) -> subprocess.Popen[bytes]:
        assert self.process is not None
        return self.process

    def start(self) -> None:
        """Start it; returns when it is ready."""
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "kefu", "serve"],
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        wait_for(self.is_ready, seconds=READY_SECONDS, why=self.said)

    def is_ready(self) -> bool:
        return is_up(f"{self.url}/readyz")

    def said(self) -> str:
        """The end of its log."""
        return (self.folder / "log").read_text(errors="replace")[-4000:]

    def database(self) -> EmbeddedServer:
        return self._external or EmbeddedServer(self.var / "postgres")

    def child(self, name: str) -> psutil.Process | None:
        """`web`, `worker` or `postgres`, if it runs just now."""
        wanted = {"postgres": "postgres"}.get(name, f"kefu.entry.{name}")
        for process in psutil.Process(self.supervisor.pid).children():
            with contextlib.suppress(psutil.Error):
                command = process.cmdline() if is_alive(process) else []
                if command and (wanted in command or Path(command[0]).name == wanted):
                    return process
        return None

    def kill(self, name: str) -> None:
        """Kill a child the hard way, and wait until another one took its place."""
        victim = self.child(name)
        assert victim is not None, f"no {name} runs"
        victim.kill()
        wait_for(
            lambda: (found := self.child(name)) is not None and found.pid != victim.pid,
            why=self.said,
        )

    def kill_supervisor(self) -> None:
        """Kill the supervisor the hard way; its web and worker die with it."""
        children = [child for name in ("web", "worker") if (child := self.child(name))]
        self.supervisor.kill()
        self.supervisor.wait(30)
        wait_for(lambda: not any(is_alive(child) for child in children))

    def ask(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """What the database says."""
        with psycopg.connect(self.database().conninfo, autocommit=True) as db:
            return list(db.execute(query.encode(), values or None))

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(10)
        if self._external is None:
            server = self.database()
            server.stop()
            server.places.remove()


@contextlib.contextmanager
def serving(
    name: str, *, database: EmbeddedServer | None = None, **settings: str
) -> Iterator[Serving]:
    """A Kefu that serves, with an empty database; stopped and removed at the end."""
    made = Serving(a_reachable_folder(name), database=database, **settings)
    if database is None:
        put_migrated_server(made.var / "postgres")
    try:
        made.start()
        yield made
    finally:
        made.stop()
        shutil.rmtree(made.folder, ignore_errors=True)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def is_up(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).is_success
    except httpx.HTTPError:
        return False


def wait_for(
    condition: Callable[[], object], *, seconds: float = 60, why: Callable[[], str] = str
) -> None:
    """Wait until something holds; fails with what `why` says when it does not."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"did not happen in {seconds:.0f} s: {why()}"
        time.sleep(0.05)
