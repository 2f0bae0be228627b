"""Agreeing: whether everything a platform's customers wrote is in Kefu once and in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import dropwhile
from typing import Any

from kefu.entry.simulators.chats import PICTURE, Chat, PlatformBook
from kefu.entry.simulators.platforms import InboxLine

ANSWERS = ("agent", "bot")


@dataclass
class Compared:
    """One chat beside what Kefu has of it."""

    chat: Chat
    written: int = 0
    waiting: int = 0
    missing: list[str] = field(default_factory=list)
    not_ours: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    disordered: bool = False
    answers: int = 0
    on_the_way: int = 0
    answers_disordered: bool = False

    @property
    def alike(self) -> bool:
        wrong = (self.missing, self.not_ours, self.changed, self.disordered)
        return not any((*wrong, self.answers_disordered))


async def compare(book: PlatformBook, line: InboxLine) -> list[Compared]:
    """Every chat, as the customer would read it in Kefu."""
    return [await compare_chat(chat, line) for chat in book.chats.values()]


async def compare_chat(chat: Chat, line: InboxLine) -> Compared:
    kept = await everything_kept(chat, line)
    theirs = {one["id"]: one for one in kept if one["sender"]["type"] == "customer"}
    waiting = chat.waiting
    ours = [entry for entry in chat.written if entry.message]
    numbers = [entry.message for entry in ours]
    not_ours = [one for one in theirs if one not in numbers]
    if waiting is not None:  # it may be there while its receipt was lost
        lost = next((one for one in not_ours if says(theirs[one], waiting.words)), None)
        not_ours = [one for one in not_ours if one != lost]
    reached = [entry.message for entry in chat.reached]
    answers = [one["id"] for one in kept if one["sender"]["type"] in ANSWERS]
    return Compared(
        chat,
        written=len(ours),
        waiting=waiting is not None,
        missing=[entry.key for entry in ours if entry.message not in theirs],
        not_ours=not_ours,
        changed=[
            entry.key
            for entry in ours
            if entry.message in theirs and not says(theirs[entry.message], entry.words)
        ],
        disordered=not is_in_order(numbers, list(theirs)),
        answers=len(reached),
        on_the_way=len([one for one in answers if one not in reached]),
        answers_disordered=not is_in_order(reached, answers),
    )


async def everything_kept(chat: Chat, line: InboxLine) -> list[dict[str, Any]]:
    """What Kefu has of a chat, from the first message on that the platform knows."""
    talks = dict.fromkeys(entry.conversation for entry in chat.entries if entry.conversation)
    known = {entry.message for entry in chat.entries}
    kept: list[dict[str, Any]] = []
    for talk in talks:
        found = await line.messages(chat, talk)
        kept += dropwhile(lambda one: one["id"] not in known, found)
    return kept


def says(message: dict[str, object], words: str) -> bool:
    return message["kind"] == "picture" if words == PICTURE else message["text"] == words


def is_in_order(ours: Sequence[str | None], theirs: Sequence[str]) -> bool:
    """Whether what both have stands in the same order on both sides, each once."""
    both = [one for one in ours if one in theirs]
    return both == [one for one in theirs if one in ours]


def summed_up(compared: Sequence[Compared]) -> str:
    """The comparison in a line."""
    wrong = [one for one in compared if not one.alike]
    written, answers = sum(one.written for one in compared), sum(one.answers for one in compared)
    waiting, coming = sum(one.waiting for one in compared), sum(one.on_the_way for one in compared)
    verdict = "all once and in order" if not wrong else f"{len(wrong)} chats differ"
    return (
        f"{len(compared)} chats, {written} messages in Kefu and {answers} answers here, {verdict}; "
        f"{waiting} without a receipt, {coming} answers on the way"
    )
