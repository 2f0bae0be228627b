"""Kinds of notifications: each capability announces its own, with the ways it is told by."""

from __future__ import annotations

from dataclasses import asdict, dataclass


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
class Kind:
    """A kind of notification; the titles are for mails and for the list of preferences."""

    name: str
    zh: str
    en: str
    ways: Ways

    def title(self, locale: str) -> str:
        return self.zh if locale.startswith("zh") else self.en


KINDS: dict[str, Kind] = {}


def announce(name: str, *, zh: str, en: str, ways: Ways | None = None) -> None:
    """Make a kind of notification known; done once, when the capability is imported."""
    if name in KINDS:
        raise ValueError(f"Two kinds of notifications are called {name}.")
    KINDS[name] = Kind(name, zh, en, ways or Ways())
