"""Kinds of notifications: each capability announces its own, with the ways it is told by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Ways:
    """How a person is told: a line in the centre, a sound, a desktop pop-up, a mail."""

    in_app: bool = True
    sound: bool = True
    desktop: bool = True
    mail: bool = False

    def as_dict(self) -> dict[str, bool]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Why:
    """What makes such a notification come; `{names}` stand for its params.

    `setting` is the page of the settings that decides it, where there is one.
    """

    zh: str
    en: str
    setting: str | None = None

    def worded(self, params: Mapping[str, Any], locale: str) -> str:
        words = self.zh if locale.startswith("zh") else self.en
        return words.format_map(Known(params))


class Known(dict[str, Any]):
    """Params of older notifications may lack what the words name by now."""

    def __missing__(self, name: str) -> str:
        return "—"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of notification; the titles are for mails and for the list of preferences."""

    name: str
    zh: str
    en: str
    ways: Ways
    why: Why

    def title(self, locale: str) -> str:
        return self.zh if locale.startswith("zh") else self.en


KINDS: dict[str, Kind] = {}


def announce(name: str, *, zh: str, en: str, why: Why, ways: Ways | None = None) -> None:
    """Make a kind of notification known; done once, when the capability is imported."""
    if name in KINDS:
        raise ValueError(f"Two kinds of notifications are called {name}.")
    KINDS[name] = Kind(name, zh, en, ways or Ways(), why)
