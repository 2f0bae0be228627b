"""Recorded dialogues, read from JSON Lines: one conversation a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Role = Literal["customer", "agent"]


class BadDialogue(ValueError):
    """A line is no dialogue; the text names the line and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What one side said."""

    role: Role
    text: str

    def is_empty(self) -> bool:
        return not self.text.strip()


@dataclass(frozen=True, slots=True)
class Dialogue:
    """One recorded conversation."""

    id: str
    turns: tuple[Turn, ...]


def dialogues_in(file: Path) -> Iterator[Dialogue]:
    """The dialogues of a file, one by one; empty lines are passed over.

    Two shapes are read: `{"id", "turns": [{"role", "text"}]}`, and the one of corpora that pair
    each question with its answer, `{"dialogue", "turns": [{"user", "agent"}]}`.
    """
    with file.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield dialogue_of(line, number)


def dialogue_of(line: str, number: int) -> Dialogue:
    """The dialogue in a line; refuses by line number what is none."""
    try:
        found = json.loads(line)
    except ValueError as error:
        raise BadDialogue(f"Line {number} is not valid JSON.") from error
    turns = found.get("turns") if isinstance(found, dict) else None
    if not isinstance(turns, list):
        raise BadDialogue(f"Line {number} has no list `turns`.")
    name = found.get("id") or found.get("dialogue") or f"line {number}"
    said = [turn for item in turns for turn in _turns_of(item, number)]
    return Dialogue(str(name)[:80], tuple(said))


def _turns_of(item: Any, number: int) -> list[Turn]:
    if not isinstance(item, dict):
        raise BadDialogue(f"Line {number} has a turn that is no object.")
    if "role" in item:
        role = item["role"]
        if role not in ("customer", "agent"):
            raise BadDialogue(f"Line {number} has a turn whose `role` is not customer or agent.")
        return [Turn(role, _text(item, "text", number))]
    if "user" in item:
        return [
            Turn("customer", _text(item, "user", number)),
            Turn("agent", _text(item, "agent", number)),
        ]
    raise BadDialogue(f"Line {number} has a turn without `role` and `text`, or `user` and `agent`.")


def _text(item: dict[str, Any], name: str, number: int) -> str:
    text = item.get(name)
    if text is not None and not isinstance(text, str):
        raise BadDialogue(f"Line {number} has a turn whose `{name}` is not text.")
    return text or ""
