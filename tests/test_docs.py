"""Documentation is checked like code: what it names is there."""

import re
import tomllib
from collections.abc import Iterator

import pytest

from tools.lint.repository import ROOT, File, files

BUILT_OR_GROWN = ("var/", "web/dist", "bench/results", "web/node_modules", ".venv")
NOT_SPELLED_OUT = re.compile(r"[<>…{}$\s]")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
SET_UP_COMMANDS = {"make demo", "make test"}
MOST_LINES_OF_A_DECISION = 60


@pytest.fixture(scope="module")
def texts() -> list[File]:
    return [
        file
        for file in files()
        if file.suffix == ".md" and ("/" not in file.path or file.parts[0] == "docs")
    ]


@pytest.fixture(scope="module")
def decisions(texts: list[File]) -> list[File]:
    return [file for file in texts if re.fullmatch(r"docs/decisions/\d{4}-.*\.md", file.path)]


def test_every_path_that_is_named_exists(texts: list[File]) -> None:
    missing = [
        f"{file.path}:{number}: {path} is not there"
        for file in texts
        for number, path in paths_named_in(file)
        if not exists(path)
    ]

    assert not missing, "\n" + "\n".join(missing)


def test_every_link_leads_somewhere(texts: list[File]) -> None:
    missing = [
        f"{file.path}:{number}: {target} is not there"
        for file in texts
        for number, line in enumerate(file.lines, start=1)
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", line)
        if "://" not in target and not (ROOT / file.path).parent.joinpath(target).exists()
    ]

    assert not missing, "\n" + "\n".join(missing)


def test_two_commands_set_everything_up() -> None:
    readme = (ROOT / "README.md").read_text()

    commands = [
        line
        for language, block in FENCE.findall(readme)
        if language in {"sh", "bash", "console", "shell"}
        for line in block.splitlines()
    ]

    assert set(commands) == SET_UP_COMMANDS


def test_every_make_target_that_is_named_can_be_made(texts: list[File]) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {
        (file.path, target)
        for file in texts
        for target in re.findall(r"`make ([a-z-]+)[^`]*`", file.text)
    }

    assert not {(path, target) for path, target in named if target not in targets}


def test_decisions_are_numbered_without_gaps(decisions: list[File]) -> None:
    numbers = [int(file.name[:4]) for file in decisions]

    assert numbers == list(range(1, len(numbers) + 1))


def test_a_decision_is_one_page_of_context_decision_and_consequences(
    decisions: list[File],
) -> None:
    for file in decisions:
        headings = [line for line in file.lines if line.startswith("#")]

        assert headings[0].startswith(f"# {int(file.name[:4])}. "), file.path
        assert headings[1:] == ["## Context", "## Decision", "## Consequences"], file.path
        assert len(file.lines) <= MOST_LINES_OF_A_DECISION, file.path


def test_every_decision_is_listed(decisions: list[File]) -> None:
    contents = (ROOT / "docs/decisions/README.md").read_text()

    assert [file.name for file in decisions if file.name not in contents] == []


def test_every_library_says_why_it_is_here() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = project["dependencies"] + project["optional-dependencies"]["dev"]
    names = {re.split(r"[\[>=<~]", one)[0] for one in wanted}
    reasons = (ROOT / "docs/decisions/libraries.md").read_text()

    unexplained = {name for name in names if not re.search(rf"[|,] {name}[ ,]", reasons)}

    assert not {name for name in unexplained if not name.startswith(("types-", "boto3-stubs"))}


def test_the_changelog_has_a_place_for_what_comes_next() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text()

    assert re.findall(r"^## \[(.+?)\]", changelog, re.MULTILINE)[0] == "Unreleased"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("see `kefu/core/events.py`", ["kefu/core/events.py"]),
        ("see `kefu/core/events.py:12`", ["kefu/core/events.py"]),
        ("run `make demo` in `pyproject.toml`", ["pyproject.toml"]),
        ("`tests/test_docs.py::test_x` and `docs/*.md`", ["tests/test_docs.py", "docs/*.md"]),
        ("`kefu/<capability>/model.py`, `kefu/…/a.py`, `/closure`, `text/html`", []),
        ("kefu/core/none.py", []),
        ("```\n`kefu/core/none.py`\n```", []),
    ],
)
def test_what_looks_like_a_path_is_found(text: str, named: list[str]) -> None:
    assert [path for _, path in paths_named_in(File("docs/x.md", text))] == named


def paths_named_in(file: File) -> Iterator[tuple[int, str]]:
    """Give line and path of whatever in backticks looks like a path of this repository."""
    tops = {path.name for path in ROOT.iterdir()}
    is_fenced = False
    for number, line in enumerate(file.lines, start=1):
        is_fenced ^= line.startswith("```")
        for span in [] if is_fenced else re.findall(r"`([^`]+)`", line):
            path = span.split("::")[0].split(":")[0]
            if path.split("/")[0] in tops and is_spelled_out(path):
                yield number, path


def is_spelled_out(path: str) -> bool:
    return not NOT_SPELLED_OUT.search(path) and ("/" in path or "." in path)


def exists(path: str) -> bool:
    if path.startswith(BUILT_OR_GROWN):
        return True
    return any(ROOT.glob(path.rstrip("/"))) if "*" in path else (ROOT / path).exists()
