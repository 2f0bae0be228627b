import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import LiteralString

import psutil
import psycopg
import pytest

from kefu.core.embedded import EmbeddedServer, EmbeddedServerError
from kefu.core.embedded.binaries import reachable_binaries
from kefu.core.embedded.configuration import configuration
from kefu.core.embedded.owner import Owner
from kefu.core.embedded.processes import is_alive
from kefu.core.testing import FAST, a_reachable_folder

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="needs a second local user")


class Workshop:
    """Makes servers in a folder of the test's own and clears them away."""

    def __init__(self, folder: Path, initialised: Path) -> None:
        self.folder = folder
        self.initialised = initialised
        self.made: list[EmbeddedServer] = []

    def server(
        self, name: str = "db", *, version: int = 18, settings: dict[str, str] = FAST
    ) -> EmbeddedServer:
        made = EmbeddedServer(
            self.folder / name,
            version=version,
            settings=settings,
            fallback=self.folder / "fallback",
        )
        self.made.append(made)
        return made

    def prepared(self, name: str = "db", *, settings: dict[str, str] = FAST) -> EmbeddedServer:
        """A server that need not run initdb any more."""
        server = self.server(name, settings=settings)
        for part in ("data", "secrets.json"):
            copied = ["/bin/cp", "-a", str(self.initialised / part), str(server.places.home)]
            subprocess.run(copied, check=True)
        return server

    def clear(self) -> None:
        for server in self.made:
            if server.places.home.exists():
                server.stop()
                server.places.remove()
        subprocess.run(["/bin/rm", "-rf", self.folder], check=True)


@pytest.fixture(scope="module")
def initialised() -> Iterator[Path]:
    server = EmbeddedServer(a_reachable_folder("initialised"), settings=FAST)
    server.start()
    server.stop()
    yield server.places.home
    server.places.remove()


@pytest.fixture
def workshop(initialised: Path) -> Iterator[Workshop]:
    made = Workshop(a_reachable_folder("embedded"), initialised)
    yield made
    made.clear()


def answer(server: EmbeddedServer, query: LiteralString = "SELECT current_user") -> object:
    with psycopg.connect(server.conninfo) as db:
        row = db.execute(query).fetchone()
    return row[0] if row else None


@pytest.mark.parametrize("version", [16, 18])
def test_it_starts_stops_and_keeps_what_was_written(workshop: Workshop, version: int) -> None:
    server = workshop.server(version=version)
    server.start()
    with psycopg.connect(server.conninfo) as db:
        db.execute("CREATE TABLE kept AS SELECT '[1,2]'::vector AS v")
    server.stop()

    server.start()

    assert str(answer(server, "SHOW server_version")).startswith(str(version))
    assert answer(server, "SELECT v::text FROM kept") == "[1,2]"


def test_everything_it_keeps_is_closed_to_other_users(workshop: Workshop) -> None:
    server = workshop.prepared()
    server.start()

    home = server.places.home
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in home.iterdir()}

    assert modes["data"] == modes["run"] == modes["log"] == 0o700
    assert modes["secrets.json"] == modes["server.json"] == modes["lock"] == 0o600
    assert stat.S_IMODE(home.stat().st_mode) & 0o066 == 0


@root_only
def test_another_local_user_cannot_connect(workshop: Workshop) -> None:
    server = workshop.prepared()
    server.start()
    nobody = Owner(65534, 65534)
    programs = reachable_binaries(18, owner=nobody, copies=workshop.folder)

    tried = subprocess.run(
        [programs / "psql", server.conninfo, "-c", "SELECT 1"],
        check=False,
        capture_output=True,
        text=True,
        **nobody.run_as,
    )

    assert tried.returncode != 0
    assert "Permission denied" in tried.stderr


def test_the_right_socket_without_the_password_is_refused(workshop: Workshop) -> None:
    server = workshop.prepared()
    server.start()

    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(server.conninfo, password="guessed")


def test_the_application_is_no_superuser(workshop: Workshop) -> None:
    server = workshop.prepared()
    server.start()

    assert answer(server, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False


def test_it_starts_after_postgresql_was_killed(workshop: Workshop) -> None:
    server = workshop.prepared()
    server.start()
    first = server.pid
    os.kill(first or 0, signal.SIGKILL)
    while server.is_running():
        time.sleep(0.01)

    server.start()

    assert server.pid != first
    assert answer(server) == "kefu"


def test_it_starts_after_every_process_was_killed(workshop: Workshop) -> None:
    server = workshop.prepared()
    server.start()
    main = psutil.Process(server.pid)
    for process in [main, *main.children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):  # the first takes some of the others with it
            process.kill()

    server.start()

    assert answer(server) == "kefu"


def test_a_backend_that_outlives_its_server_does_not_hinder_the_next(workshop: Workshop) -> None:
    server = workshop.prepared()
    server.start()
    busy = psycopg.connect(server.conninfo, autocommit=True)
    busy.pgconn.send_query(b"SELECT count(*) FROM generate_series(1, 1000000000)")
    os.kill(server.pid or 0, signal.SIGKILL)

    server.start()

    assert answer(server) == "kefu"
    busy.close()


def test_a_pid_file_that_names_another_process_is_not_believed(workshop: Workshop) -> None:
    server = workshop.prepared()
    server.start()
    server.stop()
    pid_file = server.places.data / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{server.places.data}\n1\n5432\n\n\n0 0\nready\n")
    record = {"pid": os.getpid(), "started": 1.0}
    server.places.record.write_text(json.dumps(record))

    server.start()

    assert answer(server) == "kefu"
    assert server.pid != os.getpid()


def orphan_in(folder: Path) -> int:
    """The pid of a server whose supervisor was killed."""
    script = (
        "import os, signal; from pathlib import Path\n"
        "from kefu.core.embedded import EmbeddedServer; from kefu.core.testing import FAST\n"
        f"server = EmbeddedServer(Path({str(folder)!r}), settings=FAST); server.start()\n"
        "print(server.pid, flush=True); os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    died = subprocess.run(
        [sys.executable, "-c", script], check=False, capture_output=True, text=True
    )
    return int(died.stdout)


def test_an_orphan_of_a_killed_supervisor_is_adopted_and_stopped(workshop: Workshop) -> None:
    server = workshop.prepared()
    orphan = psutil.Process(orphan_in(server.folder))

    server.start()

    assert server.pid == orphan.pid
    server.stop()
    assert not is_alive(orphan)


def test_an_orphan_is_kept_by_nobody_and_can_be_told_to_end(workshop: Workshop) -> None:
    server = workshop.prepared()
    orphan = psutil.Process(orphan_in(server.folder))
    assert not server.is_kept()

    server.end_orphan()

    orphan.wait(timeout=30)
    assert not server.attach()


def test_a_server_that_is_kept_is_not_ended_by_others(workshop: Workshop) -> None:
    server = workshop.prepared()
    server.start()
    other = EmbeddedServer(workshop.folder / "db", settings=FAST)
    assert other.is_kept()
    assert not server.is_kept()

    other.end_orphan()

    assert answer(server) == "kefu"


def test_an_orphan_with_other_settings_is_replaced(workshop: Workshop) -> None:
    server = workshop.prepared(settings={**FAST, "max_connections": "33"})
    orphan_in(server.folder)

    server.start()

    assert answer(server, "SHOW max_connections") == "33"


def test_two_at_once_on_one_folder_are_refused(workshop: Workshop) -> None:
    workshop.prepared().start()

    with pytest.raises(EmbeddedServerError, match="already runs"):
        EmbeddedServer(workshop.folder / "db", settings=FAST).start()


def test_a_second_process_may_use_what_runs(workshop: Workshop) -> None:
    server = workshop.prepared()
    server.start()
    guest = EmbeddedServer(workshop.folder / "db", settings=FAST)

    assert guest.attach()
    assert answer(guest) == "kefu"


@pytest.mark.parametrize("name", ["long" * 40, "空格 and 'quotes', commas"])
def test_long_and_odd_paths_get_a_private_socket_elsewhere(workshop: Workshop, name: str) -> None:
    server = workshop.prepared(name)
    server.start()
    sockets = Path(str(psycopg.conninfo.conninfo_to_dict(server.conninfo)["host"]))

    assert answer(server) == "kefu"
    assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    assert not sockets.is_relative_to(server.places.home)
    server.stop()
    server.start()
    assert answer(server) == "kefu"


@root_only
def test_below_a_closed_folder_the_data_lie_elsewhere_and_nothing_is_opened(
    workshop: Workshop,
) -> None:
    closed = workshop.folder / "closed"
    closed.mkdir(mode=0o700)
    server = workshop.server("closed/var/db")
    server.start()

    assert answer(server) == "kefu"
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    assert server.places.home.is_relative_to(workshop.folder / "fallback")
    assert (closed / "var/db/location").read_text() == str(server.places.home)
    again = workshop.server("closed/var/db")
    assert again.places.home == server.places.home


@root_only
def test_data_that_went_out_of_reach_are_not_taken_for_missing(workshop: Workshop) -> None:
    server = workshop.prepared("outer/db")
    server.start()
    server.stop()
    (workshop.folder / "outer").chmod(0o700)

    with pytest.raises(EmbeddedServerError, match="can no longer reach"):
        workshop.server("outer/db")


@root_only
def test_programs_out_of_reach_are_copied(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = Owner(65534, 65534)
    original = reachable_binaries(18, owner=nobody, copies=workshop.folder)
    wheel = workshop.folder / "closed" / original.parent.parent.name
    (workshop.folder / "closed").mkdir(mode=0o700)
    for part in (original.parent, original.parent.parent.with_suffix(".libs")):
        target = wheel.parent / part.relative_to(original.parent.parent.parent)
        target.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["/bin/cp", "-a", part, target], check=True)
    monkeypatch.setattr(
        "kefu.core.embedded.binaries.binaries", lambda _version: wheel / "pginstall18" / "bin"
    )

    programs = reachable_binaries(18, owner=nobody, copies=workshop.folder / "copies")

    assert programs.is_relative_to(workshop.folder / "copies")


def test_data_of_another_version_are_refused(workshop: Workshop) -> None:
    server = workshop.prepared()
    server.start()
    server.stop()

    with pytest.raises(EmbeddedServerError, match="PostgreSQL 18"):
        workshop.server(version=16).start()


def test_a_failing_start_says_why(workshop: Workshop) -> None:
    server = workshop.prepared()
    server.start()
    server.stop()
    (server.places.home / "postgresql.local.conf").write_text("shared_buffers = 'plenty'\n")

    with pytest.raises(EmbeddedServerError, match="plenty"):
        server.start()


def test_databases_are_cloned_and_dropped(workshop: Workshop) -> None:
    server = workshop.prepared()
    server.start()
    with psycopg.connect(server.conninfo) as db:
        db.execute("CREATE TABLE thing AS SELECT 7 AS size")

    server.clone_database("kefu", "copy")

    with psycopg.connect(server.conninfo, dbname="copy") as db:
        assert db.execute("SELECT size FROM thing").fetchone() == (7,)
    server.drop_database("copy")
    assert answer(server, "SELECT count(*) FROM pg_database WHERE datname = 'copy'") == 0


def test_commits_are_durable_and_forgotten_transactions_end() -> None:
    text = configuration(sockets=Path("/run"), extra={})

    assert "fsync = 'on'" in text
    assert "synchronous_commit = 'on'" in text
    assert "idle_in_transaction_session_timeout = '15s'" in text
    assert "jit = 'off'" in text
