"""Runs every suite one after the other, counts what passed, and ends with "N passed, N failed".

A suite that fails does not keep the next from running. A suite that breaks off without a count,
runs nothing at all or takes too long counts as one failure.
"""

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from xml.etree import ElementTree as ET

from tools import prepare

ROOT = prepare.ROOT
REPORTS = ROOT / "var" / "reports"
BIN = Path(sys.executable).parent
MINUTES_FOR_EVERYTHING = float(os.environ.get("KEFU_TEST_MINUTES", "38"))
PYTHON_FOLDERS = ["kefu", "tools", "tests", "bench"]
QUICK_TESTS = [ROOT / "tests" / f"test_{name}.py" for name in ("budgets", "docs", "coverage_docs")]


@dataclass
class Count:
    """How many tests of a suite, or of all, went which way."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(
            self.passed + other.passed,
            self.failed + other.failed,
            self.skipped + other.skipped,
        )

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed" + (
            f", {self.skipped} skipped" if self.skipped else ""
        )

    @property
    def ran(self) -> int:
        return self.passed + self.failed + self.skipped


@dataclass
class Suite:
    """One program to run, and how to read its count from what it printed."""

    name: str
    command: list[str]
    folder: Path = ROOT
    environment: dict[str, str] = field(default_factory=lambda: dict(os.environ))
    count: Callable[[str], Count] | None = None  # without one, the suite is itself one check


def main() -> None:
    """Run the suites that the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m tools.suites", description=__doc__)
    parser.add_argument("--check", action="store_true", help="only what takes seconds")
    parser.add_argument("--only", metavar="CAPABILITY", help="only the tests of this one")
    chosen = parser.parse_args()
    REPORTS.mkdir(parents=True, exist_ok=True)
    ends_at = time.monotonic() + MINUTES_FOR_EVERYTHING * 60
    results = [(suite, run(suite, ends_at)) for suite in suites(chosen.only, check=chosen.check)]
    total = sum((result for _, result in results), start=Count())
    print("\n" + "\n".join(f"{suite.name:<20} {result}" for suite, result in results))
    print(f"\n{total}", flush=True)
    (REPORTS / "total").write_text(f"{total}\n")
    sys.exit(1 if total.failed or not total.passed else 0)


def suites(only: str | None, *, check: bool) -> Iterator[Suite]:
    if only:
        yield from suites_of_one(only)
        return
    yield from quick_suites()
    if check:
        yield pytest_suite([str(path) for path in QUICK_TESTS], workers="0")
    else:
        yield from web_suites()
        yield pytest_suite([])


def quick_suites() -> Iterator[Suite]:
    there = [name for name in PYTHON_FOLDERS if (ROOT / name).is_dir()]
    yield Suite("ruff check", [tool("ruff"), "check", "."])
    yield Suite("ruff format", [tool("ruff"), "format", "--check", "."])
    yield Suite("mypy", [tool("mypy"), *there])
    yield Suite("import-linter", [tool("lint-imports"), "--no-logo"])
    yield Suite("our lints", [sys.executable, "-m", "tools.lint"])


def web_suites() -> Iterator[Suite]:
    if not (prepare.WEB / "package.json").exists():
        return
    yield web_build()
    npm = prepare.npm_command()
    environment = prepare.node_environment() | {"CI": "1", "NO_COLOR": "1"}
    yield Suite("web check", [*npm, "run", "check"], prepare.WEB, environment)
    yield Suite("vitest", [*npm, "test"], prepare.WEB, environment, count_of_vitest)


def web_build() -> Suite:
    return Suite("web build", [sys.executable, "-m", "tools.prepare", "web"])


def suites_of_one(capability: str) -> Iterator[Suite]:
    yield web_build()
    if (ROOT / "kefu" / capability).is_dir():
        yield pytest_suite([f"kefu/{capability}"])
    console = prepare.WEB / "console"
    feature = console / "src" / "features" / capability
    if feature.is_dir() and any(feature.rglob("*.test.ts")):
        environment = prepare.node_environment() | {"CI": "1", "NO_COLOR": "1"}
        vitest = [str(prepare.WEB / "node_modules" / ".bin" / "vitest"), "run", str(feature)]
        yield Suite("vitest", vitest, console, environment, count_of_vitest)


def pytest_suite(folders: list[str], *, workers: str = "auto") -> Suite:
    report = REPORTS / "pytest.xml"
    report.unlink(missing_ok=True)
    command = [tool("pytest"), *folders, "-q", "-n", workers, f"--junitxml={report}"]
    return Suite("pytest", command, count=lambda _: count_of_junit(report))


def tool(name: str) -> str:
    return str(BIN / name) if (BIN / name).exists() else shutil.which(name) or name


# --------------------------------------------------------------------------- running


def run(suite: Suite, ends_at: float) -> Count:
    """Run one suite, show what it prints while it prints it, and count."""
    print(f"\n== {suite.name}", flush=True)
    begun = time.monotonic()
    try:
        status, printed = follow(suite, seconds=max(ends_at - begun, 1))
    except FileNotFoundError as error:
        print(error, flush=True)
        return Count(failed=1)
    result = judge(suite, status, printed)
    print(f"-- {suite.name}: {result} ({time.monotonic() - begun:.0f} s)", flush=True)
    return result


def follow(suite: Suite, *, seconds: float) -> tuple[int, str]:
    """Pass a program's output on line by line; end it and its children when its time is up.

    Its exit decides, not the end of its output, which a child left behind may hold open.
    """
    lines: list[str] = []
    process = subprocess.Popen(
        suite.command,
        cwd=suite.folder,
        env=suite.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    reader = threading.Thread(target=pass_on, args=(process.stdout, lines), daemon=True)
    reader.start()
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        print(f"\n{suite.name} takes too long and is ended.", flush=True)
    reader.join(0.5)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    reader.join(2)
    return process.wait(), "".join(lines)


def pass_on(output: IO[str], lines: list[str]) -> None:
    with output:
        for line in output:
            print(line, end="", flush=True)
            lines.append(line)


def judge(suite: Suite, status: int, printed: str) -> Count:
    """Count, and let no suite pass that failed without saying so or ran nothing."""
    if not suite.count:
        return Count(failed=1) if status else Count(passed=1)
    result = suite.count(printed)
    if not result.failed and (status or not result.ran):
        result += Count(failed=1)
    return result


# -------------------------------------------------------------------------- counting


def count_of_junit(report: Path) -> Count:
    """Read the report that pytest wrote; none was written when it broke off."""
    if not report.exists():
        return Count()
    total = Count()
    for suite in ET.parse(report).getroot().iter("testsuite"):  # noqa: S314 - our own file
        failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        skipped = int(suite.get("skipped", 0))
        total += Count(int(suite.get("tests", 0)) - failed - skipped, failed, skipped)
    return total


def count_of_vitest(printed: str) -> Count:
    """Add up the closing lines of every workspace: "Tests  1 failed | 12 passed (13)"."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", printed)
    total = Count()
    for line in re.findall(r"^\s*Tests\s+(.*\(\d+\))", plain, re.MULTILINE):
        parts = {word: int(figure) for figure, word in re.findall(r"(\d+) (\w+)", line)}
        skipped = parts.get("skipped", 0) + parts.get("todo", 0)
        total += Count(parts.get("passed", 0), parts.get("failed", 0), skipped)
    return total


if __name__ == "__main__":
    main()
