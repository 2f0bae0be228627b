"""Matching words: many words are found in a text at once, by a tree of their characters."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from operator import add
from typing import Any, Literal
from uuid import UUID

from kefu.core.folding import folded

Direction = Literal["in", "out"]
Action = Literal["mask", "refuse", "flag"]
MASK = "*"
HERE = ""  # the key under which a branch keeps the word that ends there
INVISIBLE = frozenset("\u200b\u200c\u200d\u2060\ufeff\u00ad")
LATIN = re.compile(r"[a-z0-9]")


@dataclass(frozen=True, slots=True)
class Word:
    """One word, folded, and what happens where it is written."""

    id: UUID
    word: str
    action: Action
    directions: frozenset[str]


@dataclass(frozen=True, slots=True)
class Match:
    start: int
    end: int
    word: Word


@dataclass(frozen=True, slots=True)
class Screened:
    """A text as it may go on: the word for which it is refused, and those it is flagged for."""

    text: str
    refused: Word | None = None
    flags: tuple[Word, ...] = ()


class Words:
    """All words, ready to be looked for; never changed, only replaced."""

    def __init__(self, words: Iterable[Word] = ()) -> None:
        self._trees = {"in": _Tree(), "out": _Tree()}
        self.count = 0
        for word in words:
            self.count += 1
            for direction in word.directions:
                self._trees[direction].plant(word)

    def screen(self, text: str, direction: Direction) -> Screened:
        """What becomes of the text: it goes on as it is, masked, flagged, or not at all."""
        found = self._trees[direction].matches(folded(text))
        if not found:
            return Screened(text)
        refused = next((match.word for match in found if match.word.action == "refuse"), None)
        flags = dict.fromkeys(match.word for match in found if match.word.action == "flag")
        return Screened(_masked(text, found), refused, tuple(flags))


class _Tree:
    """Words by their characters, and by their beginnings: only there a look is worth while."""

    def __init__(self) -> None:
        self._root: dict[str, Any] = {}
        self._beginnings: set[str] = set()
        self._letters: set[str] = set()

    def plant(self, word: Word) -> None:
        branch = self._root
        for character in word.word:
            branch = branch.setdefault(character, {})
        branch[HERE] = word
        (self._beginnings if len(word.word) > 1 else self._letters).add(word.word[:2])

    def matches(self, text: str) -> list[Match]:
        """The longest word at each place, from left to right, none over another."""
        found: list[Match] = []
        end = 0
        for start in self._promising(text):
            branch = self._root.get(text[start])
            if branch is not None and start >= end:
                match = _longest(branch, text, start)
                if match is not None:
                    end = match.end
                    found.append(match)
        return found

    def _promising(self, text: str) -> Iterable[int]:
        """The places where a word may begin."""
        if self._letters or not INVISIBLE.isdisjoint(text):
            return range(len(text))
        begins = self._beginnings
        return [at for at, pair in enumerate(map(add, text, text[1:])) if pair in begins]


def _longest(branch: dict[str, Any], text: str, start: int) -> Match | None:
    best: Match | None = None
    end = start + 1
    while branch is not None:
        word = branch.get(HERE)
        if word is not None and _stands_alone(word, text, start, end):
            best = Match(start, end, word)
        while end < len(text) and text[end] in INVISIBLE:
            end += 1
        if end >= len(text):
            break
        branch = branch.get(text[end])  # type: ignore[assignment]
        end += 1
    return best


def _stands_alone(word: Word, text: str, start: int, end: int) -> bool:
    """Latin words are words: `sm` is not meant in `small`."""
    if start and LATIN.match(word.word[0]) and LATIN.match(text[start - 1]):
        return False
    return not (end < len(text) and LATIN.match(word.word[-1]) and LATIN.match(text[end]))


def _masked(text: str, found: list[Match]) -> str:
    masks = [match for match in found if match.word.action == "mask"]
    if not masks:
        return text
    parts, at = [], 0
    for match in masks:
        parts += [text[at : match.start], MASK * (match.end - match.start)]
        at = match.end
    return "".join([*parts, text[at:]])
