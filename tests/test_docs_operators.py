"""The operators' guide names every setting, every metric and every command, and no other."""

import re
from collections.abc import Iterator
from importlib import import_module

import pytest
from prometheus_client import REGISTRY

from kefu.core.settings import Settings
from kefu.entry.cli import COMMANDS
from tools.lint.repository import ROOT

GUIDE = "docs/guide/operators.md"
PROCESSES = ("kefu.entry.app", "kefu.entry.worker")


@pytest.fixture(scope="module")
def guide() -> str:
    return (ROOT / GUIDE).read_text(encoding="utf-8")


def test_every_setting_stands_in_the_table(guide: str) -> None:
    settings = {f"KEFU_{name.upper()}" for name in Settings.model_fields}
    documented = set(re.findall(r"^\| `(KEFU_[A-Z0-9_]+)` \|", guide, re.MULTILINE))

    assert documented == settings


def test_defaults_are_those_of_the_code(guide: str) -> None:
    rows = re.findall(r"^\| `KEFU_([A-Z0-9_]+)` \| `([^`]+)` \|", guide, re.MULTILINE)
    plain = {name.lower(): said for name, said in rows if not said.startswith(("http", "var/"))}

    wrong = {name: said for name, said in plain.items() if default_of(name) != said}

    assert not wrong


def test_every_metric_stands_in_the_table(guide: str) -> None:
    for process in PROCESSES:
        import_module(process)
    documented = set(re.findall(r"^\| `(kefu_[a-z_]+)` \|", guide, re.MULTILINE))

    assert documented == set(metrics())


def test_every_command_is_named(guide: str) -> None:
    missing = [command for command in commands() if f"`{command}" not in guide]

    assert not missing


def default_of(name: str) -> str:
    value = Settings.model_fields[name].default
    return str(value).lower() if isinstance(value, bool) else str(value)


def metrics() -> Iterator[str]:
    for metric in REGISTRY.collect():
        if metric.name.startswith("kefu_"):
            yield metric.name + ("_total" if metric.type == "counter" else "")


def commands() -> Iterator[str]:
    for name, found in COMMANDS.items():
        if isinstance(found, dict):
            yield from (f"kefu {name} {child}" for child in found)
        else:
            yield f"kefu {name}"
