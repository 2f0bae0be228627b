import sys
import time
from pathlib import Path

from tools.suites import Count, Suite, count_of_junit, count_of_vitest, run


def a_suite(code: str, **more: object) -> Suite:
    return Suite("one", [sys.executable, "-c", code], **more)  # type: ignore[arg-type]


def soon() -> float:
    return time.monotonic() + 30


def test_a_suite_without_a_count_is_one_check() -> None:
    assert run(a_suite("pass"), soon()) == Count(passed=1)
    assert run(a_suite("raise SystemExit(3)"), soon()) == Count(failed=1)


def test_a_suite_that_breaks_off_counts_as_a_failure() -> None:
    broken = a_suite("raise SystemExit(3)", count=lambda _: Count(passed=12))

    assert run(broken, soon()) == Count(passed=12, failed=1)


def test_a_suite_that_runs_nothing_counts_as_a_failure() -> None:
    assert run(a_suite("pass", count=lambda _: Count()), soon()) == Count(failed=1)


def test_a_program_that_is_missing_counts_as_a_failure() -> None:
    assert run(Suite("one", ["no-such-program"]), soon()) == Count(failed=1)


def test_a_suite_that_takes_too_long_is_ended() -> None:
    endless = a_suite("import time; time.sleep(60)")

    assert run(endless, time.monotonic() + 0.1) == Count(failed=1)


def test_a_child_left_behind_does_not_hold_the_run() -> None:
    leaves = a_suite("import subprocess; subprocess.Popen(['sleep', '9'], start_new_session=True)")

    assert run(leaves, soon()) == Count(passed=1)


def test_the_closing_lines_of_several_vitest_runs_are_added_up() -> None:
    printed = (
        " Test Files  2 passed (2)\n"
        "      Tests  7 passed (7)\n"
        "\x1b[2m      Tests \x1b[22m \x1b[31m1 failed\x1b[39m | 3 passed | 2 skipped (6)\n"
    )

    assert count_of_vitest(printed) == Count(passed=10, failed=1, skipped=2)


def test_a_junit_report_is_counted(tmp_path: Path) -> None:
    report = tmp_path / "pytest.xml"
    report.write_text(
        '<testsuites><testsuite tests="10" failures="1" errors="2" skipped="3"/></testsuites>'
    )

    assert count_of_junit(report) == Count(passed=4, failed=3, skipped=3)
    assert count_of_junit(tmp_path / "missing.xml") == Count()


def test_the_closing_line_names_what_was_skipped_only_if_anything_was() -> None:
    assert str(Count(3, 0)) == "3 passed, 0 failed"
    assert str(Count(3, 1, 2)) == "3 passed, 1 failed, 2 skipped"
