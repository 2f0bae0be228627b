"""Wording: tasks that the product gives are kept as a code with figures, and read in any language.

Whoever gives such tasks says them in both:

    @words_tasks("appointment_late")
    def say_late(params, locale) -> Words: ...

A task that a person wrote has its own words, and so has one that was given before there were codes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from kefu.promises.model import Task

FIRST = "zh-CN"


class Words(NamedTuple):
    """What is to be done, and what helps with it."""

    title: str
    note: str = ""


Say = Callable[[Mapping[str, Any], str], Words]
SAYING: dict[str, Say] = {}


def words_tasks(code: str) -> Callable[[Say], Say]:
    """Let the function say tasks of this code; it gets their params and a locale."""

    def register(say: Say) -> Say:
        if code in SAYING:
            raise ValueError(f"Two say tasks of the code {code}.")
        SAYING[code] = say
        return say

    return register


def words_of(task: Task, locale: str) -> Words:
    """The task in this language; its own words where it has no code that is known."""
    say = SAYING.get(task.code or "")
    return say(task.params or {}, locale) if say else Words(task.title, task.note)


def write_out(task: Task) -> None:
    """Keep the words of the first language too: for exports, and should the code be forgotten."""
    if task.code:
        task.title, task.note = words_of(task, FIRST)


def make_own(task: Task) -> None:
    """Somebody rewrites it: from now on it has only the words that stand in it."""
    task.code, task.params = None, {}


def is_chinese(locale: str) -> bool:
    return locale.startswith("zh")
