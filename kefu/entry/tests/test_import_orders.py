from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg
import pytest

from kefu.core.db import libpq_url
from kefu.core.embedded import EmbeddedServer
from kefu.core.testing import put_migrated_server

SHEET = (
    "订单号,状态,下单时间,收件人,商品,数量,单价\n"
    "A1,已付款,2026-03-01 10:00:00,王芳,帐篷,1,1299\n"
    "A2,已付款,2026-03-01 11:00:00,李强,灯,1,-5\n"
)
GOODS = "编号;商品名称;价格\ntent;云雀帐篷;699\n"


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "kefu", "import", *arguments]


def kefu(url: str, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"KEFU_DATABASE_URL": url, "KEFU_VAR": str(folder / "var")}
    return subprocess.run(
        command(*arguments), env=environment, capture_output=True, text=True, timeout=120,
        check=False,
    )  # fmt: skip


def statuses(url: str) -> list[tuple[str, int]]:
    with psycopg.connect(libpq_url(url)) as db:
        rows = db.execute("select status, created from commerce_imports order by id")
        return [(row[0], row[1]) for row in rows]


def test_orders_come_whole_or_row_by_row_with_the_rest_in_a_file(
    database_url: str, tmp_path: Path
) -> None:
    file, errors = tmp_path / "orders.csv", tmp_path / "refused.csv"
    file.write_bytes(SHEET.encode("gbk"))

    whole = kefu(database_url, tmp_path, "orders", str(file))
    rows = kefu(database_url, tmp_path, "orders", str(file), "--rows", "--errors", str(errors))
    absent = kefu(database_url, tmp_path, "orders", str(tmp_path / "none.csv"))

    assert (whole.returncode, rows.returncode, absent.returncode) == (1, 1, 1), rows.stderr
    assert "2 rows: 0 new, 0 changed, 0 unchanged, 1 refused." in whole.stdout
    assert "2 rows: 1 new, 0 changed, 0 unchanged, 1 refused." in rows.stdout
    assert "A2" in errors.read_text(encoding="utf-8-sig")
    assert "There is no file" in absent.stderr
    assert statuses(database_url) == [("refused", 0), ("done", 1)]


def test_products_come_in_twice_and_a_broken_file_says_why(
    database_url: str, tmp_path: Path
) -> None:
    file, broken = tmp_path / "goods.csv", tmp_path / "broken.csv"
    file.write_text(GOODS, encoding="utf-8")
    broken.write_bytes(b"number,title\n\xff\xff\xff,a\n")

    first = kefu(database_url, tmp_path, "products", str(file))
    again = kefu(database_url, tmp_path, "products", str(file))
    refused = kefu(database_url, tmp_path, "orders", str(broken))

    assert (first.returncode, again.returncode, refused.returncode) == (0, 0, 1), first.stderr
    assert "neither UTF-8 nor GBK" in refused.stderr
    assert [status for status, _ in statuses(database_url)] == ["done", "done", "failed"]


TAU = Path(os.environ.get("KEFU_CORPORA", "../shared/data")) / "tau_retail"


@pytest.mark.skipif(not TAU.is_dir(), reason="the corpus tau_retail is not here")
def test_a_corpus_comes_in_by_its_folder(database_url: str, tmp_path: Path) -> None:
    loaded = kefu(database_url, tmp_path, "tau", str(TAU))
    empty = kefu(database_url, tmp_path, "olist", str(tmp_path))

    assert loaded.stdout == "1000 orders (1000 new), 50 products, 500 customers.\n", loaded.stderr
    assert empty.returncode == 1
    assert "olist_customers_dataset.csv cannot be read" in empty.stderr


def embedded(var: Path) -> dict[str, str]:
    """The environment of a command that starts its own database."""
    environment = os.environ | {"KEFU_VAR": str(var)}
    environment.pop("KEFU_DATABASE_URL", None)
    return environment


def a_long_import(var: Path, file: Path) -> subprocess.Popen[str]:
    with file.open("w", encoding="utf-8") as written:
        for number in range(60_000):
            line = {"title": "帐篷", "unit_price": 69900}
            told = {"number": f"N{number}", "status": "paid", "lines": [line] * 3}
            written.write(json.dumps(told) + "\n")
    return subprocess.Popen(
        command("orders", str(file), "--rows", "--historic"), env=embedded(var),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_one_that_is_stopped_half_way_says_so_and_leaves_no_server_behind(tmp_path: Path) -> None:
    var = tmp_path / "var"
    process = a_long_import(var, tmp_path / "orders.jsonl")
    server = EmbeddedServer(var / "postgres")

    began = has_begun(server)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)

    assert began
    assert process.returncode != 0
    assert not server.attach()
    server.start()
    try:
        [(status, created)] = statuses(server.url)
    finally:
        server.stop()
    assert status == "failed"
    assert 0 < created < 60_000


@pytest.fixture
def var(reachable_folder: Path) -> Iterator[Path]:
    """A data folder with a migrated database that does not run."""
    made = reachable_folder / "var"
    made.mkdir()
    put_migrated_server(made / "postgres")
    yield made
    EmbeddedServer(made / "postgres").stop()


def watchers_of(process: subprocess.Popen[str]) -> list[psutil.Process]:
    found = []
    for child in psutil.Process(process.pid).children():
        with suppress(psutil.NoSuchProcess):  # it may end between its listing and this look
            if "kefu.core.embedded.watching" in child.cmdline():
                found.append(child)
    return found


def has_ended(server: EmbeddedServer, *, seconds: float) -> bool:
    """Whether the server is gone within this time."""
    until = time.monotonic() + seconds
    while server.attach() and time.monotonic() < until:
        time.sleep(0.05)
    return not server.attach()


def still_runs(pid: int) -> bool:
    """One that ended may stay in the list until its new parent looks after it."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def test_one_that_is_killed_takes_its_server_with_it(var: Path, tmp_path: Path) -> None:
    process = a_long_import(var, tmp_path / "orders.jsonl")
    server = EmbeddedServer(var / "postgres")
    assert has_begun(server)

    process.kill()
    process.communicate(timeout=60)

    assert has_ended(server, seconds=30)
    assert "shut down" in log_of(server)


def test_a_server_that_was_left_all_the_same_is_used_and_stopped_by_the_next_command(
    var: Path, tmp_path: Path
) -> None:
    process = a_long_import(var, tmp_path / "orders.jsonl")
    server = EmbeddedServer(var / "postgres")
    assert has_begun(server)
    (watcher,) = watchers_of(process)
    watcher.kill()
    process.kill()
    process.communicate(timeout=60)
    assert server.attach()
    orphan = server.pid

    file = tmp_path / "goods.csv"
    file.write_text(GOODS, encoding="utf-8")
    following = subprocess.run(
        command("products", str(file)), env=embedded(var), capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip

    assert following.returncode == 0, following.stderr
    assert not still_runs(orphan or 0)
    assert has_ended(server, seconds=0)


def test_a_command_that_is_killed_leaves_a_server_that_serves_alone(
    var: Path, tmp_path: Path
) -> None:
    server = EmbeddedServer(var / "postgres")
    server.start()
    process = a_long_import(var, tmp_path / "orders.jsonl")
    assert has_begun(server)

    process.kill()
    process.communicate(timeout=60)
    time.sleep(1)

    assert server.is_running()
    assert statuses(server.url)[0][0] == "running"
    server.stop()


def log_of(server: EmbeddedServer) -> str:
    return "".join(path.read_text() for path in server.places.log.glob("*.log"))


def has_begun(server: EmbeddedServer) -> bool:
    """Wait until some of its orders are in."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            if server.attach() and any(created for _, created in statuses(server.url)):
                return True
        except psycopg.Error:
            pass
        time.sleep(0.1)
    return False
