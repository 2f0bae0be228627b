from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from sqlalchemy import text

from kefu.core.db import Database
from kefu.entry.tuning import SESSIONS_NICER, make_nicer, sessions_give_way


def priority(process: int) -> int:
    return os.getpriority(os.PRIO_PROCESS, process)


async def test_sessions_of_a_server_on_this_machine_make_way(database_url: str) -> None:
    usual, giving_way = Database(database_url), Database(database_url)
    sessions_give_way(giving_way)

    found = []
    for database in (usual, giving_way):
        async with database.transaction() as db:
            found.append(priority(await db.scalar(text("select pg_backend_pid()")) or 0))
        await database.close()

    assert found[1] - found[0] == SESSIONS_NICER


@pytest.mark.parametrize(("name", "steps"), [("postgres", 3), ("another", 0)])
def test_only_a_server_process_is_touched(name: str, steps: int, tmp_path: Path) -> None:
    program = tmp_path / name
    shutil.copy(shutil.which("sleep") or "", program)
    with subprocess.Popen([program, "30"]) as process:
        while Path(f"/proc/{process.pid}/comm").read_text().strip() != name:
            time.sleep(0.01)
        before = priority(process.pid)
        make_nicer(process.pid, 3)
        after = priority(process.pid)
        process.kill()

    assert after - before == steps


def test_a_process_that_is_gone_is_no_error() -> None:
    with subprocess.Popen(["true"]) as process:
        process.wait()

    make_nicer(process.pid, 3)
