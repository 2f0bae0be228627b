"""Faults: what goes wrong between two systems: a telling is lost, repeated, late or overtaken.

Whoever is told something has faults too: it is busy, or takes it and says so too late.
"""

from __future__ import annotations

import random
from collections import Counter

from kefu.entry.simulators.books import Telling

KINDS = ("lost", "repeated", "delayed", "reordered")
LATE_BY = 7


class Faults:
    """Passes tellings on; about this share of them suffers one of the faults, by the seed."""

    def __init__(self, *, share: float, seed: int) -> None:
        self._share = share
        self._dice = random.Random(seed)  # noqa: S311 - play, no secret
        self._held: list[tuple[int, Telling]] = []
        self._passed = 0
        self.lost: list[str] = []
        self.counts: Counter[str] = Counter()

    def pass_on(self, telling: Telling) -> list[Telling]:
        """What goes out now: this one, twice or not at all, and those held back long enough."""
        self._passed += 1
        kind = self._dice.choice(KINDS) if self._dice.random() < self._share else ""
        self.counts[kind or "passed"] += 1
        out = [] if kind else [telling]
        if kind == "lost":
            self.lost.append(telling.key)
        elif kind == "repeated":
            out = [telling, telling]
        elif kind:
            wait = LATE_BY if kind == "delayed" else 1
            self._held.append((self._passed + wait, telling))
        return out + self._ripe(self._passed)

    def rest(self) -> list[Telling]:
        """Everything that is still held back."""
        return self._ripe(self._passed + LATE_BY)

    def _ripe(self, by: int) -> list[Telling]:
        ripe = [telling for due, telling in self._held if due <= by]
        self._held = [(due, telling) for due, telling in self._held if due > by]
        return ripe


class Moods:
    """How whoever is asked feels at each request, by the seed: mostly well.

    `busy` takes nothing and asks to be asked again; `silent` takes it, but its answer is lost.
    """

    def __init__(self, *, share: float, seed: int, silent: bool = True) -> None:
        self._share = share
        self._kinds = ("busy", "silent") if silent else ("busy",)
        self._dice = random.Random(seed)  # noqa: S311 - play, no secret
        self.counts: Counter[str] = Counter()

    def next(self) -> str:
        mood = self._dice.choice(self._kinds) if self._dice.random() < self._share else "well"
        self.counts[mood] += 1
        return mood
