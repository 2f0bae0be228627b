"""A whole Kefu for a bench: `kefu serve` in a folder of its own, fsync on."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

from kefu.core.db import libpq_url
from kefu.core.embedded import EmbeddedServer

VAR = Path(os.environ.get("KEFU_VAR", "var")) / "bench"


@dataclass
class System:
    """A running Kefu: its address, database and processes."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes]
    environment: dict[str, str]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def conninfo(self) -> str:
        return libpq_url(EmbeddedServer(self.folder / "postgres").url)

    @property
    def hub(self) -> Path:
        """The socket over which processes wake each other."""
        return next(
            Path(value)
            for process in psutil.Process(self.process.pid).children(recursive=True)
            if (value := process.environ().get("KEFU_HUB_PATH"))
        )

    def child(self, name: str) -> psutil.Process:
        """The web or worker process."""
        for process in psutil.Process(self.process.pid).children(recursive=True):
            with contextlib.suppress(psutil.Error):
                if f"kefu.entry.{name}" in " ".join(process.cmdline()):
                    return process
        raise RuntimeError(f"no {name} process")

    def processor_seconds(self) -> dict[str, float]:
        """Processor time used so far by the load generator, web, worker and PostgreSQL."""
        used = {"load": sum(psutil.Process().cpu_times()[:2]), "web": 0.0, "worker": 0.0}
        used["postgres"] = 0.0
        for process in psutil.Process(self.process.pid).children(recursive=True):
            with contextlib.suppress(psutil.Error):
                command = " ".join(process.cmdline())
                name = next((n for n in ("web", "worker") if f"kefu.entry.{n}" in command), None)
                if name is None and "postgres" in process.name():
                    name = "postgres"
                if name is not None:
                    used[name] += sum(process.cpu_times()[:2])
        return used

    def wait_ready(self, seconds: float = 60) -> float:
        """Wait for /readyz; returns how long it took."""
        began = time.perf_counter()
        while time.perf_counter() - began < seconds:
            if answers(f"{self.url}/readyz"):
                return time.perf_counter() - began
            time.sleep(0.05)
        raise RuntimeError("the system did not become ready: see its log")

    def stop(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait(30)


def answers(url: str) -> bool:
    """Whether the address answers with 200."""
    try:
        return httpx.get(url, timeout=2).status_code == 200
    except httpx.HTTPError:
        return False


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def begin(name: str, *, fresh: bool = True, settings: dict[str, str] | None = None) -> System:
    """Start `kefu serve` for a bench; `fresh` begins with an empty database."""
    folder = (VAR / name).absolute()
    if fresh and folder.exists():
        server = EmbeddedServer(folder / "postgres")
        server.places.remove()
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    environment = os.environ | {
        "KEFU_VAR": str(folder),
        "KEFU_PORT": str(port),
        "KEFU_LOG_LEVEL": "WARNING",
        "KEFU_SECRET": "bench-secret-bench-secret",
    } | (settings or {})  # fmt: skip
    environment.pop("KEFU_DATABASE_URL", None)
    return launch(folder, port, environment)


def launch(folder: Path, port: int, environment: dict[str, str]) -> System:
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "kefu", "serve"], env=environment, stdout=log, stderr=log,
            start_new_session=True,
        )  # fmt: skip
    return System(folder, port, process, environment)


@contextlib.contextmanager
def running(
    name: str, *, fresh: bool = True, settings: dict[str, str] | None = None
) -> Iterator[System]:
    """`kefu serve`, ready, and stopped at the end."""
    system = begin(name, fresh=fresh, settings=settings)
    try:
        system.wait_ready()
        yield system
    finally:
        system.stop()
