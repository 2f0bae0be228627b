"""The supervisor: one command, three processes. It keeps the database, the web and the worker.

It holds the listening socket and the local hub, so that restarting a process loses no connection
attempt. Told to stop, it stops the web, the worker and then the database. Killed, its children
die with it, PostgreSQL stays and is adopted by the next supervisor.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from pathlib import Path

import psycopg
import structlog

from kefu.core.embedded import EmbeddedServer, EmbeddedServerError
from kefu.core.realtime import serve_hub
from kefu.core.revisions import WrongRevision, is_current
from kefu.core.settings import Settings
from kefu.entry.children import Child
from kefu.entry.guardian import GATE, LISTENER
from kefu.entry.logins import demo_logins

log = structlog.get_logger(__name__)
PROGRAMS = {
    "web": [sys.executable, "-m", "kefu.entry.web"],
    "worker": [sys.executable, "-m", "kefu.entry.worker"],
    "migrate": [sys.executable, "-m", "kefu.core.migrating"],
}
SOCKET_PATH_LIMIT = 107
PATIENCE = 15.0


class CannotServe(RuntimeError):
    """Serving is impossible as things stand; the text names the remedy."""


class Supervisor:
    """Runs until SIGTERM or SIGINT."""

    def __init__(
        self, settings: Settings, *, programs: Mapping[str, Sequence[str]] = PROGRAMS
    ) -> None:
        self._settings = settings
        self._programs = programs
        self._stop = asyncio.Event()
        self._server: EmbeddedServer | None = None
        self._children: list[Child] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def run(self) -> None:
        """Start everything, keep it running, and stop it in order."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        self._settings.var.mkdir(parents=True, exist_ok=True)
        with _listener(self._settings) as listener, _hub_path(self._settings.var) as hub:
            starting = asyncio.create_task(self._start(listener, hub))
            stopping = asyncio.create_task(self._stop.wait())
            try:
                await asyncio.wait({starting, stopping}, return_when="FIRST_COMPLETED")
                if starting.done():
                    starting.result()
                await stopping
            finally:
                stopping.cancel()
                await self._end(starting)

    async def _start(self, listener: socket.socket, hub: Path) -> None:
        """The children load their code while the database starts; the gate holds them back."""
        url = self._url()
        gate, opener = os.pipe()
        self._keep(serve_hub(hub), name="hub")
        self._start_children(url, listener=listener, hub=hub, gate=gate)
        if self._server is not None:
            await self._start_database(self._server)
        await self._migrate(url)
        os.close(opener)
        await self._announce(listener)

    def _start_children(self, url: str, *, listener: socket.socket, hub: Path, gate: int) -> None:
        environment = {
            "KEFU_DATABASE_URL": url,
            "KEFU_HUB_PATH": str(hub),
            "KEFU_VAR": str(self._settings.var.resolve()),
            "KEFU_HOST": self._settings.host,
            "KEFU_PORT": str(listener.getsockname()[1]),
            GATE: str(gate),
        }
        number = listener.fileno()
        web = environment | {LISTENER: str(number)}
        self._children = [
            Child("web", self._programs["web"], environment=web, sockets=[number, gate]),
            Child("worker", self._programs["worker"], environment=environment, sockets=[gate]),
        ]
        for child in self._children:
            self._keep(child.keep(), name=child.name)

    def _keep(self, coroutine: Coroutine[None, None, None], *, name: str) -> None:
        task = asyncio.create_task(coroutine, name=name)
        task.add_done_callback(self._check)
        self._tasks.append(task)

    def _check(self, task: asyncio.Task[None]) -> None:
        """A part that ends with an error ends the whole: half a desk helps nobody."""
        if not task.cancelled() and task.exception() is not None:
            log.error("supervisor_failed", part=task.get_name(), exc_info=task.exception())
            self._stop.set()

    def _url(self) -> str:
        """The database's address; that of the embedded one is known before it runs."""
        if self._settings.database_url:
            return self._settings.database_url
        try:
            self._server = EmbeddedServer(self._settings.var / "postgres")
        except EmbeddedServerError as refused:
            raise CannotServe(str(refused)) from refused
        return self._server.url

    async def _start_database(self, server: EmbeddedServer) -> None:
        try:
            await asyncio.to_thread(server.start)
        except EmbeddedServerError as refused:
            raise CannotServe(str(refused)) from refused
        self._keep(self._keep_database(server), name="database")

    async def _keep_database(self, server: EmbeddedServer) -> None:
        pause = 0.1
        while True:
            await asyncio.sleep(0.2)
            if server.is_running():
                pause = 0.1
                continue
            log.error("database_died", again_in=pause)
            await asyncio.sleep(pause)
            pause = min(pause * 2, 10.0)
            with contextlib.suppress(EmbeddedServerError):
                await asyncio.to_thread(server.start)
                log.info("database_restarted", pid=server.pid)

    async def _migrate(self, url: str) -> None:
        """Wait for the database, then bring it to this code's revision."""
        while True:
            try:
                if await asyncio.to_thread(is_current, url):
                    return
                break
            except WrongRevision as refused:
                raise CannotServe(str(refused)) from refused
            except psycopg.OperationalError as away:
                log.warning("database_awaited", reason=str(away).splitlines()[0])
                await asyncio.sleep(1.0)
        migration = await asyncio.create_subprocess_exec(
            *self._programs["migrate"], env={**os.environ, "KEFU_DATABASE_URL": url}
        )
        if await migration.wait():
            raise CannotServe("The database could not be migrated; see the lines above.")

    async def _announce(self, listener: socket.socket) -> None:
        """Say where it runs, once it does."""
        host, port = listener.getsockname()[:2]
        reached = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 - read, not bound
        while not await _is_ready(reached, port):  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.05)
        address = self._settings.public_url or f"http://{reached}:{port}"
        lines = [f"Kefu is ready: {address}"]
        if self._settings.demo:
            lines += [f"  workspace: {address}/console/", f"  demo shop: {address}/shop/"]
        print(*lines, *demo_logins(self._settings.var), sep="\n", flush=True)

    async def _end(self, starting: asyncio.Task[None]) -> None:
        """Stop in order: the web lets go of its clients, the worker of its work, then the data."""
        log.info("stopping")
        starting.cancel()
        for child in self._children:
            await child.stop(PATIENCE)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._server is not None:
            await asyncio.to_thread(self._server.stop)


def _listener(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family, backlog=4096)
    except OSError as refused:
        raise CannotServe(
            f"Port {settings.port} of {settings.host} cannot be had ({refused.strerror}). "
            "Another kefu may be running; or choose another KEFU_PORT."
        ) from refused


@contextlib.contextmanager
def _hub_path(var: Path) -> Iterator[Path]:
    """A private place for the hub's socket, short enough for one."""
    inside = var.resolve() / "run"
    if len(os.fsencode(inside / "hub")) <= SOCKET_PATH_LIMIT:
        inside.mkdir(mode=0o700, exist_ok=True)
        inside.chmod(0o700)
        yield inside / "hub"
        return
    outside = Path(tempfile.mkdtemp(prefix="kefu-"))
    try:
        yield outside / "hub"
    finally:
        shutil.rmtree(outside, ignore_errors=True)


async def _is_ready(host: str, port: int) -> bool:
    try:
        async with asyncio.timeout(2):
            reader, writer = await asyncio.open_connection(host, port)
            writer.write(f"GET /readyz HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
            line = await reader.readline()
            writer.close()
    except (OSError, TimeoutError):
        return False
    return b" 200 " in line
