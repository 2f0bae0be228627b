"""Spoken: the words that a message says besides its text, where people read them in its content."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

SPOKEN = frozenset({"title", "summary", "label", "submitted", "offline_form"})


def respoken(content: Any, change: Callable[[str], str], *, is_read: bool = False) -> Any:
    """The content with its words changed; ids, addresses and figures stay as they are."""
    if isinstance(content, dict):
        return {
            name: respoken(part, change, is_read=is_read or name in SPOKEN)
            for name, part in content.items()
        }
    if isinstance(content, list):
        return [respoken(part, change, is_read=is_read) for part in content]
    return change(content) if is_read and isinstance(content, str) else content


def words_of(content: Any) -> list[str]:
    """Everything that people read in the content, in order."""
    found: list[str] = []

    def note(words: str) -> str:
        found.append(words)
        return words

    respoken(content, note)
    return found
