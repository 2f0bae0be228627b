import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import psutil
import psycopg
import pytest

from kefu.core.embedded import EmbeddedServer
from kefu.core.embedded.processes import is_alive
from kefu.core.testing import a_reachable_folder, put_migrated_server


class Desk:
    """A supervised Kefu with small programs in the place of web and worker."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.var = folder / "var"
        self.var.mkdir()
        self.port = free_port()
        self.process: subprocess.Popen[str] | None = None

    def start(self, *, ready: bool = True) -> None:
        self.let_go()
        with (self.folder / "log").open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "kefu.entry.tests.stand_in", "serve"],
                env={**os.environ, "KEFU_VAR": str(self.var), "KEFU_PORT": str(self.port)},
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        if ready:
            assert self.supervisor.stdout is not None
            assert "Kefu is ready" in self.supervisor.stdout.readline()

    def let_go(self) -> None:
        """Close the pipe of one that has ended: an open one is a warning in some later test."""
        if self.process is not None and self.process.stdout is not None:
            self.process.stdout.close()

    @property
    def supervisor(self) -> subprocess.Popen[str]:
        assert self.process is not None
        return self.process

    def child(self, name: str) -> psutil.Process | None:
        for process in psutil.Process(self.supervisor.pid).children():
            with suppress(psutil.NoSuchProcess):  # it may end between its listing and this look
                command = process.cmdline()
                if command and (command[-1] == name or Path(command[0]).name == name):
                    return process
        return None

    def kill(self, name: str) -> None:
        """Kill a child the hard way, and wait until another one took its place."""
        victim = self.child(name)
        assert victim is not None
        victim.kill()
        wait_for(lambda: (found := self.child(name)) is not None and found.pid != victim.pid)

    def database(self) -> EmbeddedServer:
        return EmbeddedServer(self.var / "postgres")

    def note(self) -> None:
        """Write, and again until it is acknowledged, as a client does."""
        wait_for(lambda: self.asked("POST"))

    def notes(self) -> int:
        wait_for(lambda: self.asked("GET"))
        return int(httpx.get(f"{self.url}/notes").text)

    def asked(self, method: str) -> bool:
        try:
            return httpx.request(method, f"{self.url}/notes", timeout=5).is_success
        except httpx.HTTPError:
            return False

    def refused(self) -> str:
        """What it said when it did not start."""
        self.start(ready=False)
        self.supervisor.communicate(timeout=30)
        assert self.supervisor.returncode == 1
        return (self.folder / "log").read_text()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> int:
        self.supervisor.terminate()
        self.supervisor.communicate(timeout=60)
        return self.supervisor.returncode

    def clear(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.stop()
        self.let_go()
        server = self.database()
        server.stop()
        server.places.remove()
        subprocess.run(["/bin/rm", "-rf", self.folder], check=True)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def wait_for(condition: Callable[[], bool], *, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.05)


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk(a_reachable_folder("desk"))
    put_migrated_server(made.var / "postgres")
    yield made
    made.clear()


@pytest.fixture(scope="module")
def running() -> Iterator[Desk]:
    made = Desk(a_reachable_folder("desk"))
    put_migrated_server(made.var / "postgres")
    made.start()
    yield made
    made.clear()


@pytest.mark.parametrize("name", ["web", "worker", "postgres"])
def test_what_is_killed_comes_back_and_nothing_acknowledged_is_lost(
    running: Desk, name: str
) -> None:
    running.note()
    before = running.notes()

    running.kill(name)

    assert running.notes() == before
    running.note()
    assert running.notes() == before + 1


def test_a_client_that_connects_while_the_web_restarts_waits_and_is_answered(running: Desk) -> None:
    web = running.child("web")
    assert web is not None
    web.kill()

    answer = httpx.get(f"{running.url}/readyz", timeout=30)

    assert answer.status_code == 200


def test_its_sockets_and_files_are_closed_to_other_users(running: Desk) -> None:
    run = running.var / "run"

    assert run.stat().st_mode & 0o077 == 0
    assert (run / "hub").is_socket()


def test_told_to_stop_it_leaves_nothing_running(desk: Desk) -> None:
    desk.start()
    children = psutil.Process(desk.supervisor.pid).children(recursive=True)

    code = desk.stop()

    assert code == 0
    assert [process for process in children if is_alive(process)] == []
    assert not (desk.database().places.data / "postmaster.pid").exists()


def test_told_to_stop_while_it_starts_it_stops(desk: Desk) -> None:
    desk.start(ready=False)
    wait_for(lambda: desk.child("web") is not None)

    assert desk.stop() == 0
    assert not desk.database().attach()


def test_its_children_die_with_a_killed_supervisor_and_the_next_adopts_postgresql(
    desk: Desk,
) -> None:
    desk.start()
    desk.note()
    web, worker, postgres = (desk.child(name) for name in ("web", "worker", "postgres"))
    assert web is not None
    assert worker is not None
    assert postgres is not None
    desk.supervisor.kill()
    desk.supervisor.communicate()

    wait_for(lambda: not is_alive(web) and not is_alive(worker), seconds=5)
    desk.start()

    assert desk.database().attach()
    assert is_alive(postgres)
    assert desk.notes() == 1
    assert desk.stop() == 0
    assert not is_alive(postgres)


def test_it_starts_after_everything_was_killed(desk: Desk) -> None:
    desk.start()
    desk.note()
    main = psutil.Process(desk.supervisor.pid)
    for process in [main, *main.children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):  # the first takes some of the others with it
            process.kill()
    desk.supervisor.communicate()

    desk.start()

    assert desk.notes() == 1


def test_a_taken_port_is_refused_with_a_remedy(desk: Desk) -> None:
    with socket.create_server(("127.0.0.1", desk.port)):
        assert "choose another KEFU_PORT" in desk.refused()


def test_a_second_kefu_on_the_same_data_is_refused(running: Desk, tmp_path: Path) -> None:
    running.note()
    second = Desk(tmp_path)
    second.var = running.var

    assert "already runs" in second.refused()
    wait_for(lambda: running.asked("GET"))


def test_a_database_from_a_newer_kefu_is_refused(desk: Desk) -> None:
    server = desk.database()
    server.start()
    with psycopg.connect(server.conninfo) as db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")
    server.stop()

    assert "9999" in desk.refused()


def test_a_signal_to_the_terminal_reaches_only_the_supervisor(running: Desk) -> None:
    web = running.child("web")

    assert web is not None
    assert os.getsid(web.pid) != os.getsid(running.supervisor.pid)
