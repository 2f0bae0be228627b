from pathlib import Path

import pytest

from tools import prepare


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(prepare, "ROOT", tmp_path)
    monkeypatch.setattr(prepare, "STAMPS", tmp_path / "stamps")
    return tmp_path


def test_what_was_made_from_the_same_input_is_not_made_again(root: Path) -> None:
    lock = root / "a.lock"
    lock.write_text("one")

    prepare.stamp("python", prepare.digest([lock]))

    assert prepare.is_stamped("python", prepare.digest([lock]), made=lock)


def test_a_changed_lock_is_noticed(root: Path) -> None:
    lock = root / "a.lock"
    lock.write_text("one")
    prepare.stamp("python", prepare.digest([lock]))

    lock.write_text("two")

    assert not prepare.is_stamped("python", prepare.digest([lock]), made=lock)


def test_what_was_removed_is_made_again(root: Path) -> None:
    prepare.stamp("web", "key")

    assert not prepare.is_stamped("web", "key", made=root / "dist")


def test_what_is_built_is_no_source(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepare, "WEB", root)
    for name in ["a.ts", "dist/b.js", "node_modules/c.js", "x.tsbuildinfo"]:
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text("")

    assert [path.name for path in prepare.web_sources()] == ["a.ts"]


def test_a_node_that_is_too_old_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, answer in [("node", "v18.20.1"), ("npm", "9")]:
        (tmp_path / name).write_text(f"#!/bin/sh\necho {answer}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")

    assert not prepare.has_node()


def test_a_failing_program_ends_the_set_up_with_its_status() -> None:
    with pytest.raises(SystemExit) as stopped:
        prepare.run(["sh", "-c", "exit 7"])

    assert stopped.value.code == 7
