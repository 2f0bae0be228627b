"""The contracts in pyproject.toml refuse what they are there to refuse."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tools.lint.repository import ROOT

LINT_IMPORTS = Path(sys.executable).with_name("lint-imports")


@pytest.fixture
def skeleton(tmp_path: Path) -> Path:
    """Give an empty Kefu with a package for every layer and the contracts of the real one."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    layers = contracts["contracts"][0]["layers"]
    for package in ["", *re.findall(r"\w+", " ".join(layers))]:
        (tmp_path / "kefu" / package).mkdir()
        (tmp_path / "kefu" / package / "__init__.py").touch()
    return tmp_path


def test_an_empty_kefu_keeps_the_contracts(skeleton: Path) -> None:
    assert verdict(skeleton) == "kept"


@pytest.mark.parametrize(
    ("where", "line"),
    [
        ("conversations/lifecycle.py", "from kefu.tickets import Ticket"),
        ("channels/web_chat.py", "import kefu.bot"),
        ("core/http.py", "from kefu.identity import agent_for"),
        ("tickets/opening.py", "def open():\n    import kefu.entry"),
    ],
)
def test_an_import_upwards_or_sideways_is_refused(skeleton: Path, where: str, line: str) -> None:
    (skeleton / "kefu" / where).write_text(line)

    assert "is not allowed to import" in verdict(skeleton)


def test_a_package_without_a_place_is_refused(skeleton: Path) -> None:
    (skeleton / "kefu" / "coupons").mkdir()
    (skeleton / "kefu" / "coupons" / "__init__.py").touch()

    assert "not listed as layers" in verdict(skeleton)


def test_a_cycle_inside_a_package_is_refused(skeleton: Path) -> None:
    (skeleton / "kefu" / "tickets" / "opening.py").write_text("import kefu.tickets.merging")
    (skeleton / "kefu" / "tickets" / "merging.py").write_text("import kefu.tickets.opening")

    assert "No cycles, at any depth BROKEN" in verdict(skeleton)


def verdict(folder: Path) -> str:
    """Say "kept", or what import-linter says against it."""
    answer = subprocess.run(
        [LINT_IMPORTS, "--no-logo", "--no-cache"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return "kept" if answer.returncode == 0 else answer.stdout + answer.stderr
