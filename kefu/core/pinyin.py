"""Pinyin: how Chinese names sort, since PostgreSQL's embedded build has no Chinese collation."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from typing import Any


@lru_cache(maxsize=1)
def _pypinyin() -> Any:
    """Its tables take a third of a second to load, which no process shall wait for at its start."""
    return import_module("pypinyin")


def syllables(text: str) -> list[str]:
    """Each character's reading; what is not Chinese stays as it is."""
    found: list[str] = _pypinyin().lazy_pinyin(text)
    return found


def initials(text: str) -> list[str]:
    """The first letter of each reading."""
    pypinyin = _pypinyin()
    found: list[str] = pypinyin.lazy_pinyin(text, style=pypinyin.Style.FIRST_LETTER)
    return found


@lru_cache(maxsize=10_000)
def sort_key(name: str) -> str:
    """The name in pinyin, syllable by syllable, in lower case."""
    return " ".join(syllables(name)).casefold()
