from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

GOOD = "会员号,姓名,手机号\nM1,李雷,13800138000\nM2,韩梅梅,139 0013 9000\n"


def kefu(url: str, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"KEFU_DATABASE_URL": url, "KEFU_VAR": str(folder / "var")}
    return subprocess.run(
        [sys.executable, "-m", "kefu", "import", "customers", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_file_is_looked_at_taken_and_taken_again(database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "members.csv"
    file.write_bytes(GOOD.encode("gbk"))

    looked = kefu(database_url, tmp_path, str(file), "--dry-run")
    taken = kefu(database_url, tmp_path, str(file))
    again = kefu(database_url, tmp_path, str(file))

    assert (looked.returncode, taken.returncode, again.returncode) == (0, 0, 0), taken.stderr
    assert "new 2" in looked.stdout
    assert "new 2" in taken.stdout
    assert "The books agree." in taken.stdout
    assert "updated 2" in again.stdout


def test_refused_rows_are_written_down_and_the_command_says_so(
    database_url: str, tmp_path: Path
) -> None:
    file, refused = tmp_path / "members.csv", tmp_path / "refused.csv"
    file.write_text(GOOD + "M3,林涛,12\n", encoding="utf-8")

    taken = kefu(database_url, tmp_path, str(file), "--refused", str(refused))
    unknown = kefu(database_url, tmp_path, str(file), "--column", "姓名=nickname")
    absent = kefu(database_url, tmp_path, str(tmp_path / "no.csv"))

    assert taken.returncode == unknown.returncode == absent.returncode == 1
    assert "refused 1" in taken.stdout
    assert "林涛" in refused.read_text(encoding="utf-8-sig")
    assert "mapping.姓名" in unknown.stderr
    assert "cannot be read" in absent.stderr
