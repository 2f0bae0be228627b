import contextlib
import io
import json
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from kefu.core.db import libpq_url
from kefu.core.embedded import EmbeddedServer
from kefu.core.migrating import migrate
from kefu.core.revisions import current_revision, newest_revision
from kefu.core.settings import Settings
from kefu.core.testing import put_migrated_server
from kefu.entry.backup import BackupRefused, back_up, restore
from kefu.entry.cli import COMMANDS, main
from kefu.entry.doctor import findings


class Command:
    """Runs `kefu …` in this process, on a `var` folder and a database of the test's own."""

    def __init__(self, var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.var = var
        self._monkeypatch = monkeypatch
        self.set("KEFU_VAR", str(var))

    def set(self, name: str, value: str | None) -> None:
        if value is None:
            self._monkeypatch.delenv(name, raising=False)
        else:
            self._monkeypatch.setenv(name, value)

    def __call__(self, *arguments: str) -> tuple[int, str]:
        said = io.StringIO()
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            try:
                main(list(arguments))
            except SystemExit as ended:
                return int(ended.code or 0), said.getvalue()
        return 0, said.getvalue()


@pytest.fixture
def kefu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    return Command(tmp_path / "var", monkeypatch)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "var" / "files"
    (folder / "2026").mkdir(parents=True)
    (folder / "2026" / "photo").write_bytes(b"picture")
    (folder / "2026" / ".half-written").write_bytes(b"pic")
    return folder


def ask(url: str, query: str) -> object:
    with psycopg.connect(libpq_url(url), autocommit=True) as db:
        cursor = db.execute(query.encode())
        row = cursor.fetchone() if cursor.description else None
    return row[0] if row else None


def test_every_command_is_listed_with_its_help(kefu: Command) -> None:
    code, said = kefu("--help")

    assert code == 0
    assert all(name in said for name in COMMANDS)


@pytest.mark.parametrize(
    "arguments", [[name, "--help"] for name in COMMANDS] + [["demo", "traffic", "--help"]]
)
def test_every_command_explains_itself(kefu: Command, arguments: list[str]) -> None:
    code, said = kefu(*arguments)

    assert code == 0
    assert "Usage" in said


def test_serving_does_not_load_what_other_commands_need() -> None:
    loaded = (
        "import sys, kefu.entry.cli, kefu.entry.commands.serve; "
        "print([name for name in ('sqlalchemy', 'fastapi', 'alembic', 'boto3')"
        " if name in sys.modules])"
    )

    said = subprocess.run([sys.executable, "-c", loaded], check=True, capture_output=True)

    assert said.stdout.strip() == b"[]"


@pytest.mark.parametrize("name", ["web", "worker"])
def test_a_process_of_its_own_needs_a_database_by_name(kefu: Command, name: str) -> None:
    kefu.set("KEFU_DATABASE_URL", None)

    code, said = kefu(name)

    assert code == 1
    assert "KEFU_DATABASE_URL" in said


def test_a_backup_is_restored_into_an_empty_database(
    kefu: Command, database_url: str, empty_database_url: str, files: Path, tmp_path: Path
) -> None:
    ask(database_url, "CREATE TABLE kept AS SELECT '客服' AS word")
    kefu.set("KEFU_DATABASE_URL", database_url)
    assert kefu("backup", str(tmp_path / "b.tar"))[0] == 0
    kefu.set("KEFU_DATABASE_URL", empty_database_url)
    kefu.set("KEFU_VAR", str(tmp_path / "other"))

    code, said = kefu("restore", str(tmp_path / "b.tar"))

    assert code == 0, said
    assert ask(empty_database_url, "SELECT word FROM kept") == "客服"
    assert current_revision(empty_database_url) == newest_revision()
    assert (tmp_path / "other/files/2026/photo").read_bytes() == b"picture"
    assert not (tmp_path / "other/files/2026/.half-written").exists()


def test_a_backup_is_closed_to_others_and_appears_whole(
    database_url: str, files: Path, tmp_path: Path
) -> None:
    manifest = back_up(tmp_path / "b.tar", url=database_url, files=files)

    assert (tmp_path / "b.tar").stat().st_mode & 0o077 == 0
    assert manifest["files"] == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.tar", "var"]


def test_a_full_database_is_replaced_only_by_force(
    database_url: str, files: Path, tmp_path: Path
) -> None:
    back_up(tmp_path / "b.tar", url=database_url, files=files)
    ask(database_url, "CREATE TABLE later AS SELECT 1 AS one")
    (files / "later").write_bytes(b"new")

    with pytest.raises(BackupRefused, match="not empty"):
        restore(tmp_path / "b.tar", url=database_url, files=files)
    restore(tmp_path / "b.tar", url=database_url, files=files, force=True)

    assert ask(database_url, "SELECT to_regclass('later') IS NULL")
    assert not (files / "later").exists()
    assert (files / "2026" / "photo").exists()


def test_nothing_is_restored_under_a_running_kefu(
    database_url: str, files: Path, tmp_path: Path
) -> None:
    back_up(tmp_path / "b.tar", url=database_url, files=files)

    with (
        psycopg.connect(libpq_url(database_url)),
        pytest.raises(BackupRefused, match="Stop kefu"),
    ):
        restore(tmp_path / "b.tar", url=database_url, files=files, force=True)


def rewritten(archive: Path, **changes: object) -> Path:
    """The same archive with another manifest."""
    changed = archive.with_name("changed.tar")
    with tarfile.open(archive) as old, tarfile.open(changed, "w") as new:
        for member in old:
            content = old.extractfile(member)
            assert content is not None
            data = content.read()
            if member.name == "manifest.json":
                data = json.dumps(json.loads(data) | changes).encode()
                member.size = len(data)
            new.addfile(member, io.BytesIO(data))
    return changed


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"revision": "9999"}, "Install that version"),
        ({"format": 7}, "format 7"),
        ({"dump_sha256": "0"}, "damaged"),
    ],
)
def test_a_backup_that_does_not_fit_is_refused_before_anything_changes(
    database_url: str, files: Path, tmp_path: Path, changes: dict[str, object], said: str
) -> None:
    back_up(tmp_path / "b.tar", url=database_url, files=files)
    changed = rewritten(tmp_path / "b.tar", **changes)

    with pytest.raises(BackupRefused, match=said):
        restore(changed, url=database_url, files=files, force=True)

    assert current_revision(database_url) == newest_revision()
    assert (files / "2026" / "photo").exists()


def test_something_else_is_no_backup(database_url: str, files: Path, tmp_path: Path) -> None:
    (tmp_path / "b.tar").write_text("not an archive")

    with pytest.raises(BackupRefused, match="not a backup"):
        restore(tmp_path / "b.tar", url=database_url, files=files)


def test_an_upgrade_backs_up_first(kefu: Command, empty_database_url: str) -> None:
    migrate(empty_database_url, to="0001")
    kefu.set("KEFU_DATABASE_URL", empty_database_url)

    code, said = kefu("upgrade")

    assert code == 0, said
    assert current_revision(empty_database_url) == newest_revision()
    assert len(list((kefu.var / "backups").glob("before-upgrade-*.tar"))) == 1
    assert "Nothing to do" in kefu("upgrade")[1]


def test_an_upgrade_of_a_newer_database_is_refused(kefu: Command, database_url: str) -> None:
    ask(database_url, "UPDATE alembic_version SET version_num = '9999'")
    kefu.set("KEFU_DATABASE_URL", database_url)

    code, said = kefu("upgrade")

    assert code == 1
    assert "9999" in said


def test_the_doctor_finds_a_healthy_desk_healthy(kefu: Command, database_url: str) -> None:
    kefu.set("KEFU_DATABASE_URL", database_url)

    code, said = kefu("doctor")

    assert code == 0
    assert "The database is at the newest revision" in said
    assert "fail" not in said


def test_the_doctor_names_what_ails_and_the_remedy(kefu: Command) -> None:
    kefu.set("KEFU_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    kefu.set("KEFU_REDIS_URL", "redis://127.0.0.1:1/0")
    kefu.var.mkdir()
    (kefu.var / "secret").write_text("x")
    (kefu.var / "secret").chmod(0o644)

    code, said = kefu("doctor")

    assert code == 1
    assert "The database is away" in said
    assert "Redis is away" in said
    assert "chmod 600" in said


def test_the_doctor_looks_at_an_old_database(empty_database_url: str, tmp_path: Path) -> None:
    migrate(empty_database_url, to="0001")
    settings = Settings(var=tmp_path, database_url=empty_database_url)

    lines = [str(finding) for finding in findings(settings)]

    assert any("kefu upgrade" in line for line in lines)


@pytest.fixture
def embedded_var(reachable_folder: Path) -> Iterator[Path]:
    var = reachable_folder / "var"
    var.mkdir()
    put_migrated_server(var / "postgres")
    yield var
    EmbeddedServer(var / "postgres").stop()


def test_a_command_starts_the_embedded_database_for_the_while(
    kefu: Command, embedded_var: Path, tmp_path: Path
) -> None:
    kefu.set("KEFU_DATABASE_URL", None)
    kefu.set("KEFU_VAR", str(embedded_var))

    code, said = kefu("backup", str(tmp_path / "b.tar"))

    assert code == 0, said
    assert not EmbeddedServer(embedded_var / "postgres").attach()
    assert "is not running" in kefu("doctor")[1]


def test_a_command_uses_the_embedded_database_that_runs(
    kefu: Command, embedded_var: Path, tmp_path: Path
) -> None:
    kefu.set("KEFU_DATABASE_URL", None)
    kefu.set("KEFU_VAR", str(embedded_var))
    server = EmbeddedServer(embedded_var / "postgres")
    server.start()

    code, said = kefu("backup", str(tmp_path / "b.tar"))

    assert code == 0, said
    assert server.is_running()
    assert "The database answers (PostgreSQL" in kefu("doctor")[1]
    server.stop()


def test_a_database_that_is_away_is_said_in_one_line(kefu: Command, tmp_path: Path) -> None:
    kefu.set("KEFU_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")

    code, said = kefu("backup", str(tmp_path / "b.tar"))

    assert code == 1
    assert said.startswith("The database is away")
