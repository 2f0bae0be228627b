"""One embedded PostgreSQL: made, started, adopted, awaited and stopped."""

from __future__ import annotations

import contextlib
import fcntl
import json
import shutil
import subprocess
import threading
import time
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

import psutil
import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from kefu.core.embedded.binaries import ENVIRONMENT, reachable_binaries
from kefu.core.embedded.configuration import ACCESS, PORT, configuration
from kefu.core.embedded.errors import EmbeddedServerError
from kefu.core.embedded.folders import Places, places_for, write_private
from kefu.core.embedded.processes import (
    forget_stale_files,
    is_alive,
    postmaster_of,
    process_of,
    stop_server,
    tell_to_stop,
)

DATABASE = "kefu"
ROLE = "kefu"
SUPERUSER = "postgres"
BUILTIN_LOCALES_SINCE = 17
FALLBACK = Path("/var/lib/kefu")
PATIENCE = 0.5
"""Seconds for which the lock is tried: one that only looks, or has just died, lets go at once."""


class EmbeddedServer:
    """A PostgreSQL kept in `folder`; whoever holds it started is alone in starting and stopping."""

    def __init__(
        self,
        folder: Path,
        *,
        version: int = 18,
        settings: dict[str, str] | None = None,
        fallback: Path = FALLBACK,
    ) -> None:
        self.folder = folder
        self.version = version
        self._settings = settings or {}
        self._places: Places = places_for(folder, fallback=fallback)
        self._fallback = fallback
        self._sockets = self._places.sockets()
        self._lock: IO[str] | None = None
        self._process: psutil.Process | None = None
        self._child: subprocess.Popen[bytes] | None = None
        self._busy = threading.Lock()
        self._stopping = False

    @property
    def places(self) -> Places:
        return self._places

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    def url(self) -> str:
        """The application's database, written for SQLAlchemy."""
        return self.url_of(DATABASE)

    @property
    def conninfo(self) -> str:
        """The application's database, written for libpq."""
        return self._conninfo(ROLE, DATABASE)

    def url_of(self, database: str) -> str:
        """Another database of this server, written for SQLAlchemy."""
        password = quote(self._places.passwords()[ROLE], safe="")
        host = quote(str(self._sockets), safe="")
        return f"postgresql+psycopg://{ROLE}:{password}@/{quote(database)}?host={host}&port={PORT}"

    def start(self, timeout: float = 900.0) -> None:
        """Run, and return when a connection stands; a long recovery is waited for."""
        with self._busy:
            self._hold()
            self._stopping = False
            try:
                self._run(timeout)
            finally:
                if not self.is_running():
                    self._release()

    def attach(self) -> bool:
        """Use a server that another process started; False where none runs."""
        self._process = self._recorded() or postmaster_of(self._places.data)
        return self._process is not None

    def is_kept(self) -> bool:
        """Whether another process holds it.

        A server that runs and that nobody keeps is an orphan, which `start` adopts.
        """
        if self._lock is not None:
            return False
        try:
            with (self._places.home / "lock").open() as lock:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except OSError:
            return True
        return False

    def end_orphan(self) -> None:
        """Tell a server that runs and nobody keeps to shut down; one that is kept goes on."""
        with contextlib.suppress(EmbeddedServerError):
            self._hold()
            process = self._recorded() or postmaster_of(self._places.data)
            if process is not None:
                tell_to_stop(process)
            self._release()

    def is_running(self) -> bool:
        if self._child is not None:
            self._child.poll()  # takes away the zombie
        return self._process is not None and is_alive(self._process)

    def stop(self, timeout: float = 60.0) -> None:
        """Shut down cleanly, whoever started it, and let others start it."""
        self._stopping = True  # a start that waits in another thread gives up
        with self._busy:
            self._hold()
            process = self._process or self._recorded() or postmaster_of(self._places.data)
            if process is not None:
                stop_server(process, timeout=timeout)
                self._places.record.unlink(missing_ok=True)
            if self._child is not None:
                self._child.wait()
            self._process = self._child = None
            self._release()

    def create_database(self, name: str) -> None:
        self.clone_database("template1", name)

    def clone_database(self, template: str, name: str) -> None:
        """Make the database `name` as a copy of `template`, to which nobody may be connected."""
        # Copying the files takes a tenth of the time that logging each page does.
        self._administer(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY file_copy").format(
                sql.Identifier(name), sql.Identifier(ROLE), sql.Identifier(template)
            )
        )

    def drop_database(self, name: str) -> None:
        """Delete the database `name` if it is there, ending its connections."""
        self._administer(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )

    def _run(self, timeout: float) -> None:
        if not (self._places.data / "PG_VERSION").exists():
            self._initialise()
        self._check_version()
        if not (self._adopt() and self._is_ready(timeout)):
            self._launch()
            if not self._is_ready(timeout):
                raise EmbeddedServerError(f"PostgreSQL did not start: {self._last_words()}")
        self._make_database()

    def _hold(self) -> None:
        """Be the only one that starts and stops this server; the lock ends with the process."""
        if self._lock is not None:
            return
        lock = (self._places.home / "lock").open("w")
        (self._places.home / "lock").chmod(0o600)
        if not _is_had(lock):
            lock.close()
            raise EmbeddedServerError(
                f"Another kefu already runs the database in {self._places.home}. Stop it first."
            )
        self._lock = lock

    def _release(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _initialise(self) -> None:
        """Run initdb in a folder that gets its name only when it is whole."""
        places, new = self._places, self._places.home / "data.new"
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir()
        places.owner.take(new, mode=0o700)
        password = self._sockets / "password"
        write_private(password, places.passwords()[SUPERUSER])
        places.owner.take(password, mode=0o600)
        locale = (
            ["--locale-provider=builtin"]
            if self.version >= BUILTIN_LOCALES_SINCE
            else ["--lc-collate=C"]
        )
        made = subprocess.run(
            [
                self._programs() / "initdb",
                f"--pgdata={new}",
                f"--username={SUPERUSER}",
                f"--pwfile={password}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                *locale,
                *(["--no-sync"] if self._settings.get("fsync") == "off" else []),
            ],
            check=False,
            cwd="/",
            capture_output=True,
            text=True,
            env=ENVIRONMENT,
            **places.owner.run_as,
        )
        password.unlink()
        if made.returncode:
            raise EmbeddedServerError(f"initdb failed: {made.stderr.strip()}")
        new.rename(places.data)

    def _check_version(self) -> None:
        kept = (self._places.data / "PG_VERSION").read_text().strip()
        if kept != str(self.version):
            raise EmbeddedServerError(
                f"The data in {self._places.data} are of PostgreSQL {kept}, this is "
                f"{self.version}. Take a backup with the kefu that made them and restore it here."
            )

    def _programs(self) -> Path:
        return reachable_binaries(
            self.version, owner=self._places.owner, copies=self._fallback.resolve()
        )

    def _adopt(self) -> bool:
        """Take over the orphan of a killed supervisor, where its settings are still ours."""
        self.is_running()  # takes away the zombie of a child of ours
        process = self._recorded() or postmaster_of(self._places.data)
        if process is None:
            return False
        kept = self._places.data / "postgresql.conf"
        if kept.read_text() != self._configuration():
            stop_server(process, timeout=60)
            return False
        self._remember(process)
        return True

    def _remember(self, process: psutil.Process) -> None:
        self._process = process
        record = {"pid": process.pid, "started": process.create_time()}
        write_private(self._places.record, json.dumps(record))

    def _recorded(self) -> psutil.Process | None:
        try:
            record = json.loads(self._places.record.read_text())
            return process_of(record["pid"], started=record["started"])
        except (OSError, ValueError, KeyError):
            return None

    def _configuration(self) -> str:
        return configuration(sockets=self._sockets, extra=self._settings)

    def _launch(self) -> None:
        places = self._places
        forget_stale_files(places.data, sockets=self._sockets, port=PORT)
        places.prepare_log()
        for name, text in (("postgresql.conf", self._configuration()), ("pg_hba.conf", ACCESS)):
            write_private(places.data / name, text)
            places.owner.take(places.data / name, mode=0o600)
        with (places.log / "start.log").open("wb") as log:
            self._child = subprocess.Popen(
                [self._programs() / "postgres", "-D", places.data],
                cwd="/",
                env=ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **places.owner.run_as,
            )
        self._remember(psutil.Process(self._child.pid))

    def _is_ready(self, timeout: float) -> bool:
        """Wait for a real connection; False where the server ended instead."""
        deadline, pause = time.monotonic() + timeout, 0.01
        while not self._answers():
            if not self.is_running():
                return False
            if self._stopping:
                raise EmbeddedServerError("PostgreSQL was told to stop while it started.")
            if time.monotonic() > deadline:
                raise EmbeddedServerError(f"PostgreSQL is not ready after {timeout:.0f} s.")
            time.sleep(pause)
            pause = min(pause * 1.3, 0.2)
        return self.is_running()

    def _answers(self) -> bool:
        try:
            self._connect(SUPERUSER, "postgres").close()
        except psycopg.OperationalError as refused:
            if "password authentication failed" in str(refused):
                raise EmbeddedServerError(
                    f"The passwords in {self._places.home}/secrets.json are not the database's."
                ) from refused
            return False
        return True

    def _last_words(self) -> str:
        logs = sorted(self._places.log.glob("*.log"), key=lambda path: path.stat().st_mtime)
        lines = [line for path in logs for line in path.read_text(errors="replace").splitlines()]
        return "\n".join(lines[-8:])

    def _make_database(self) -> None:
        """The application's role and database, unless they are there."""
        with self._connect(SUPERUSER, "postgres") as db:
            there = "SELECT 1 FROM pg_database WHERE datname = %s"
            if db.execute(there, [DATABASE]).fetchone():
                return
            role = sql.Identifier(ROLE)
            if not db.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone():
                db.execute(sql.SQL("CREATE ROLE {}").format(role))
            db.execute(
                sql.SQL("ALTER ROLE {} LOGIN CREATEDB PASSWORD {}").format(
                    role, sql.Literal(self._places.passwords()[ROLE])
                )
            )
            db.execute(sql.SQL("GRANT pg_monitor, pg_checkpoint TO {}").format(role))
        with self._connect(SUPERUSER, "template1") as db:
            db.execute("CREATE EXTENSION IF NOT EXISTS vector")
        self.create_database(DATABASE)

    def _administer(self, statement: sql.Composed) -> None:
        with self._connect(SUPERUSER, "postgres") as db:
            db.execute(statement)

    def _connect(self, user: str, database: str) -> psycopg.Connection[tuple[Any, ...]]:
        return psycopg.connect(self._conninfo(user, database), autocommit=True, connect_timeout=10)

    def _conninfo(self, user: str, database: str) -> str:
        return make_conninfo(
            host=str(self._sockets),
            port=PORT,
            user=user,
            password=self._places.passwords()[user],
            dbname=database,
        )


def _is_had(lock: IO[str]) -> bool:
    """Take the lock, trying for a moment."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        else:
            return True
