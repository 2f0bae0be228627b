"""Rights: the permission rows of all capabilities, collected, and what a role may do with them."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from typing import TypeVar

import kefu

T = TypeVar("T")

PUBLIC = "public"  # anyone, no sign-in
VISITOR = "visitor"  # a visitor's token
SIGNED_IN = "signed-in"  # any agent
IN_PERSON = "in-person"  # any agent at a browser; not a program with a token
OPEN_ROWS = frozenset({PUBLIC, VISITOR, SIGNED_IN, IN_PERSON})

ADMINISTRATOR = "administrator"
NEVER_WITHHELD = frozenset({"agent.read", "agent.edit", "agent.invite", "role.read", "role.edit"})
"""What an administrator keeps: without these nobody could give anything back."""


@dataclass(frozen=True)
class PermissionsTable:
    """Every route's permission, and which roles hold a permission unless edited."""

    routes: Mapping[str, str]
    grants: Mapping[str, frozenset[str]]

    def defaults_of(self, role: str | None) -> frozenset[str]:
        return frozenset(name for name, roles in self.grants.items() if role in roles)

    @property
    def permissions(self) -> frozenset[str]:
        return frozenset(self.grants)


@lru_cache(maxsize=1)
def permissions_table() -> PermissionsTable:
    """The permission rows of every capability in this installation."""
    names = [module.name for module in pkgutil.iter_modules(kefu.__path__) if module.ispkg]
    return collect(f"kefu.{name}.permissions" for name in names)


def collect(modules: Iterable[str]) -> PermissionsTable:
    """Read ROUTES and GRANTS of those modules that exist; two rows for one thing are a mistake."""
    routes: dict[str, str] = {}
    grants: dict[str, frozenset[str]] = {}
    for name in modules:
        if find_spec(name) is None:
            continue
        module = importlib.import_module(name)
        put_all(routes, getattr(module, "ROUTES", {}))
        put_all(grants, {key: frozenset(value) for key, value in module.GRANTS.items()})
    check_granted(routes, grants)
    return PermissionsTable(routes=routes, grants=grants)


def put_all(rows: dict[str, T], new: Mapping[str, T]) -> None:
    twice = rows.keys() & new.keys()
    if twice:
        raise ValueError(f"Permission rows stand twice: {sorted(twice)}")
    rows.update(new)


def check_granted(routes: Mapping[str, str], grants: Mapping[str, frozenset[str]]) -> None:
    unknown = set(routes.values()) - OPEN_ROWS - grants.keys()
    if unknown:
        raise ValueError(f"Routes ask for permissions that nobody is granted: {sorted(unknown)}")


def effective(
    defaults: frozenset[str], granted: Iterable[str], withheld: Iterable[str]
) -> frozenset[str]:
    """What a role may do: what the code grants, plus and minus what was edited."""
    return (defaults | frozenset(granted)) - frozenset(withheld)
