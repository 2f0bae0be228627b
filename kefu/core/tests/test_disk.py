from pathlib import Path

import pytest

from kefu.core import disk
from kefu.core.disk import Disk


def test_writes_are_refused_below_one_gigabyte_and_taken_again_well_above_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disk, "ASKED_AGAIN_AFTER", 0)
    free = iter([5_000, 5_000, 999, 999, 1_100, 1_100, 1_300, 1_300])
    watched = Disk(tmp_path, free=lambda _path: next(free) * 1_000_000)

    assert [watched.is_low() for _ in range(4)] == [False, True, True, False]


def test_the_disk_of_a_database_that_lies_elsewhere_counts(tmp_path: Path) -> None:
    (tmp_path / "var/postgres").mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "var/postgres/location").write_text(str(tmp_path / "elsewhere"))

    watched = Disk(
        tmp_path / "var", free=lambda path: 10 if path.name == "elsewhere" else 10_000_000_000
    )

    assert watched.is_low()


def test_a_folder_that_is_not_there_yet_is_measured_above_it(tmp_path: Path) -> None:
    assert Disk(tmp_path / "not" / "yet").least_free() > 0
