"""Backup and restore: the database, the files and a manifest in one archive.

A backup is a tar file: `manifest.json` (who made it, of which revision, checksums), then
`database.dump` (pg_dump's own format), then the files under `files/`.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from kefu import __version__
from kefu.core.db import libpq_url
from kefu.core.embedded.binaries import ENVIRONMENT, binaries
from kefu.core.migrating import migrate
from kefu.core.revisions import current_revision, newest_revision

FORMAT = 1
MANIFEST = "manifest.json"
DUMP = "database.dump"
FILES = "files"
QUIET = ("--no-owner", "--no-privileges", "--no-comments", "--no-password")
OLDEST_OF_18 = 17_00_00
LIBPQ = {
    "host": "PGHOST",
    "hostaddr": "PGHOSTADDR",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
}


class BackupRefused(RuntimeError):
    """The backup cannot be made or taken back; the text names the remedy."""


def back_up(file: Path, *, url: str, files: Path) -> dict[str, Any]:
    """Write everything to `file`, which appears only when it is whole; returns the manifest."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=".kefu-backup-") as folder:
        dump = Path(folder, DUMP)
        _tool(url, "pg_dump", "--format=custom", f"--file={dump}")
        manifest = {
            "format": FORMAT,
            "kefu": __version__,
            "revision": current_revision(url),
            "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "dump_sha256": _checksum(dump),
            "files": len(_kept(files)),
        }
        archive = Path(folder, "archive")
        with tarfile.open(archive, "w") as tar:
            _add_text(tar, MANIFEST, json.dumps(manifest, indent=1))
            tar.add(dump, DUMP)
            for path in _kept(files):
                with contextlib.suppress(FileNotFoundError):  # deleted just now
                    tar.add(path, f"{FILES}/{path.relative_to(files)}")
        archive.chmod(0o600)
        _sync(archive)
        archive.replace(file)
    return manifest


def restore(file: Path, *, url: str, files: Path, force: bool = False) -> dict[str, Any]:
    """Take everything back from `file`; a database with tables is replaced only with `force`."""
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=".kefu-restore-") as folder:
        with _opened(file) as tar:
            manifest = _manifest(tar)
            tar.extractall(folder, filter=_only_ours)  # noqa: S202 - filtered
        dump = Path(folder, DUMP)
        if not dump.exists() or _checksum(dump) != manifest["dump_sha256"]:
            raise BackupRefused(f"{file} is damaged: the database's checksum does not fit.")
        _check_empty(url, files, force=force)
        _empty(url)
        _load(dump, url)
        _put_back(Path(folder, FILES), files)
    migrate(url)
    return manifest


def _opened(file: Path) -> tarfile.TarFile:
    try:
        return tarfile.open(file, "r")
    except (OSError, tarfile.TarError) as wrong:
        raise BackupRefused(f"{file} is not a backup of Kefu ({wrong}).") from wrong


def _manifest(tar: tarfile.TarFile) -> dict[str, Any]:
    """The manifest, if this code can take the backup back."""
    first = tar.next()
    content = tar.extractfile(first) if first is not None and first.name == MANIFEST else None
    if content is None:
        raise BackupRefused(f"{tar.name!s} is not a backup of Kefu: it has no manifest.")
    manifest: dict[str, Any] = json.load(content)
    if manifest["format"] != FORMAT:
        raise BackupRefused(
            f"The backup has format {manifest['format']}, this kefu reads {FORMAT}."
        )
    if (manifest["revision"] or "") > (newest_revision() or ""):
        raise BackupRefused(
            f"The backup was made by kefu {manifest['kefu']} (revision {manifest['revision']}), "
            f"this is {__version__}. Install that version or a newer one."
        )
    return manifest


def _only_ours(member: tarfile.TarInfo, folder: str) -> tarfile.TarInfo | None:
    """Plain files and folders of a backup, without links and strange names."""
    ours = member.name in (MANIFEST, DUMP, FILES) or member.name.startswith(f"{FILES}/")
    if not ours or not (member.isfile() or member.isdir()):
        return None
    return tarfile.data_filter(member, folder)


def _check_empty(url: str, files: Path, *, force: bool) -> None:
    with psycopg.connect(libpq_url(url)) as db:
        others = db.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        ).fetchone()
        tables = db.execute(
            "SELECT count(*) FROM pg_tables"
            " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        ).fetchone()
    if others != (0,):
        raise BackupRefused("The database is in use. Stop kefu, then restore.")
    if not force and (tables != (0,) or _kept(files)):
        raise BackupRefused(
            "The database or the files folder is not empty. "
            "Restore into an empty one, or say --force to replace everything in it."
        )


def _empty(url: str) -> None:
    """Drop what is ours; the extension stays, for only a superuser could make it anew."""
    with psycopg.connect(libpq_url(url), autocommit=True) as db:
        db.execute("CREATE EXTENSION IF NOT EXISTS vector")
        schemas = db.execute(
            "SELECT nspname FROM pg_namespace"
            " WHERE nspname !~ '^pg_' AND nspname NOT IN ('public', 'information_schema')"
        ).fetchall()
        for (name,) in schemas:
            db.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(name)))
        kinds = {"TABLE": "pg_tables", "VIEW": "pg_views", "SEQUENCE": "pg_sequences"}
        for kind, catalogue in kinds.items():
            column = sql.Identifier(f"{kind.lower()}name")
            names = sql.SQL("SELECT {} FROM {} WHERE schemaname = 'public'")
            found = db.execute(names.format(column, sql.Identifier(catalogue))).fetchall()
            for (name,) in found:
                drop = sql.SQL("DROP {} IF EXISTS {} CASCADE")
                db.execute(drop.format(sql.SQL(kind), sql.Identifier("public", name)))
        _drop_routines_and_types(db)


def _drop_routines_and_types(db: psycopg.Connection[tuple[Any, ...]]) -> None:
    """Functions and enumerations of ours: those that no extension brought."""
    routines = db.execute(
        "SELECT p.oid::regprocedure::text FROM pg_proc p"
        " WHERE p.pronamespace = 'public'::regnamespace AND NOT EXISTS"
        " (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"
    ).fetchall()
    types = db.execute(
        "SELECT t.oid::regtype::text FROM pg_type t"
        " WHERE t.typnamespace = 'public'::regnamespace AND t.typtype IN ('e', 'd')"
    ).fetchall()
    for kind, found in (("ROUTINE", routines), ("TYPE", types)):
        for (name,) in found:  # already quoted by PostgreSQL
            db.execute(f"DROP {kind} IF EXISTS {name} CASCADE".encode())


def _load(dump: Path, url: str) -> None:
    """Load the dump in one transaction, without the extensions, which are there."""
    listing = _tool(url, "pg_restore", "--list", str(dump))
    wanted = dump.with_name("wanted")
    wanted.write_text("\n".join(line for line in listing.splitlines() if " EXTENSION " not in line))
    _tool(url, "pg_restore", "--single-transaction", f"--use-list={wanted}", "--dbname=", str(dump))


def _tool(url: str, name: str, *arguments: str) -> str:
    """Run a program of PostgreSQL of the server's version; the password is in no argument."""
    with psycopg.connect(libpq_url(url)) as db:
        version = 16 if db.info.server_version < OLDEST_OF_18 else 18
        given = {k: str(v) for k, v in db.info.get_parameters().items()}
        given |= {"password": db.info.password}
    variables = {LIBPQ[name]: value for name, value in given.items() if name in LIBPQ}
    done = subprocess.run(
        [binaries(version) / name, *QUIET, *arguments],
        check=False,
        capture_output=True,
        text=True,
        env={**ENVIRONMENT, **variables},
    )
    if done.returncode:
        raise BackupRefused(f"{name} failed: {done.stderr.strip()}")
    return done.stdout


def _kept(files: Path) -> list[Path]:
    """The whole files; those being written have names that begin with a dot."""
    found = files.rglob("*") if files.exists() else ()
    return sorted(path for path in found if path.is_file() and not path.name.startswith("."))


def _put_back(unpacked: Path, files: Path) -> None:
    """Exchange the files folder; the old one is kept beside it until the new one stands."""
    old = files.with_name(f"{files.name}.before-restore")
    shutil.rmtree(old, ignore_errors=True)
    if files.exists():
        files.rename(old)
    unpacked.mkdir(exist_ok=True)
    shutil.move(unpacked, files)
    shutil.rmtree(old, ignore_errors=True)


def _add_text(tar: tarfile.TarFile, name: str, text: str) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mtime, member.mode = len(text.encode()), int(time.time()), 0o600
    tar.addfile(member, io.BytesIO(text.encode()))


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
